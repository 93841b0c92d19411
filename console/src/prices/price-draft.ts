// A price while it is written: what is missing or wrong, and what is sent. Pure.
import type { Input } from '@parley/sdk'
import { fromLocal } from '../base/local-time.ts'
import type { PricedKind, Wanted } from './wanted.ts'

export const rates = ['input', 'cached_input', 'cache_write', 'output'] as const
export type Rate = (typeof rates)[number]
type Rates = Record<Rate, string>

export interface TierDraft extends Rates {
  above_input_tokens: string
}

export interface PriceDraft extends Rates {
  kind: PricedKind
  model: string
  unit_price: string
  tiers: readonly TierDraft[]
  /** Local time; empty for now. */
  valid_from: string
  locked: boolean
}

export type PriceField = 'model' | 'unit_price' | 'tiers' | Rate
type Fault = 'missing' | 'decimal' | 'model' | 'tokens' | 'same'

const noRates: Rates = { input: '', cached_input: '', cache_write: '', output: '' }
export const freshTier: TierDraft = { above_input_tokens: '', ...noRates }
export const most_tiers = 4

export const freshPrice = ({ model = '', kind = 'model_call' }: Wanted = {}): PriceDraft => ({
  ...{ kind, model, ...noRates, unit_price: '', tiers: [], valid_from: '', locked: false },
})

/** Whether calls of a kind are counted in tokens; others have a price for one unit. */
export const hasTokens = (kind: PricedKind) => kind === 'model_call' || kind === 'embedding'

/** The rates of a kind: embeddings have no output. */
export const ratesOf = (kind: PricedKind): readonly Rate[] =>
  kind === 'model_call' ? rates : kind === 'embedding' ? ['input'] : []

/** As the server takes it: not negative, up to 12 digits before and after the point. */
const isDecimal = (text: string) => /^\d{1,12}(\.\d{1,12})?$/.test(text)

export function findFaults(draft: PriceDraft): ReadonlyMap<PriceField, Fault> {
  const faults = new Map<PriceField, Fault>()
  const model = draft.model.trim()
  if (hasTokens(draft.kind)) {
    if (model === '') faults.set('model', 'missing')
    for (const rate of ratesOf(draft.kind)) {
      const isNeeded = rate === 'input' || rate === 'output'
      if (isNeeded && draft[rate] === '') faults.set(rate, 'missing')
    }
  } else if (draft.unit_price === '') faults.set('unit_price', 'missing')
  if (model !== '' && !/^[^/]+\/.+$/.test(model)) faults.set('model', 'model')
  for (const field of [...ratesOf(draft.kind), 'unit_price'] as const) {
    if (draft[field] !== '' && !isDecimal(draft[field])) faults.set(field, 'decimal')
  }
  const fault = findTierFault(draft)
  if (fault) faults.set('tiers', fault)
  return faults
}

function findTierFault({ kind, tiers }: PriceDraft): Fault | null {
  if (!hasTokens(kind)) return null
  const above = tiers.map(({ above_input_tokens }) => above_input_tokens)
  if (above.some((text) => !/^[1-9]\d{0,8}$/.test(text))) return 'tokens'
  if (new Set(above).size < above.length) return 'same'
  const isWrong = tiers.some((tier) => ratesOf(kind).some((rate) => tier[rate] !== '' && !isDecimal(tier[rate])))
  return isWrong ? 'decimal' : null
}

/** What the draft does not say, the server completes. */
export function inputOf(draft: PriceDraft): Input<'createPrice'> {
  const { kind, unit_price, tiers, locked } = draft
  const model = draft.model.trim()
  const valid_from = fromLocal(draft.valid_from)
  const common = { kind, locked, ...(model === '' ? {} : { model }), ...(valid_from ? { valid_from } : {}) }
  if (!hasTokens(kind)) return { ...common, unit_price }
  return {
    ...common,
    ...givenRates(kind, draft),
    tiers: tiers.map((tier) => ({ above_input_tokens: Number(tier.above_input_tokens), ...givenRates(kind, tier) })),
  }
}

function givenRates(kind: PricedKind, from: Rates): Partial<Rates> {
  return Object.fromEntries(ratesOf(kind).flatMap((rate) => (from[rate] === '' ? [] : [[rate, from[rate]]])))
}
