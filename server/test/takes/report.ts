// A run's report as a table.
import type { Report } from './driver.ts'
import { heldPoints } from './plan.ts'
import { violationKinds } from './records.ts'

const shown_violations = 40

export function renderReport(report: Report): string {
  const count = (kind: string) => report.violations.filter((violation) => violation.kind === kind).length
  const { length } = heldPoints.filter((point) => report.reached.has(point))
  const rows: [string, string | number][] = [
    ['schedules', report.schedules],
    ['pause points held, stopped or died at', `${length} of ${heldPoints.length}`],
    ['kills (SIGKILL), stops (SIGSTOP)', `${report.kills}, ${report.stops}`],
    ['messages', report.messages],
    ['takes, of which won', `${report.takes}, ${report.won}`],
    ['replies of people, returns', `${report.replies}, ${report.returns}`],
    ['turns, cut, given to people', `${report.turns}, ${report.cut}, ${report.given}`],
    ['cut while shown, their words stored', `${report.shown.cut}, ${report.shown.kept}`],
    ['words heard, requests of tools', `${report.words}, ${report.tool_requests}`],
    ...violationKinds.map((kind): [string, number] => [kind, count(kind)]),
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  const table = rows.map(([name, value]) => `| ${name.padEnd(width)} | ${String(value).padStart(16)} |`)
  const violations = report.violations.slice(0, shown_violations).map(({ kind, what }) => `${kind}: ${what}`)
  return [...table, ...violations].join('\n')
}
