// A run's report as text, and whether everything is as required.
import { percentile } from '../scene.ts'
import type { HostileReport, QuietFigures } from './driver.ts'
import type { Compared } from './each.ts'
import type { Outcomes } from './target.ts'

/** The process's memory in use after the attack, relative to that before. */
const most_held = 1.5
/** What a process makes at its first use of an operation and keeps, however many requests follow: compiled code, serializers. */
const first_use_bytes = 32 * 1024 * 1024
/** The same for its memory on the machine, some of which allocators keep for later; how much varies between runs. */
const most_rss = 4

/** What must not happen; empty if the server held. */
export function findViolations({ beside, before, after, died, healthy, tally }: HostileReport): string[] {
  return [
    ...Object.entries(tally).flatMap(([attack, outcomes]) =>
      Object.keys(outcomes)
        .filter(isFault)
        .map((status) => `${attack}: ${outcomes[status]} times ${status}`),
    ),
    ...(died === null ? [] : [`the server died: ${died}`]),
    ...(healthy ? [] : ['the server is not ready after the attack']),
    ...beside.failures.map((failure) => `the quiet organization: ${failure}`),
    ...tooMuch('memory that is held', after.held / (before.held + first_use_bytes), most_held),
    ...tooMuch('memory', after.rss / before.rss, most_rss),
  ]
}

/** A refusal because of load is not one: it says when to come again, and nothing was done. */
const isFault = (outcome: string) => /^5\d\d$/.test(outcome) && outcome !== '503'

function tooMuch(what: string, part: number, most: number): string[] {
  return part <= most ? [] : [`${what} is ${part.toFixed(2)} of before, more than ${most}`]
}

/** Each figure as the median of the rounds. */
export function renderEach(compared: Compared[]): string {
  const of = (rounds: QuietFigures[], part: number) => median(rounds.map(({ turn_ms }) => percentile(turn_ms, part)))
  const rows = compared.map(({ attack, alone, beside, outcomes }) => {
    const parts = [0.5, 0.99].map((part) => [of(alone, part), of(beside, part)] as const)
    const ratio = median(
      beside.map((round, n) => percentile(round.turn_ms, 0.99) / percentile(alone[n]!.turn_ms, 0.99)),
    )
    const failed = beside.reduce((sum, { failures }) => sum + failures.length, 0)
    const times = parts.map(([before, now]) => `${before.toFixed(0)} → ${now.toFixed(0)}`)
    return [attack, ...times, ratio.toFixed(2), String(failed), describeOutcomes(outcomes)]
  })
  return [
    '| attack | p50 in ms | p99 in ms | p99, ratio | failed | its answers |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n')
}

const median = (values: number[]) =>
  percentile(
    values.toSorted((a, b) => a - b),
    0.5,
  )

const describeOutcomes = (outcomes: Outcomes) =>
  Object.entries(outcomes)
    .map(([outcome, times]) => `${outcome}: ${times}`)
    .join(', ')

const mebibytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`

function describeCalls({ took_ms, failures }: QuietFigures): string {
  const [p50, p99] = [0.5, 0.99].map((part) => percentile(took_ms, part).toFixed(0))
  return `${took_ms.length} calls, ${failures.length} failed, p50 ${p50} ms, p99 ${p99} ms`
}

export function renderReport(report: HostileReport): string {
  const { alone, beside, before, peak, after, stopped_ms } = report
  const rows = [
    ['the quiet organization alone', describeCalls(alone)],
    ['the quiet organization beside the attack', describeCalls(beside)],
    ...[
      { when: 'before', memory: before },
      { when: 'at most', memory: peak },
      { when: 'after', memory: after },
    ].map(({ when, memory }) => [`memory ${when}`, `${mebibytes(memory.rss)}, held ${mebibytes(memory.held)}`]),
    ['the server stops within', `${(stopped_ms / 1000).toFixed(1)} s`],
    ...Object.entries(report.tally).map(([attack, outcomes]) => [attack, describeOutcomes(outcomes)]),
  ]
  const violations = findViolations(report)
  return [
    '| what | result |',
    '| --- | --- |',
    ...rows.map(([name, result]) => `| ${name} | ${result} |`),
    '',
    violations.length === 0 ? 'The server held.' : violations.slice(0, 40).join('\n'),
  ].join('\n')
}
