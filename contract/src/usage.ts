// Usage and prices: what calls of providers were counted, and what they cost.
import type { Static } from 'typebox'
import { Type } from './type.ts'
import { defineOperation } from './operation.ts'
import {
  Id,
  Timestamp,
  idempotencyHeader,
  named,
  nullable,
  oneOf,
  pageOf,
  pageQuery,
  timestampFilter,
  uuidText,
} from './schema.ts'
import {
  decimal_pattern,
  pricedKinds,
  usageBuckets,
  usageGroups,
  usageKinds,
  usageOutcomes,
  usagePurposes,
} from './usage-words.ts'

const decimalText = (description: string) => Type.String({ pattern: decimal_pattern, maxLength: 40, description })
const amountText = (description: string) => Type.String({ description: `${description} Exact, as decimal text.` })

/** What usage costs, in `/admin/usage/summary`, and of turns and conversations. */
export const UsageCost = named(
  'UsageCost',
  Type.Object({
    amount: amountText('Of the calls that were measured.'),
    currency: Type.String({ description: '`PARLEY_CURRENCY` of the server, such as `USD`.' }),
    unpriced_tokens: Type.Integer({
      description: 'Tokens of calls whose model had no price; they are not in `amount`.',
    }),
    lost_amount: amountText('Of calls whose server stopped before they ended, by an estimate; not in `amount`.'),
  }),
)
export type UsageCost = Static<typeof UsageCost>

const count = (description?: string) => Type.Integer(description ? { description } : {})
const counts = {
  voice_minutes: Type.Number({ description: 'Of calls that ended, with two decimals.' }),
  chat_minutes: Type.Number({ description: 'Of text conversations that ended, with two decimals. E-mail has none.' }),
  total_calls: count('Conversations that were created. Deleted ones stay counted; imported ones never count.'),
  voice_calls: count('Of the channels `telephone` and `webrtc`.'),
  chat_calls: count('Of the channels `text` and `email`.'),
  inbound_calls: count(),
  outbound_calls: count(),
  workflow_runs_total: count('Executions of workflows that ended, tests aside.'),
  workflow_runs_success: count(),
  workflow_runs_failed: count(),
  average_duration: nullable(Type.Number({ description: 'Seconds of the conversations that have minutes and ended.' })),
  tokens: Type.Object({
    input: count('All of them, also those from a cache.'),
    cached_input: count(),
    output: count(),
  }),
  cost: UsageCost,
}

export const UsageCounts = named('UsageCounts', Type.Object(counts))
export type UsageCounts = Static<typeof UsageCounts>

const daily = Type.Array(
  Type.Object({ date: Type.String({ description: 'In UTC, such as 2026-01-31.' }), ...counts }),
  {
    description: 'Each day of the range, also those without usage.',
  },
)

const UsageSummary = named(
  'UsageSummary',
  Type.Object({
    ...counts,
    daily,
    inventory: Type.Object(
      { agents: count(), phone_numbers: count(), web_widgets: count(), knowledge_bases: count() },
      { description: 'How many there are now.' },
    ),
  }),
)

const PartnerUsage = named(
  'PartnerUsage',
  Type.Object({
    ...counts,
    daily,
    organizations: Type.Array(
      Type.Object({ organization_id: Id, name: Type.String(), slug: Type.String(), ...counts }),
      {
        description: 'One for each organization, by slug.',
      },
    ),
  }),
)

const sums = {
  entries: count(),
  input_tokens: count(),
  output_tokens: count(),
  quantity: Type.Number({ description: 'Of what is not counted in tokens.' }),
  cost: amountText('In the currency of the server.'),
  unpriced_tokens: count(),
}

const UsageRow = named(
  'UsageRow',
  Type.Object({
    from: Timestamp,
    to: Timestamp,
    agent_id: Type.Optional(nullable(Id)),
    model: Type.Optional(nullable(Type.String({ description: 'As `provider/model`.' }))),
    provider: Type.Optional(nullable(Type.String())),
    kind: Type.Optional(oneOf(usageKinds)),
    purpose: Type.Optional(oneOf(usagePurposes)),
    organization_id: Type.Optional(Id),
    ...sums,
    lost: Type.Object(sums, {
      description: 'Of calls whose server stopped before they ended, by estimates; not in the others.',
    }),
  }),
)

export const UsageEntry = named(
  'UsageEntry',
  Type.Object({
    id: Id,
    at: { ...Timestamp, description: 'When the call began.' },
    kind: oneOf(usageKinds),
    purpose: oneOf(usagePurposes),
    agent_id: nullable(Id),
    conversation_id: nullable(Id),
    provider: nullable(Type.String()),
    model: nullable(Type.String()),
    outcome: oneOf(usageOutcomes),
    input_tokens: nullable(
      Type.Integer({ description: 'All of them, also those from a cache and those written to one.' }),
    ),
    cached_input_tokens: nullable(Type.Integer()),
    cache_write_tokens: nullable(Type.Integer()),
    output_tokens: nullable(Type.Integer()),
    quantity: nullable(Type.Number()),
    unit: nullable(Type.String()),
    estimated: Type.Boolean({ description: 'The provider did not report the tokens.' }),
    cost: nullable(amountText('Null: it had no price. Of a correction: what is added.')),
    price_id: nullable(Id),
  }),
)
export type UsageEntry = Static<typeof UsageEntry>

const rates = {
  input: Type.Optional(nullable(decimalText('For 1,000,000 tokens that come from no cache.'))),
  cached_input: Type.Optional(nullable(decimalText('For 1,000,000 tokens from a cache. Default: `input`.'))),
  cache_write: Type.Optional(nullable(decimalText('For 1,000,000 tokens written to a cache. Default: `input`.'))),
  output: Type.Optional(nullable(decimalText('For 1,000,000 tokens.'))),
}

const PriceTier = named(
  'PriceTier',
  Type.Object(
    { above_input_tokens: Type.Integer({ minimum: 1, maximum: 1_000_000_000 }), ...rates },
    {
      description: 'For all of a call that has more input tokens. What it does not say is as in the price.',
    },
  ),
)

const priceFields = {
  model: Type.Optional(
    nullable(
      Type.String({
        maxLength: 301,
        pattern: '^[^/]+/.+$',
        description: '`provider/model`. Null: calls without a model.',
      }),
    ),
  ),
  kind: oneOf(pricedKinds),
  ...rates,
  tiers: Type.Optional(Type.Array(PriceTier, { maxItems: 4 })),
  unit_price: Type.Optional(nullable(decimalText('For one unit: a minute, character, message, page or run.'))),
  valid_from: Type.Optional(
    timestampOf('Default: now. Calls from then on have it, until a newer one of the same owner.'),
  ),
  locked: Type.Optional(Type.Boolean({ description: 'Organizations below cannot set another one. Default false.' })),
}

function timestampOf(description: string) {
  return Type.String({ format: 'date-time', description })
}

export const PriceInput = Type.Object(priceFields)
export type PriceInput = Static<typeof PriceInput>

export const Price = named(
  'Price',
  Type.Object({
    id: Id,
    set_by: oneOf(['organization', 'parent', 'installation'] as const),
    kind: oneOf(pricedKinds),
    model: nullable(Type.String()),
    input: nullable(Type.String()),
    cached_input: nullable(Type.String()),
    cache_write: nullable(Type.String()),
    output: nullable(Type.String()),
    tiers: Type.Array(PriceTier),
    unit_price: nullable(Type.String()),
    currency: Type.String(),
    valid_from: Timestamp,
    locked: Type.Boolean(),
    created_at: Timestamp,
  }),
)
export type Price = Static<typeof Price>

const tag = 'Usage'
const access = ['billing:manage'] as const
const range = {
  from: timestampFilter(
    'Default: the first day of the month of `to`. Without a zone it is UTC. Whole hours: earlier ones are included.',
  ),
  to: timestampFilter('Exclusive. Default: now. At most 366 days after `from`.'),
}

export const usageOperations = {
  getUsageSummary: defineOperation({
    id: 'getUsageSummary',
    method: 'GET',
    path: '/admin/usage/summary',
    tag,
    summary: 'Count conversations, minutes, workflow runs, tokens and cost',
    description:
      'A conversation counts when it is created, its minutes when it ends. Includes everything committed before the request. Counting began with the version of the server that has this operation.',
    access,
    narrowed: false,
    audit: false,
    query: Type.Object(range),
    success: { status: 200, description: 'The sums, and the same for each day.', schema: UsageSummary },
    errors: [],
  }),
  getUsage: defineOperation({
    id: 'getUsage',
    method: 'GET',
    path: '/admin/usage',
    tag,
    summary: 'Sum usage by time and up to two groups',
    description:
      'Rows without usage are absent. With `organization` the rows are of the organization and all below it. More than 10,000 rows: 422.',
    access,
    narrowed: false,
    audit: false,
    query: Type.Object({
      ...range,
      bucket: Type.Optional(oneOf(usageBuckets, 'Default `day`. Of UTC.')),
      group_by: Type.Optional(
        Type.String({
          maxLength: 60,
          pattern: `^(${usageGroups.join('|')})(,(${usageGroups.join('|')}))?$`,
          description: `Up to two of ${usageGroups.map((name) => `\`${name}\``).join(', ')}, with a comma.`,
        }),
      ),
    }),
    success: {
      status: 200,
      description: 'The rows, oldest first.',
      schema: Type.Object({ data: Type.Array(UsageRow), currency: Type.String() }),
    },
    errors: [],
  }),
  listUsageEntries: defineOperation({
    id: 'listUsageEntries',
    method: 'GET',
    path: '/admin/usage/entries',
    tag,
    summary: 'List or download entries of usage, newest first',
    description:
      'A call has its entry within a minute. Entries are kept for 400 days unless the server is configured otherwise; the sums stay. With `format` the answer is a download of all of them, read page by page.',
    access,
    narrowed: false,
    audit: false,
    query: Type.Object({
      agent_id: Type.Optional(uuidText()),
      conversation_id: Type.Optional(uuidText()),
      kind: Type.Optional(oneOf(usageKinds)),
      after: timestampFilter('Only entries at this time or later.'),
      before: timestampFilter('Only entries before this time.'),
      format: Type.Optional(oneOf(['json', 'ndjson', 'csv'] as const, 'Default `json`: a page.')),
      ...pageQuery,
    }),
    answer: { kind: 'file', media_types: ['application/x-ndjson', 'text/csv'] },
    success: { status: 200, description: 'A page of entries.', schema: pageOf(UsageEntry) },
    errors: [],
  }),
  listPrices: defineOperation({
    id: 'listPrices',
    method: 'GET',
    path: '/admin/prices',
    tag,
    summary: 'List prices, newest first',
    access,
    narrowed: false,
    audit: false,
    query: Type.Object({
      inherited: Type.Optional(
        Type.Boolean({ description: 'Also those of organizations above and of the installation.' }),
      ),
      ...pageQuery,
    }),
    success: { status: 200, description: 'A page of prices.', schema: pageOf(Price) },
    errors: [],
  }),
  createPrice: defineOperation({
    id: 'createPrice',
    method: 'POST',
    path: '/admin/prices',
    tag,
    summary: 'Set what calls of a model cost',
    description:
      'A call has the price of the time when it began: a `locked` one of the installation or of an organization above (topmost first), else that of the organization, of the nearest one above, of the installation. Of each owner the newest counts. Entries keep their price; `recalculate` corrects them. An organization has at most 2,000 prices.',
    access,
    narrowed: false,
    audit: { target: 'price', id: 'id' },
    headers: Type.Object(idempotencyHeader),
    body: PriceInput,
    success: { status: 201, description: 'The price.', schema: Price },
    errors: ['too_many_prices'],
  }),
  deletePrice: defineOperation({
    id: 'deletePrice',
    method: 'DELETE',
    path: '/admin/prices/{price_id}',
    tag,
    summary: 'Delete a price that is not valid yet',
    access,
    narrowed: false,
    audit: { target: 'price', id: 'price_id' },
    params: Type.Object({ price_id: Type.String() }),
    success: { status: 204, description: 'Deleted.' },
    errors: ['not_found', 'price_in_use'],
  }),
  recalculatePrices: defineOperation({
    id: 'recalculatePrices',
    method: 'POST',
    path: '/admin/prices/recalculate',
    tag,
    summary: 'Price the calls of a time again',
    description:
      'Work appends an entry of the kind `correction` for each call whose cost has changed; entries themselves never change. Ranges that are requested while the work goes on become one.',
    access,
    narrowed: false,
    audit: { target: 'organization' },
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({ from: timestampOf('Inclusive.'), to: timestampOf('Exclusive.') }),
    success: { status: 202, description: 'It will be done.', schema: Type.Object({ from: Timestamp, to: Timestamp }) },
    errors: [],
  }),
  getPartnerUsage: defineOperation({
    id: 'getPartnerUsage',
    method: 'GET',
    path: '/admin/partner-console/usage',
    tag,
    summary: 'Sum usage of an organization and all below it',
    access: ['child_organizations:manage'],
    narrowed: false,
    audit: false,
    query: Type.Object({
      organization_id: Type.Optional(uuidText('Default: the caller’s. Else one below it.')),
      subtree: Type.Optional(Type.Boolean({ description: 'Whether those below it are included. Default true.' })),
      ...range,
    }),
    success: { status: 200, description: 'The sums, by day and by organization.', schema: PartnerUsage },
    errors: ['not_found'],
  }),
}
