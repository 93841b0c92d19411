// A run's report as a table.
import type { KillReport } from './driver.ts'
import { pointsOfMoves, pointsOfNodes } from './plan.ts'
import type { Violation } from './records.ts'

const violation_kinds: readonly Violation['kind'][] = [
  ...(['lost', 'mixed', 'doubled', 'left_over', 'haunting', 'repeated', 'unfinished', 'unreached', 'fault'] as const),
]
const shown_violations = 40

export function renderKills(report: KillReport): string {
  const rows: [string, string | number][] = [
    ['kills (SIGKILL)', report.kills],
    ['of them of `parley blobs move`', report.moves],
    ['pause points died at', `${report.deaths.size} of ${pointsOfNodes.length + pointsOfMoves.length}`],
    ['pauses longer than a lease (SIGSTOP)', report.pauses],
    ['sources', report.sources],
    ['files and attachments accepted', report.accepted],
    ['calls without an answer', report.lost_answers],
    ['searches, of which unanswered', `${report.searches}, ${report.unanswered}`],
    ['embedding calls', report.embedding_calls],
    ['of them made again, of one node', `${report.repeated_calls}, ${report.most_repeated_calls}`],
    ['nothing left to do after the last call', `${(report.settled_ms / 1000).toFixed(1)} s`],
    ...violation_kinds.map((kind): [string, number] => [
      kind,
      report.violations.filter((violation) => violation.kind === kind).length,
    ]),
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  const table = rows.map(([name, value]) => `| ${name.padEnd(width)} | ${String(value).padStart(10)} |`)
  const violations = report.violations.slice(0, shown_violations).map(({ kind, what }) => `${kind}: ${what}`)
  const deaths = [...report.deaths].map(([point, count]) => `${point} ${count}`).toSorted()
  return [...table, deaths.join(', '), ...violations].join('\n')
}
