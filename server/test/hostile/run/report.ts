// A run's report as text, and whether everything is as required.
import { percentile } from '../scene.ts'
import type { HostileReport, QuietFigures } from './driver.ts'

/** The process's memory in use after the attack, relative to that before. */
const most_held = 1.5
/** What a process makes at its first use of an operation and keeps, however many requests follow: compiled code, serializers. */
const first_use_bytes = 32 * 1024 * 1024
/** The same for its memory on the machine, some of which allocators keep for later; how much varies between runs. */
const most_rss = 4

/** What must not happen; empty if the server held. */
export function findViolations({ beside, before, after, died, healthy }: HostileReport): string[] {
  return [
    ...(died === null ? [] : [`the server died: ${died}`]),
    ...(healthy ? [] : ['the server is not ready after the attack']),
    ...beside.failures.map((failure) => `the quiet organization: ${failure}`),
    ...tooMuch('memory that is held', after.held / (before.held + first_use_bytes), most_held),
    ...tooMuch('memory', after.rss / before.rss, most_rss),
  ]
}

function tooMuch(what: string, part: number, most: number): string[] {
  return part <= most ? [] : [`${what} is ${part.toFixed(2)} of before, more than ${most}`]
}

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
    ...Object.entries(report.tally).map(([attack, outcomes]) => [
      attack,
      Object.entries(outcomes)
        .map(([outcome, times]) => `${outcome}: ${times}`)
        .join(', '),
    ]),
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
