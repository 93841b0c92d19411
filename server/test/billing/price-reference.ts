// What calls cost, calculated in whole units of 10^-30 by the rules of the specification.

export interface Rates {
  input?: string
  cached_input?: string
  cache_write?: string
  output?: string
}

export interface ReferencePrice extends Rates {
  /** 0: the installation; then from the topmost organization down. */
  depth: number
  model: string
  valid_from: number
  locked: boolean
  tiers: (Rates & { above_input_tokens: number })[]
  unit_price?: string
}

export interface ReferenceCall {
  at: number
  model: string
  input: number
  cached: number
  written: number
  output: number
  quantity: string | null
}

const places = 30

/** Decimal text in units of 10^-30. */
export function readDecimal(text: string): bigint {
  const [whole, part = ''] = text.split('.')
  return BigInt(whole! + part.padEnd(places, '0'))
}

/** The price of a call of an organization that is so deep. */
export function choosePrice(prices: ReferencePrice[], call: ReferenceCall, own_depth: number): ReferencePrice | null {
  const fitting = prices.filter(
    ({ model, valid_from, depth }) => model === call.model && valid_from <= call.at && depth <= own_depth,
  )
  const newest = [...Map.groupBy(fitting, ({ depth }) => depth).values()].map(
    (own) => own.toSorted((a, b) => b.valid_from - a.valid_from)[0]!,
  )
  const down = newest.toSorted((a, b) => a.depth - b.depth)
  return down.find(({ locked, depth }) => locked && depth < own_depth) ?? down.at(-1) ?? null
}

/** Null: no price. */
export function costOf(prices: ReferencePrice[], call: ReferenceCall, own_depth: number): bigint | null {
  const price = choosePrice(prices, call, own_depth)
  if (price === null) return null
  const tier = price.tiers.toSorted((a, b) => b.above_input_tokens - a.above_input_tokens)
  const { above_input_tokens: _above, ...higher } = tier.find((each) => each.above_input_tokens < call.input) ?? {
    above_input_tokens: 0,
  }
  const rates: Rates = { ...price, ...higher }
  const { input, output } = rates
  if (call.input > 0 && input === undefined) return null
  if (call.output > 0 && output === undefined) return null
  const hasTokens = call.input + call.output > 0
  const hasQuantity = call.quantity !== null && readDecimal(call.quantity) > 0n
  if (hasQuantity && price.unit_price === undefined && !hasTokens) return null
  const cached = Math.min(call.cached, call.input)
  const written = Math.min(call.written, call.input - cached)
  const ofTokens = (number: number, rate: string | undefined) => BigInt(number) * readDecimal(rate ?? '0')
  const tokens =
    ofTokens(call.input - cached - written, input) +
    ofTokens(cached, rates.cached_input ?? input) +
    ofTokens(written, rates.cache_write ?? input) +
    ofTokens(call.output, output)
  if (tokens % 1_000_000n !== 0n) throw new Error('more places are needed')
  const units = hasQuantity ? readDecimal(call.quantity!) * readDecimal(price.unit_price ?? '0') : 0n
  return tokens / 1_000_000n + units / 10n ** BigInt(places)
}
