// A run's report as a table.
import type { Report } from './driver.ts'
import { pausePoints } from './plan.ts'
import { violationKinds } from './records.ts'

const shown_violations = 40

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

export function renderReport(report: Report): string {
  const count = (kind: string) => report.violations.filter((violation) => violation.kind === kind).length
  const { flows } = report
  const { length } = pausePoints.filter((point) => report.deaths.has(point))
  const rows: [string, string | number][] = [
    ['kills (SIGKILL)', report.kills],
    ['pause points died at', `${length} of ${pausePoints.length}`],
    ['pauses longer than a lease (SIGSTOP)', report.pauses],
    ['conversations', report.conversations],
    ['messages sent', report.messages],
    ['messages accepted', report.accepted],
    ['without any answer, of which stored', `${report.unknown}, ${report.unknown_stored}`],
    ['turns', report.turns],
    ['tool calls, and requests for them', `${report.tool_calls}, ${report.tool_requests}`],
    ['visits, feedbacks, links', `${report.visits}, ${report.feedbacks}, ${report.links}`],
    ['executions of workflows, visits', `${flows.executions}, ${flows.visits}`],
    ['requests of their steps', flows.requests],
    ['visits begun again, unknown outcomes', `${flows.begun_again}, ${flows.unknown_outcomes}`],
    ['turns and executions whose node was gone', report.takeovers],
    ['longest takeover while a node served', seconds(report.longest_takeover_ms)],
    [
      'the same, with the time in which none did',
      seconds(Math.max(0, ...report.slowest.map(({ waited_ms }) => waited_ms))),
    ],
    ['all turns and executions final after the last kill', seconds(report.settled_ms)],
    ['calls that the model received, and their rows', `${report.usage.received}, ${report.usage.rows}`],
    [
      '… measured, failed, interrupted, lost',
      `${report.usage.ok}, ${report.usage.failed}, ${report.usage.interrupted}, ${report.usage.lost}`,
    ],
    ['… lost without a call that was received', report.usage.lost_unsent],
    ['changes that were confirmed, entries of the audit log', `${report.audit.confirmed}, ${report.audit.entries}`],
    ...violationKinds.map((kind): [string, number] => [kind, count(kind)]),
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  const table = rows.map(([name, value]) => `| ${name.padEnd(width)} | ${String(value).padStart(10)} |`)
  const violations = report.violations.slice(0, shown_violations).map(({ kind, what }) => `${kind}: ${what}`)
  return [...table, ...violations].join('\n')
}
