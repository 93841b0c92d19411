// For which calls an address wants a price: with a model, the form of a new one opens. Pure.
import { type UsageKind, pricedKinds } from '@parley/contract'

/** Corrections have the price of what they correct. */
export type PricedKind = Exclude<UsageKind, 'correction'>

export interface Wanted {
  model?: string
  kind?: PricedKind
}

export const kindsWithPrice = pricedKinds as readonly PricedKind[]

export function readWanted(search: Record<string, unknown>): Wanted {
  const model = typeof search['model'] === 'string' ? search['model'].slice(0, 301) : ''
  const kind = kindsWithPrice.find((name) => name === search['kind'])
  return { ...(model === '' ? {} : { model }), ...(kind ? { kind } : {}) }
}
