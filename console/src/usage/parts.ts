// Rows of usage as parts: one for each value of the group, with its sums and those of each bucket. Pure.
import type { UsageGroup } from '@parley/contract'
import type { Output } from '@parley/sdk'
import { type Bucket, bucketStart } from './view.ts'

export type Row = Output<'getUsage'>['data'][number]

/** Costs are added as numbers: for a chart, and for sums that are shown with few digits. */
export interface Sums {
  entries: number
  input_tokens: number
  output_tokens: number
  quantity: number
  cost: number
  unpriced_tokens: number
}

export interface Part {
  /** Null: calls without an agent, or without a model. */
  key: string | null
  sums: Sums
  lost: Sums
  buckets: Sums[]
  lostBuckets: Sums[]
}

export const noSums = (): Sums => ({
  ...{ entries: 0, input_tokens: 0, output_tokens: 0, quantity: 0, cost: 0, unpriced_tokens: 0 },
})

function add(to: Sums, { entries, input_tokens, output_tokens, quantity, cost, unpriced_tokens }: Row['lost'] | Sums) {
  to.entries += entries
  to.input_tokens += input_tokens
  to.output_tokens += output_tokens
  to.quantity += quantity
  to.cost += Number(cost)
  to.unpriced_tokens += unpriced_tokens
}

const fields = {
  agent: 'agent_id',
  model: 'model',
  provider: 'provider',
  kind: 'kind',
  purpose: 'purpose',
  organization: 'organization_id',
} as const satisfies Record<UsageGroup, keyof Row>

/** What a row is of, in its group. */
export const keyOf = (row: Row, group: UsageGroup): string | null => row[fields[group]] ?? null

const newPart = (key: string | null, starts: readonly number[]): Part => ({
  key,
  sums: noSums(),
  lost: noSums(),
  buckets: starts.map(noSums),
  lostBuckets: starts.map(noSums),
})

export const tokensOf = ({ input_tokens, output_tokens }: Sums) => input_tokens + output_tokens

/** The most expensive first, then what has most tokens. Without a group there is one part. */
export function partsOf(
  rows: readonly Row[],
  group: UsageGroup | undefined,
  bucket: Bucket,
  starts: readonly number[],
): Part[] {
  const parts = new Map<string | null, Part>()
  for (const row of rows) {
    const key = group === undefined ? null : keyOf(row, group)
    const part = parts.get(key) ?? newPart(key, starts)
    parts.set(key, part)
    const at = starts.indexOf(bucketStart(row.from, bucket))
    for (const [sums, added] of [
      [part.sums, row],
      [part.lost, row.lost],
      [part.buckets[at], row],
      [part.lostBuckets[at], row.lost],
    ] as const) {
      if (sums) add(sums, added)
    }
  }
  return [...parts.values()].toSorted(
    (a, b) => b.sums.cost - a.sums.cost || tokensOf(b.sums) - tokensOf(a.sums) || b.sums.entries - a.sums.entries,
  )
}

/** The first parts, and one of all others, which has the key `other`. */
export function firstParts(parts: readonly Part[], most: number): { shown: readonly Part[]; others: Part | null } {
  if (parts.length <= most + 1) return { shown: parts, others: null }
  const others = newPart(
    'other',
    parts[0]!.buckets.map((_sums, index) => index),
  )
  for (const part of parts.slice(most)) {
    add(others.sums, part.sums)
    add(others.lost, part.lost)
    for (const [index, sums] of part.buckets.entries()) add(others.buckets[index]!, sums)
    for (const [index, sums] of part.lostBuckets.entries()) add(others.lostBuckets[index]!, sums)
  }
  return { shown: parts.slice(0, most), others }
}

export function sumOf(parts: readonly Part[]): { sums: Sums; lost: Sums } {
  const all = { sums: noSums(), lost: noSums() }
  for (const part of parts) {
    add(all.sums, part.sums)
    add(all.lost, part.lost)
  }
  return all
}
