import { expect, test } from 'vitest'
import { type PriceDraft, findFaults, freshPrice, freshTier, inputOf } from './price-draft.ts'

const draft = (fields: Partial<PriceDraft>): PriceDraft => ({ ...freshPrice(), ...fields })
const faultsOf = (fields: Partial<PriceDraft>) => Object.fromEntries(findFaults(draft(fields)))

test('a price of tokens needs a model, input and output; one of units needs the price of one', () => {
  expect(faultsOf({})).toEqual({ model: 'missing', input: 'missing', output: 'missing' })
  expect(faultsOf({ kind: 'embedding', model: 'openai/small', input: '0.02' })).toEqual({})
  expect(faultsOf({ kind: 'email' })).toEqual({ unit_price: 'missing' })
  expect(faultsOf({ kind: 'email', unit_price: '0,5', model: 'gpt' })).toEqual({
    ...{ unit_price: 'decimal', model: 'model' },
  })
})

test('tiers differ, and say from how many tokens on they count', () => {
  const whole = { model: 'a/b', input: '1', output: '2' }
  const tier = { ...freshTier, above_input_tokens: '200000' }
  expect(faultsOf({ ...whole, tiers: [freshTier] })).toEqual({ tiers: 'tokens' })
  expect(faultsOf({ ...whole, tiers: [tier, tier] })).toEqual({ tiers: 'same' })
  expect(faultsOf({ ...whole, tiers: [{ ...tier, input: '-1' }] })).toEqual({ tiers: 'decimal' })
  expect(inputOf(draft({ ...whole, tiers: [{ ...tier, output: '3.5' }] }))).toEqual({
    ...{ kind: 'model_call', model: 'a/b', input: '1', output: '2', locked: false },
    tiers: [{ above_input_tokens: 200_000, output: '3.5' }],
  })
})

test('what another kind would have is not sent', () => {
  expect(inputOf(draft({ kind: 'crawl', input: '1', unit_price: '0.01', tiers: [freshTier] }))).toEqual({
    ...{ kind: 'crawl', unit_price: '0.01', locked: false },
  })
})
