// Query plans as short trees, with what each node touched.
import type pg from 'pg'

export interface Explained {
  buffers: number
  rows: number
  ms: number
  lines: string[]
}

interface PlanNode {
  'Node Type': string
  'Index Name'?: string
  'Relation Name'?: string
  Alias?: string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  'Rows Removed by Index Recheck'?: number
  'Shared Hit Blocks': number
  'Shared Read Blocks': number
  Plans?: PlanNode[]
}

/** Uses the second run, because the first one fills the session's caches. */
export async function explain(client: pg.Client, text: string, values: unknown[]): Promise<Explained> {
  const run = () => client.query(`explain (analyze, buffers, timing off, format json) ${text}`, values)
  await run()
  const { rows } = await run()
  const [{ Plan: plan, 'Execution Time': ms }] = rows[0]!['QUERY PLAN'] as [
    { Plan: PlanNode; 'Execution Time': number },
  ]
  return { buffers: touchedBy(plan), rows: plan['Actual Rows'], ms, lines: describe(plan, 0) }
}

const touchedBy = (node: PlanNode) => node['Shared Hit Blocks'] + node['Shared Read Blocks']

function describe(node: PlanNode, depth: number): string[] {
  const subject = [
    node['Index Name'] && `by ${node['Index Name']}`,
    node['Relation Name'] && `of ${node['Relation Name']}`,
  ]
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
  const loops = node['Actual Loops'] === 1 ? '' : ` × ${node['Actual Loops']}`
  const parts = [
    [node['Node Type'], ...subject].filter(Boolean).join(' '),
    `${node['Actual Rows']} rows${loops}`,
    ...(removed > 0 ? [`${removed} removed`] : []),
    `${touchedBy(node)} buffers`,
  ]
  return [
    `${'  '.repeat(depth)}${parts.join(', ')}`,
    ...(node.Plans ?? []).flatMap((child) => describe(child, depth + 1)),
  ]
}
