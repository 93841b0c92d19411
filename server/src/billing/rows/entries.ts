// The SQL that reads entries of usage, newest first.
import type { UsageEntry, UsageKind } from '@parley/contract'
import { type TimePosition, newest } from '../../database/cursor.ts'
import { type Fragment, sql } from '../../database/fragments.ts'
import type { Store } from '../../database/store.ts'
import { shorten } from '../../budgets/costs.ts'

export interface EntryFilters {
  agent_id?: string | undefined
  conversation_id?: string | undefined
  kind?: UsageKind | undefined
  after?: string | undefined
  before?: string | undefined
}

const columns =
  sql.raw(`id, at, kind, purpose, agent_id, conversation_id, provider, model, outcome, input_tokens, cached_input_tokens,
  cache_write_tokens, output_tokens, quantity, unit, estimated, cost::text as cost, price_id`)

export async function readEntries(
  store: Store,
  filters: EntryFilters,
  before: TimePosition | null,
  limit: number,
): Promise<UsageEntry[]> {
  const { time, key } = before ?? newest
  const conditions: Fragment[] = [
    sql`organization_id = ${store.organization_id}`,
    sql`(at, id) < (${time}::timestamptz, ${key}::uuid)`,
  ]
  if (filters.agent_id !== undefined) conditions.push(sql`agent_id = ${filters.agent_id}::uuid`)
  if (filters.conversation_id !== undefined) conditions.push(sql`conversation_id = ${filters.conversation_id}::uuid`)
  if (filters.kind !== undefined) conditions.push(sql`kind = ${filters.kind}`)
  if (filters.after !== undefined) conditions.push(sql`at >= ${filters.after}::timestamptz`)
  if (filters.before !== undefined) conditions.push(sql`at < ${filters.before}::timestamptz`)
  const where = sql.join(conditions, sql.raw(' and '))
  const rows = await store.execute(
    sql<UsageEntry>`select ${columns} from usage_entries where ${where} order by at desc, id desc limit ${limit}`,
  )
  return rows.map((row) => ({ ...row, cost: row.cost === null ? null : shorten(row.cost) }))
}
