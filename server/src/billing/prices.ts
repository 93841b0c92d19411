// Sets prices, of an organization or of the installation.
import type { PriceInput } from '@parley/contract'
import { AppError, invalid } from '../base/errors.ts'
import type { Ports } from '../base/ports.ts'
import type { Executor } from '../database/database.ts'
import { checkFlat } from '../calls/check-input.ts'
import { type PriceRow, countPricesLocked, insertPrice } from './rows/prices.ts'
import { findPriceFaults } from './rules/price-faults.ts'

const max_prices = 2000

/** One price or a list of them, from a file or a command. Throws what is wrong with one. */
export function checkPrices(given: unknown): PriceInput[] {
  return (Array.isArray(given) ? given : [given]).map((price: unknown) => checkFlat('createPrice', price))
}

/** Within a transaction. `owner` null: the installation. */
export async function setPrice(
  tx: Executor,
  { newId, clock }: Pick<Ports, 'newId' | 'clock'>,
  owner: string | null,
  price: PriceInput,
): Promise<PriceRow> {
  const faults = findPriceFaults(price)
  if (faults.length > 0) throw invalid(...faults)
  const valid_from = price.valid_from ?? new Date(clock.now()).toISOString()
  if ((await countPricesLocked(tx, owner)) >= max_prices) throw new AppError('too_many_prices')
  const set = await insertPrice(tx, owner, { ...price, id: newId(), valid_from })
  if (!set) throw invalid({ path: 'valid_from', message: 'is that of another price for the same calls' })
  return set
}
