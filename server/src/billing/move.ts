// Moves closed calls from usage_pending to usage_entries, and adds to the totals and to budgets exactly what it moved: one statement, so each
// call is counted once whatever happens to the work (P3). Writes nothing of a call that is open.
import { type Executor, acrossOrganizations } from '../database/database.ts'
import { additions } from './addition-sql.ts'
import { callColumns, columnsOf, pricing } from '../budgets/price-sql.ts'

/** Rows per statement. */
const rows_at_once = 10_000

const entryColumns = [...callColumns, 'cost', 'price_id', 'unpriced_tokens'].join(', ')

// By id: those whose entry exists are only taken away.
const moveStatement = acrossOrganizations(
  'what calls cost is counted for all organizations',
  'move_usage',
  `with picked as materialized (
     select id from usage_pending where outcome is not null limit $1 for update skip locked
   ), taken as materialized (
     delete from usage_pending c using picked where c.id = picked.id returning ${columnsOf('c')}
   ), ${pricing('taken')}, inserted as (
     insert into usage_entries (${entryColumns}) select ${entryColumns} from priced
     on conflict (id) do nothing
     returning *
   ), ${additions}
   select p.moved::integer, m.provider, m.model, m.cost from (select count(*) as moved from taken) p
     left join (select provider, model, sum(cost) as cost from inserted where cost > 0 group by 1, 2) m on true`,
  { replanned: true },
)

interface MovedRow {
  moved: number
  provider: string | null
  model: string | null
  cost: number | null
}

/** What calls of a model cost together. */
export type NoteCost = (cost: { provider: string | null; model: string | null; cost: number }) => void

/** Moves until nothing is left, or so many statements are done. Returns the number of rows that it took. */
export async function moveUsage(
  executor: Executor,
  most_statements: number,
  note: NoteCost = () => {},
): Promise<number> {
  let moved = 0
  for (let count = 0; count < most_statements; count += 1) {
    const rows = await executor.query<MovedRow>(moveStatement, [rows_at_once])
    for (const { provider, model, cost } of rows) if (cost !== null) note({ provider, model, cost })
    moved += rows[0]!.moved
    if (rows[0]!.moved < rows_at_once) break
  }
  return moved
}
