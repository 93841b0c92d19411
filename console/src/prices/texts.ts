// The texts of the page about prices.
import type { Output } from '@parley/sdk'
import { formatNumber } from '../base/format.ts'
import type { Rate } from './price-draft.ts'

type Priced = Output<'createPrice'>['kind']

const rates: Record<Rate, string> = {
  input: 'Input',
  cached_input: 'Cached input',
  cache_write: 'Cache write',
  output: 'Output',
}
const setBy: Record<Output<'createPrice'>['set_by'], string> = {
  organization: 'This organization',
  parent: 'An organization above',
  installation: 'The server',
}

/** What the price of a unit is for, where the server itself counts the units. */
const units: Partial<Record<Priced, string>> = { crawl: 'page', workflow_run: 'run' }

export const priceTexts = {
  title: 'Prices',
  intro:
    'What calls cost. A call has the price of the time when it begins, and keeps it. Parley ships no prices: set those that you pay.',
  list: 'Prices',
  empty: 'No prices yet, so usage has no cost. Set one for each model that your agents use.',
  add: 'New price',
  of: 'For',
  model: 'Model',
  modelHint: 'As provider/model, such as openai/gpt-5.',
  kind: 'Kind',
  price: 'Price',
  rates,
  perMillion: (currency: string) => `${currency} for 1,000,000 tokens`,
  perUnit: (kind: Priced) => (units[kind] === undefined ? 'for a unit' : `for a ${units[kind]}`),
  unitPrice: 'Price of one unit',
  unitHint: (currency: string) => `In ${currency}: for a minute, character, message, page or run.`,
  defaults: { cached_input: 'Empty: as input.', cache_write: 'Empty: as input.' } as Partial<Record<Rate, string>>,
  above: (tokens: number) => `Above ${formatNumber(tokens)} input tokens`,
  tiers: 'Tiers',
  tiersHint: 'A tier prices the whole of a call that has more input tokens. What it leaves empty is as above.',
  tier: (number: number) => `Tier ${number}`,
  aboveTokens: 'Above input tokens',
  addTier: 'Add tier',
  removeTier: (number: number) => `Remove tier ${number}`,
  validFrom: 'Valid from',
  validFromHint: 'Leave empty for now. Earlier times need a recalculation to change the cost of calls.',
  locked: 'Locked',
  lockedHint: 'Organizations below cannot set another price for these calls.',
  lockedBy: 'Locked: no price of this organization counts for these calls.',
  lockedAbove: 'A locked price from above counts for these calls, so a price that you set has no effect.',
  setBy: 'Set by',
  setByWhom: setBy,
  states: { current: 'Valid now', later: 'Not valid yet', earlier: 'Replaced by a newer one' },
  create: 'Set price',
  created: 'Price set',
  faults: {
    missing: 'Enter a value.',
    decimal: 'Enter a number such as 2.50, with up to 12 decimals.',
    model: 'Write it as provider/model.',
    tokens: 'Enter a whole number of tokens, at least 1, for each tier.',
    same: 'Tiers must differ in their number of tokens.',
  },
  deleteTitle: 'Delete this price?',
  deleteText: 'It is not valid yet, so no call has it. The price before it stays valid.',
  deleted: 'Price deleted',
  deleteOne: (name: string) => `Delete the price of ${name}`,
  recalculate: 'Recalculate',
  recalculateTitle: 'Price calls again?',
  recalculateText:
    'Calls of this time get the prices that are set now. Entries never change: the differences are added as corrections, also to budgets.',
  from: 'From',
  to: 'To',
  toHint: 'Leave empty for now.',
  fromMissing: 'Enter a start time.',
  fromAfterTo: 'The start must be before the end.',
  recalculated: 'Calls are being priced again',
} as const
