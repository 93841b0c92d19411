// Pages of rows that may be large: a page ends with the row that exceeds its limit of bytes, even below its limit of rows.
import { type Fragment, sql } from './fragments.ts'
import type { Store } from './store.ts'

interface Measured {
  table: string
  /** An array of ids, in the order of the page. */
  ids: string
  /** SQL for the bytes of the row `r` in a response. */
  bytes: string
  max_bytes: string
}

/**
 * SQL of rows (id, place, has_room, is_cut); `is_cut` is true in all rows if one of them has no room. Only rows with room are
 * measured, so large values that are stored apart from their rows are not read for the others.
 */
export function measureRows({ table, ids, bytes, max_bytes }: Measured): string {
  return `(
    with recursive found as materialized (select ${ids} as ids),
    part (place, bytes) as (
      select 0, 0::bigint
      union all
      select place + 1, part.bytes + coalesce((select ${bytes} from ${table} r where r.id = ids[place + 1]), 0)
      from part, found where place < cardinality(ids) and part.bytes < ${max_bytes}
    )
    select listed.id, listed.place, listed.place <= room.rows as has_room, room.rows < cardinality(ids) as is_cut
    from found, unnest(ids) with ordinality as listed (id, place), (select max(place) as rows from part) room)`
}

export interface LargeRows {
  table: 'agents' | 'agent_versions' | 'web_widgets' | 'workflows' | 'workflow_versions' | 'workflow_executions'
  /** Columns of the row `r`. */
  columns: string
  /** Selects the ids of the page's rows, in order. */
  ids: Fragment
  bytes: string
  max_bytes: number
}

export interface BoundedRows<Row> {
  rows: Row[]
  /** Whether more rows were found than have room. */
  is_cut: boolean
}

export async function readLargeRows<Row>(
  store: Store,
  { table, columns, ids, bytes, max_bytes }: LargeRows,
): Promise<BoundedRows<Row>> {
  const measured = measureRows({ table, ids: '(select ids from wanted)', bytes, max_bytes: String(max_bytes) })
  const rows = await store.execute(sql<Row & { is_cut: boolean }>`
    with wanted as materialized (select array(${ids}) as ids)
    select ${sql.raw(columns)}, page.is_cut from ${sql.raw(measured)} page join ${sql.raw(table)} r on r.id = page.id
    where page.has_room order by page.place`)
  const is_cut = rows[0]?.is_cut ?? false
  for (const row of rows) delete (row as Partial<typeof row>).is_cut
  return { rows, is_cut }
}
