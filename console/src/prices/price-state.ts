// Which price of a list counts now, for each owner and each kind of calls. Pure.
import type { Output } from '@parley/sdk'

export type Price = Output<'listPrices'>['data'][number]
export type PriceState = 'current' | 'later' | 'earlier'

const ownerOf = ({ set_by, kind, model }: Price) => `${set_by} ${kind} ${model ?? ''}`

/** By id. Of two that an organization above set, only its newest counts; a list does not say which of those above it is. */
export function statesOf(prices: readonly Price[], now_ms: number): ReadonlyMap<string, PriceState> {
  const newest = new Map<string, Price>()
  const isValid = ({ valid_from }: Price) => Date.parse(valid_from) <= now_ms
  for (const price of prices.filter(isValid)) {
    const other = newest.get(ownerOf(price))
    if (!other || Date.parse(other.valid_from) < Date.parse(price.valid_from)) newest.set(ownerOf(price), price)
  }
  const stateOf = (price: Price): PriceState => {
    if (!isValid(price)) return 'later'
    return newest.get(ownerOf(price)) === price ? 'current' : 'earlier'
  }
  return new Map(prices.map((price) => [price.id, stateOf(price)]))
}

/** A locked price from above, valid now, for the same calls. */
export function findLocked(
  prices: readonly Price[],
  { kind, model }: Pick<Price, 'kind' | 'model'>,
  now_ms: number,
): Price | undefined {
  const states = statesOf(prices, now_ms)
  return prices.find(
    (price) =>
      price.locked &&
      price.set_by !== 'organization' &&
      price.kind === kind &&
      price.model === model &&
      states.get(price.id) === 'current',
  )
}
