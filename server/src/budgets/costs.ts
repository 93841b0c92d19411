// What the calls of a conversation and of its turns cost: entries, and those that still wait to be counted, in one state of the database.
import type { UsageCost } from '@parley/contract'
import type { Config } from '../config/config.ts'
import { statement } from '../database/database.ts'
import type { Store } from '../database/store.ts'
import { columnsOf, pricing } from './price-sql.ts'
import { billingSettings } from './settings.ts'

/** Of each turn that has any; null: of none. */
const costsStatement = statement(
  'read_costs_of_conversation',
  `with waiting as materialized (
     select ${columnsOf('c')} from usage_pending c
     where c.organization_id = $1 and c.conversation_id = $2 and c.outcome is not null
       and not exists (select from usage_entries e where e.id = c.id)
   ), ${pricing('waiting')}
   select turn_id, coalesce(sum(cost) filter (where outcome <> 'lost'), 0)::text as amount,
          coalesce(sum(unpriced_tokens) filter (where outcome <> 'lost'), 0) as unpriced_tokens,
          coalesce(sum(cost) filter (where outcome = 'lost'), 0)::text as lost_amount
   from (
     select turn_id, outcome, cost, unpriced_tokens from usage_entries where organization_id = $1 and conversation_id = $2
     union all
     select turn_id, outcome, cost, unpriced_tokens from priced
   ) calls
   where $3::uuid[] is null or turn_id = any($3)
   group by grouping sets ((turn_id), ()) having grouping(turn_id) = case when $3::uuid[] is null then 1 else 0 end`,
)

type CostRow = Omit<UsageCost, 'currency'> & { turn_id: string | null }

const currencyOf = (config: Config) => config.of(billingSettings).currency

const none = { amount: '0', unpriced_tokens: 0, lost_amount: '0' }

/** As decimal text without zeros at its end. */
export function shorten(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal
}

export function presentCost(
  config: Config,
  { amount, unpriced_tokens, lost_amount }: Omit<UsageCost, 'currency'>,
): UsageCost {
  return { amount: shorten(amount), currency: currencyOf(config), unpriced_tokens, lost_amount: shorten(lost_amount) }
}

export async function readConversationCost(store: Store, config: Config, conversation_id: string): Promise<UsageCost> {
  const [row] = await store.query<CostRow>(costsStatement, [store.organization_id, conversation_id, null])
  return presentCost(config, row ?? none)
}

export async function readTurnCosts(
  store: Store,
  config: Config,
  conversation_id: string,
  turn_ids: readonly string[],
) {
  const rows = await store.query<CostRow>(costsStatement, [store.organization_id, conversation_id, turn_ids])
  const found = new Map(rows.map((row) => [row.turn_id, row]))
  return (turn_id: string): UsageCost => presentCost(config, found.get(turn_id) ?? none)
}
