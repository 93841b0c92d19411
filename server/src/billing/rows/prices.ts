// The SQL of prices. A price never changes.
import type { Price, PriceInput } from '@parley/contract'
import { type TimePosition, newest } from '../../database/cursor.ts'
import { type Executor, acrossOrganizations, statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'

const rates = ['input', 'cached_input', 'cache_write', 'output', 'unit_price'] as const
const shown = `id, organization_id, kind, nullif(model, '') as model, ${rates.map((name) => `trim_scale(${name})::text as ${name}`).join(', ')},
  coalesce(tiers, '[]') as tiers, valid_from, locked, created_at`

export type PriceRow = Omit<Price, 'set_by' | 'currency'> & { organization_id: string | null }

const listStatement = statement(
  'list_prices',
  `select ${shown} from prices
   where (organization_id = $1 or ($2 and (organization_id is null
       or organization_id = any((select ancestors from organizations where organizations.id = $1)::uuid[]))))
     and (created_at, id) < ($3, $4)
   order by created_at desc, id desc limit $5`,
)

export function listPriceRows(
  store: Store,
  isInherited: boolean,
  after: TimePosition | null,
  limit: number,
): Promise<PriceRow[]> {
  const { time, key } = after ?? newest
  return store.query(listStatement, [store.organization_id, isInherited, time, key, limit])
}

const lockStatement = acrossOrganizations(
  'the owner is a parameter, null for the installation',
  'lock_prices',
  `select pg_advisory_xact_lock(hashtextextended('prices of ' || coalesce($1::text, 'the installation'), 0))`,
)
const countStatement = acrossOrganizations(
  'the owner is a parameter, null for the installation',
  'count_prices',
  'select count(*) from prices where organization_id is not distinct from $1::uuid',
)

/** Blocks other new prices of the owner until the transaction ends. Null: the installation. */
export async function countPricesLocked(tx: Executor, owner: string | null): Promise<number> {
  await tx.query(lockStatement, [owner])
  const [row] = await tx.query<{ count: number }>(countStatement, [owner])
  return row!.count
}

const insertStatement = acrossOrganizations(
  'the owner is a parameter, null for the installation',
  'insert_price',
  `insert into prices (id, organization_id, kind, model, input, cached_input, cache_write, output, unit_price, tiers, valid_from, locked)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12)
   on conflict (kind, model, organization_id, valid_from) do nothing returning ${shown}`,
)

export type NewPrice = PriceInput & { id: string; valid_from: string }

/** Null: the owner has another price for the same calls from the same time on. */
export async function insertPrice(tx: Executor, owner: string | null, price: NewPrice): Promise<PriceRow | null> {
  const { id, kind, model, tiers = [], valid_from, locked = false } = price
  const stored = tiers.length === 0 ? null : JSON.stringify(tiers)
  const values = [id, owner, kind, model ?? '', ...rates.map((name) => price[name] ?? null), stored, valid_from, locked]
  const [row] = await tx.query<PriceRow>(insertStatement, values)
  return row ?? null
}

const deleteStatement = statement(
  'delete_price',
  `delete from prices where organization_id = $1 and id = $2 and valid_from > $3 returning id`,
)
const findStatement = statement('find_price', 'select id from prices where organization_id = $1 and id = $2')

/** `in_use`: it is valid already. */
export async function deletePriceRow(store: Store, id: string, now: string): Promise<'deleted' | 'in_use' | 'missing'> {
  const values = [store.organization_id, id]
  if ((await store.query(deleteStatement, [...values, now])).length > 0) return 'deleted'
  return (await store.query(findStatement, values)).length > 0 ? 'in_use' : 'missing'
}

const listInstallationStatement = acrossOrganizations(
  'the prices of the installation',
  'list_installation_prices',
  `select ${shown} from prices where organization_id is null order by kind, model, valid_from`,
)

export function listInstallationPrices(executor: Executor): Promise<PriceRow[]> {
  return executor.query(listInstallationStatement, [])
}
