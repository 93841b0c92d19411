// The operations that report usage: the summary, sums by groups, and those of a partner.
import type { UsageCost, UsageGroup } from '@parley/contract'
import { invalid, notFound } from '../../base/errors.ts'
import { presentCost, shorten } from '../../budgets/costs.ts'
import { billingSettings } from '../../budgets/settings.ts'
import type { Context, Handler } from '../../calls/context.ts'
import { readActivity } from '../../statistics/statistics.ts'
import {
  type ReportRow,
  type TreeOrganization,
  readInventory,
  readReport,
  readSubtree,
  readUsageSums,
} from '../rows/reports.ts'
import { type UsageRange, chooseUsageRange } from '../rules/range.ts'
import { presentCounts } from '../rules/present-usage.ts'
import { requireReachable } from '../reachable.ts'

interface RangeInput {
  from?: string | undefined
  to?: string | undefined
}

function rangeOf({ core }: Context, input: RangeInput): UsageRange {
  const range = chooseUsageRange(input, core.ports.clock.now())
  if ('message' in range) throw invalid(range)
  return range
}

export const getUsageSummary: Handler<'getUsageSummary'> = async (ctx, input) => {
  const { present, daily } = await readSums(ctx, [ctx.store.organization_id], rangeOf(ctx, input))
  return { ...present(null), daily, inventory: await readInventory(ctx.store) }
}

/** The sums of everything (null) or of an organization, and those of each day. */
async function readSums({ core }: Context, ids: readonly string[], range: UsageRange) {
  const { database, config } = core
  const [activity, sums] = await Promise.all([readActivity(database, ids, range), readUsageSums(database, ids, range)])
  const presentPart = (part: { organization_id: string | null; day: string | null }) => {
    const isPart = (row: typeof part) => row.organization_id === part.organization_id && row.day === part.day
    return presentCounts(activity.find(isPart)?.counters ?? {}, sums.find(isPart), costOf(sums.find(isPart)))
  }
  const costOf = (row: Omit<UsageCost, 'currency'> | undefined) =>
    presentCost(config, row ?? { amount: '0', unpriced_tokens: 0, lost_amount: '0' })
  const byOrganization = indexed(activity, sums)
  return {
    present(organization_id: string | null) {
      if (organization_id === null) return presentPart({ organization_id, day: null })
      const { counters, usage } = byOrganization.get(organization_id) ?? { counters: {}, usage: undefined }
      return presentCounts(counters, usage, costOf(usage))
    },
    daily: range.days.map((date) => ({ date, ...presentPart({ organization_id: null, day: date }) })),
  }
}

/** A partner may have thousands of organizations. */
function indexed(activity: Awaited<ReturnType<typeof readActivity>>, sums: Awaited<ReturnType<typeof readUsageSums>>) {
  const usages = new Map(sums.map((row) => [row.organization_id, row]))
  const counted = new Map(activity.map((row) => [row.organization_id, row.counters]))
  const ids = new Set([...usages.keys(), ...counted.keys()])
  return new Map([...ids].map((id) => [id, { counters: counted.get(id) ?? {}, usage: usages.get(id) }]))
}

/** More are refused. */
const most_rows = 10_000

export const getUsage: Handler<'getUsage'> = async (ctx, input) => {
  const { core, store } = ctx
  const { from, to } = rangeOf(ctx, input)
  const groups = [...new Set((input.group_by?.split(',') ?? []) as UsageGroup[])]
  const ids = groups.includes('organization')
    ? (await readSubtree(core.database, store.organization_id, true)).map(({ id }) => id)
    : [store.organization_id]
  const asked = { from, to, bucket: input.bucket ?? 'day', groups, most: most_rows + 1 }
  const rows = await readReport(store, ids, asked)
  if (rows.length > most_rows) {
    throw invalid({
      path: 'group_by',
      message: `gives more than ${most_rows} rows; choose a shorter range or larger buckets`,
    })
  }
  return { data: rows.map((row) => presentRow(row, groups)), currency: core.config.of(billingSettings).currency }
}

const groupNames = {
  agent: 'agent_id',
  model: 'model',
  provider: 'provider',
  kind: 'kind',
  purpose: 'purpose',
  organization: 'organization_id',
} as const

function presentRow(row: ReportRow, groups: readonly UsageGroup[]) {
  const number = (name: string) => Number(row[name])
  const sums = (prefix: '' | 'lost_') => ({
    entries: number(`${prefix}entries`),
    input_tokens: number(`${prefix}input_tokens`),
    output_tokens: number(`${prefix}output_tokens`),
    quantity: number(`${prefix}quantity`),
    cost: shorten(String(row[`${prefix}cost`])),
    unpriced_tokens: number(`${prefix}unpriced_tokens`),
  })
  const named = groups.map((group) => [groupNames[group], row[groupNames[group]]])
  return { from: row.from, to: row.to, ...Object.fromEntries(named), ...sums(''), lost: sums('lost_') }
}

/** What a tree may have. */
const most_organizations = 10_000

export const getPartnerUsage: Handler<'getPartnerUsage'> = async (ctx, input) => {
  const range = rangeOf(ctx, input)
  const id = await requireReachable(ctx, input.organization_id)
  const found = await readSubtree(ctx.core.database, id, input.subtree ?? true)
  if (found.length === 0) throw notFound('Organization')
  if (found.length > most_organizations) {
    throw invalid({ path: 'subtree', message: `has more than ${most_organizations} organizations; name one below` })
  }
  const ids = found.map((each) => each.id)
  const { present, daily } = await readSums(ctx, ids, range)
  const asRow = ({ id: organization_id, name, slug }: TreeOrganization) => ({
    organization_id,
    name,
    slug,
    ...present(organization_id),
  })
  return { ...present(null), daily, organizations: found.map(asRow) }
}
