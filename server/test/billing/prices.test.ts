// What a call costs is exact, and follows from the prices of its time; it is added once, whatever interrupts or runs beside it (P3).
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { moveUsage } from '../../src/billing/move.ts'
import { type TestDatabase, createTestDatabase } from '../support/database.ts'
import { leaveCalls } from './pending.ts'
import { type ReferenceCall, type ReferencePrice, costOf, readDecimal } from './price-reference.ts'

let base: TestDatabase
/** From the topmost organization down. */
const line = [randomUUID(), randomUUID(), randomUUID()]
const start = Date.parse('2026-03-01T00:00:00Z')

beforeAll(async () => {
  base = await createTestDatabase()
  for (const [index, id] of line.entries()) {
    await run('insert into organizations (id, name, slug, parent_id, ancestors) values ($1, $2, $2, $3, $4)', [
      ...[id, `o${index}`, line[index - 1] ?? null, line.slice(0, index)],
    ])
  }
})
afterAll(() => base[Symbol.asyncDispose]())

const run = async (text: string, values: unknown[] = []) => (await base.database.pool.query(text, values)).rows
const clear = () => run('truncate usage_pending, usage_entries, usage_totals, prices, budgets cascade')
const whole = { nil: undefined }

const decimal = fc
  .tuple(fc.bigInt(0n, 999_999n), fc.stringMatching(/^\d{0,12}$/))
  .map(([units, part]) => (part === '' ? String(units) : `${units}.${part}`))
const rates = fc.record(
  { input: decimal, cached_input: decimal, cache_write: decimal, output: decimal },
  { requiredKeys: [] },
)
const price: fc.Arbitrary<ReferencePrice> = fc
  .tuple(
    rates,
    fc.record({
      depth: fc.integer({ min: 0, max: 3 }),
      model: fc.constantFrom('openai/small', 'openai/large', ''),
      valid_from: fc.integer({ min: 0, max: 9 }).map((n) => start + n * 600_000 + n),
      locked: fc.boolean(),
      tiers: fc.uniqueArray(
        fc
          .tuple(rates, fc.integer({ min: 1, max: 2000 }))
          .map(([own, above]) => ({ ...own, above_input_tokens: above })),
        { maxLength: 4, selector: ({ above_input_tokens }) => above_input_tokens },
      ),
    }),
    fc.option(decimal, whole),
  )
  .map(([own, rest, unit_price]) => ({ ...own, ...rest, ...(unit_price === undefined ? {} : { unit_price }) }))
const prices = fc.uniqueArray(price, {
  maxLength: 12,
  selector: ({ depth, model, valid_from }) => `${depth} ${model} ${valid_from}`,
})
const tokens = fc.integer({ min: 0, max: 5000 })
const call = fc.record({
  at: fc.integer({ min: 0, max: 6_000_000 }).map((ms) => start + ms),
  model: fc.constantFrom('openai/small', 'openai/large', ''),
  input: tokens,
  cached: tokens,
  written: tokens,
  output: tokens,
  quantity: fc.option(decimal),
})

async function store(given: ReferencePrice[]) {
  const rows = given.map(({ depth, tiers, ...rest }) => ({
    ...rest,
    id: randomUUID(),
    organization_id: line[depth - 1] ?? null,
    tiers: tiers.length === 0 ? null : tiers,
    valid_from: new Date(rest.valid_from).toISOString(),
  }))
  await run(
    `insert into prices (id, organization_id, kind, model, input, cached_input, cache_write, output, tiers, unit_price, valid_from, locked)
     select id, organization_id, 'model_call', model, input, cached_input, cache_write, output, tiers, unit_price, valid_from, locked
     from jsonb_to_recordset($1::jsonb) as r(id uuid, organization_id uuid, model text, input numeric, cached_input numeric,
       cache_write numeric, output numeric, tiers jsonb, unit_price numeric, valid_from timestamptz, locked boolean)`,
    [JSON.stringify(rows)],
  )
}

const pendingOf = (
  organization_id: string,
  { at, model, input, cached, written, output, quantity }: ReferenceCall,
) => ({
  ...{ organization_id, at: new Date(at).toISOString(), quantity, unit: quantity === null ? null : 'call' },
  ...(model === '' ? { provider: null, model: null } : { provider: 'openai', model: model.slice('openai/'.length) }),
  ...{ input_tokens: input, cached_input_tokens: cached, cache_write_tokens: written, output_tokens: output },
})

test('every call has the exact cost of the price that its time and its organization choose', async () => {
  await fc.assert(
    fc.asyncProperty(
      prices,
      fc.array(call, { minLength: 1, maxLength: 25 }),
      fc.integer({ min: 1, max: 3 }),
      async (given, calls, depth) => {
        await clear()
        await store(given)
        const ids = await leaveCalls(
          base.database,
          calls.map((each) => pendingOf(line[depth - 1]!, each)),
        )
        expect(await moveUsage(base.database, 5)).toBe(calls.length)
        const rows = await run('select id, cost::text, unpriced_tokens::integer as unpriced from usage_entries')
        const found = new Map(rows.map((row: { id: string; cost: string | null; unpriced: number }) => [row.id, row]))
        const wanted = calls.map((each) => costOf(given, each, depth))
        expect(ids.map((id) => found.get(id)!.cost).map((cost) => cost && readDecimal(cost))).toEqual(wanted)
        const unpriced = calls.map((each, index) => (wanted[index] === null ? each.input + each.output : 0))
        expect(ids.map((id) => found.get(id)!.unpriced)).toEqual(unpriced)
        const [sums] = await run(
          'select sum(cost)::text as cost, sum(unpriced_tokens)::integer as unpriced, sum(entries)::integer as entries from usage_totals',
        )
        expect({ ...sums, cost: readDecimal(sums.cost) }).toEqual({
          cost: wanted.reduce((sum: bigint, cost) => sum + (cost ?? 0n), 0n),
          unpriced: unpriced.reduce((sum, each) => sum + each, 0),
          entries: calls.length,
        })
      },
    ),
    { numRuns: 60 },
  )
})

/** As much as the totals and the budget say, and how many entries there are. */
async function counted() {
  const [row] = await run(
    `select (select count(*) from usage_entries)::integer as entries, (select sum(entries) from usage_totals)::integer as in_totals,
            (select sum(cost) from usage_totals)::text as cost, (select sum(spent) from budget_periods)::text as spent,
            (select count(*) from usage_pending where outcome is not null)::integer as waiting`,
  )
  return row
}

async function begin(calls: number) {
  await clear()
  await store([
    { depth: 0, model: 'openai/small', valid_from: start, locked: false, tiers: [], input: '1000000', output: '0' },
  ])
  const budget_id = randomUUID()
  await run(
    `insert into budgets (id, organization_id, set_by, name, subtree, unit, amount, period, time_zone, warn_at, stop, active)
     values ($1, $2, $2, 'All', true, 'cost', 1000, 'total', 'UTC', '{}', false, true)`,
    [budget_id, line[0]],
  )
  await run(`insert into budget_periods values ($1, $2, '-infinity', 'infinity')`, [budget_id, line[0]])
  const small = { model: 'openai/small', cached: 0, written: 0, output: 0, quantity: null }
  const rows = Array.from({ length: calls }, (_one, n) =>
    pendingOf(line[n % 3]!, { ...small, at: start + n * 60_000, input: 1 }),
  )
  const ids = await leaveCalls(base.database, rows)
  return { rows, ids }
}

test('P3: concurrent movers, and rows that come again, count each row once', async () => {
  const { rows, ids } = await begin(25_000)
  await leaveCalls(base.database, [
    { organization_id: line[0]!, at: '2026-03-01T00:00Z', outcome: null, open_until: '2026-03-02T00:00Z' },
  ])
  await Promise.all([1, 2, 3].map(() => moveUsage(base.database, 100)))
  await moveUsage(base.database, 100)
  const once = { entries: 25_000, in_totals: 25_000, cost: '25000.000000', spent: '25000', waiting: 0 }
  expect(await counted()).toMatchObject({
    ...once,
    cost: expect.stringMatching(/^25000(\.0*)?$/) as string,
    spent: expect.stringMatching(/^25000(\.0*)?$/) as string,
  })
  await leaveCalls(
    base.database,
    rows.slice(0, 100).map((row, n) => ({ ...row, id: ids[n]! })),
  )
  await moveUsage(base.database, 100)
  expect(await counted()).toMatchObject({ entries: 25_000, in_totals: 25_000, waiting: 0 })
  // The open call waits for its end.
  expect(await run('select outcome from usage_pending')).toEqual([{ outcome: null }])
})

test('P3: a mover that is cut off after any time has counted all or nothing', async () => {
  await begin(3000)
  let cut = 0
  for (let ms = 1; ms < 5000; ms = Math.ceil(ms * 1.4)) {
    const client = await base.database.pool.connect()
    try {
      await client.query(`set statement_timeout = ${ms}`)
      const executor = {
        query: async (made: { text: string }, values: unknown[]) => (await client.query(made.text, values)).rows,
      }
      await moveUsage(executor as never, 1).catch((error: { code: string }) => {
        expect(error.code).toBe('57014')
        cut += 1
      })
    } finally {
      client.release(true)
    }
    const { entries, in_totals, waiting, spent } = await counted()
    expect([entries, in_totals ?? 0, Number(spent)]).toEqual([3000 - waiting, 3000 - waiting, 3000 - waiting])
    if (waiting === 0) break
  }
  expect(cut).toBeGreaterThan(3)
  expect(await counted()).toMatchObject({ entries: 3000, waiting: 0 })
})

test('an entry never changes', async () => {
  await begin(1)
  await moveUsage(base.database, 1)
  await expect(run('update usage_entries set cost = 0')).rejects.toThrow('an entry of usage never changes')
})
