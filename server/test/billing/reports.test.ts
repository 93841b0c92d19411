// Reports add up what was counted and what waits, in one state of the database; corrections change sums and never entries.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { moveUsage } from '../../src/billing/move.ts'
import { billingWork } from '../../src/billing/work.ts'
import { foldStatistics } from '../../src/statistics/fold.ts'
import { type Organization, makeOrganization } from '../support/actors.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { leaveCalls } from './pending.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ PARLEY_CURRENCY: 'EUR' })
})
afterAll(() => server[Symbol.asyncDispose]())

const move = () => moveUsage(server.database, 10)
const model = { kind: 'model_call', model: 'openai/scripted' } as const

/** Two days of calls: 3 measured, 1 lost, 1 of a model without a price, and workflow runs. */
async function leaveDays({ id: organization_id }: Organization) {
  const one = { organization_id, at: '2026-03-01T10:59:59.5Z', input_tokens: 1000, output_tokens: 100 }
  await leaveCalls(server.database, [
    { ...one, cached_input_tokens: 400 },
    { ...one, at: '2026-03-01T11:00Z', purpose: 'analysis' },
    { ...one, at: '2026-03-02T00:00Z', outcome: 'interrupted' },
    { ...one, at: '2026-03-02T01:00Z', outcome: 'lost', output_tokens: 0 },
    { ...one, at: '2026-03-02T02:00Z', model: 'other' },
    ...['ok', 'ok', 'failed'].map((outcome) => ({
      ...{
        organization_id,
        at: '2026-03-02T03:00Z',
        kind: 'workflow_run',
        purpose: 'workflow',
        provider: null,
        model: null,
      },
      ...{ outcome, quantity: '1', unit: 'run' },
    })),
  ])
}

const days = { from: '2026-03-01T00:00Z', to: '2026-03-03T00:00Z' }

test('a summary is the same before and after calls are counted, and says what had no price', async () => {
  const own = await makeOrganization(server)
  const { client } = own
  await client.createPrice({ ...model, input: '2', cached_input: '0.5', output: '10', valid_from: '2026-01-01T00:00Z' })
  await leaveDays(own)
  const before = await client.getUsageSummary(days)
  const rows = await client.getUsage({ ...days, group_by: 'model,purpose', bucket: 'day' })
  await move()
  expect(await client.getUsageSummary(days)).toEqual(before)
  expect(await client.getUsage({ ...days, group_by: 'model,purpose', bucket: 'day' })).toEqual(rows)
  expect(before).toMatchObject({
    tokens: { input: 4000, cached_input: 400, output: 400 },
    // 600 × 2 + 400 × 0.5 + 100 × 10, and twice 1000 × 2 + 100 × 10.
    cost: { amount: '0.0084', currency: 'EUR', unpriced_tokens: 1100, lost_amount: '0.002' },
    ...{ workflow_runs_total: 3, workflow_runs_success: 2, workflow_runs_failed: 1 },
  })
  expect(before.daily.map(({ date, cost }) => [date, cost.amount, cost.lost_amount])).toEqual([
    ['2026-03-01', '0.0054', '0'],
    ['2026-03-02', '0.003', '0.002'],
  ])
  expect(
    rows.data
      .filter((row) => row.model === 'openai/scripted')
      .map((row) => [row.from.slice(0, 10), row.purpose, row.cost]),
  ).toEqual([
    ['2026-03-01', 'analysis', '0.003'],
    ['2026-03-01', 'reply', '0.0024'],
    ['2026-03-02', 'reply', '0.003'],
  ])
  expect(rows.data.at(-1)).toMatchObject({ purpose: 'workflow', quantity: 3 })
  const lost = rows.data.find((row) => row.from.startsWith('2026-03-02') && row.model === 'openai/scripted')!.lost
  expect(lost).toMatchObject({ entries: 1, input_tokens: 1000, cost: '0.002' })
})

test('entries come as pages and as files', async () => {
  const own = await makeOrganization(server)
  await leaveDays(own)
  await move()
  const first = await own.client.listUsageEntries({ kind: 'model_call', limit: 3 })
  const rest = await own.client.listUsageEntries({
    kind: 'model_call',
    limit: 3,
    cursor: first.pagination.next_cursor!,
  })
  const all = [...first.data, ...rest.data]
  expect(all.map(({ at }) => at.slice(0, 13))).toEqual([
    '2026-03-02T02',
    '2026-03-02T01',
    '2026-03-02T00',
    '2026-03-01T11',
    '2026-03-01T10',
  ])
  const download = async (format: string) => {
    const headers = { authorization: `Bearer ${own.key}` }
    return (await fetch(`${server.url}/admin/usage/entries?kind=model_call&format=${format}`, { headers })).text()
  }
  const lines = (await download('ndjson')).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(all)
  const [head, ...cells] = (await download('csv')).trimEnd().split('\r\n')
  expect(head).toBe(Object.keys(all[0]!).join(','))
  expect(cells.map((line) => line.split(',')[0])).toEqual(all.map(({ id }) => id))
  expect(
    (await own.client.listUsageEntries({ after: '2026-03-02T00:00Z', before: '2026-03-02T01:00Z' })).data,
  ).toHaveLength(1)
})

test('recalculate appends corrections once, and entries keep their price', async () => {
  const own = await makeOrganization(server)
  const { client } = own
  const price = { ...model, output: '10' }
  const { id } = await client.createPrice({ ...price, input: '2', valid_from: '2026-01-01T00:00Z' })
  const budget = await client.createBudget({ name: 'All', amount: '1', period: 'total' })
  await leaveDays(own)
  await move()
  await client.createPrice({ ...price, input: '4', valid_from: '2026-03-02T00:00Z' })
  await client.createPrice({ ...price, model: 'openai/other', input: '1', valid_from: '2026-01-01T00:00Z' })
  const corrected = async () => {
    await client.recalculatePrices(days)
    const left = 'select from usage_recalculations where organization_id = $1'
    await expect
      .poll(async () => (await server.database.pool.query(left, [own.id])).rowCount, { timeout: 10_000 })
      .toBe(0)
    return (await client.listUsageEntries({ kind: 'correction' })).data
  }
  const corrections = await corrected()
  expect(corrections.map(({ at, cost }) => [at.slice(0, 13), cost])).toEqual([
    ['2026-03-02T02', '0.002'],
    ['2026-03-02T01', '0.002'],
    ['2026-03-02T00', '0.002'],
  ])
  // What is corrected is not corrected again.
  expect(await corrected()).toEqual(corrections)
  const { cost } = await client.getUsageSummary(days)
  expect(cost).toEqual({ amount: '0.013', currency: 'EUR', unpriced_tokens: 0, lost_amount: '0.004' })
  expect((await client.getBudget({ budget_id: budget.id })).state.spent).toBe('0.017')
  const entries = (await client.listUsageEntries({ kind: 'model_call' })).data
  expect(new Set(entries.map(({ price_id }) => price_id))).toEqual(new Set([id, null]))
  expect(await refusal(client.deletePrice({ price_id: id }))).toMatchObject({ status: 409, code: 'price_in_use' })
})

test('conversations and minutes are counted as they are billed, and carry their cost', async () => {
  const own = await makeOrganization(server)
  const { client } = own
  const { agent_id } = await publishAgent(client)
  await client.createPrice({ ...model, input: '1', output: '1', valid_from: '2020-01-01T00:00Z' })
  const begin = () => client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const conversation_id = (await begin()).conversation.id
  await begin()
  const { turn_id } = await client.sendConversationMessage({ conversation_id, text: 'Hello' })
  await server.database.pool.query(
    `update conversations set created_at = created_at - interval '90 seconds' where id = $1`,
    [conversation_id],
  )
  // 90, or more on a busy machine.
  const duration = (await client.endConversation({ conversation_id })).duration!
  expect(duration).toBeGreaterThanOrEqual(90)
  const imported = {
    id: crypto.randomUUID(),
    channel: 'text',
    status: 'completed',
    user_id: 'u',
    duration: 600,
  } as const
  const created_at = new Date().toISOString()
  await client.importConversations({ conversations: [{ ...imported, agent_id, created_at }] })
  const counted = {
    ...{ total_calls: 2, chat_calls: 2, voice_calls: 0, inbound_calls: 2, outbound_calls: 0 },
    ...{ voice_minutes: 0, chat_minutes: Math.round(duration / 0.6) / 100, average_duration: duration },
  }
  expect(await client.getUsageSummary()).toMatchObject({ ...counted, inventory: { agents: 1 } })
  await foldStatistics(server.database, 100)
  const summary = await client.getUsageSummary()
  expect(summary).toMatchObject(counted)
  expect(summary.daily.at(-1)).toMatchObject(counted)

  const call = { organization_id: own.id, at: created_at, conversation_id, agent_id }
  await leaveCalls(server.database, [
    { ...call, turn_id, input_tokens: 5, output_tokens: 5 },
    { ...call, purpose: 'analysis', input_tokens: 7 },
  ])
  const costs = async () => {
    const [turn] = (await client.listConversationTurns({ conversation_id })).data
    return [turn!.cost!.amount, (await client.getConversation({ conversation_id })).cost!.amount]
  }
  // With the 11 and 7 tokens of the reply.
  expect(await costs()).toEqual(['0.000028', '0.000035'])
  await move()
  expect(await costs()).toEqual(['0.000028', '0.000035'])
})

test('more than 10,000 rows are refused', async () => {
  const own = await makeOrganization(server)
  await server.database.pool.query(
    `insert into usage_totals select $1, timestamptz '2026-01-01' + n % 700 * interval '1 hour', null, 'model_call', 'reply', 'p', 'm' || n, 'ok',
       null, 1, 1, 0, 0, 1, 0, 0, 2 from generate_series(1, 10001) n`,
    [own.id],
  )
  const year = { from: '2026-01-01T00:00Z', to: '2026-12-31T00:00Z', bucket: 'month' } as const
  expect(await refusal(own.client.getUsage({ ...year, group_by: 'model' }))).toMatchObject({ status: 422 })
  expect((await own.client.getUsage(year)).data).toMatchObject([{ entries: 10_001 }])
  const far = { from: '2025-01-01T00:00Z', to: '2026-12-31T00:00Z' }
  expect(await refusal(own.client.getUsageSummary(far))).toMatchObject({ status: 422 })
})

test('ranges, lists and amounts: the last that is taken, and the first that is not', async () => {
  const own = await makeOrganization(server)
  const { client } = own
  const statusOf = async (call: Promise<unknown>) =>
    call.then(
      () => 200,
      (error: { status: number; code: string | null }) => error.status,
    )
  const from = '2025-03-01T00:00Z'
  for (const [to, status] of [
    ['2026-03-02T00:00Z', 200], // 366 days
    ['2026-03-02T00:00:01Z', 422],
    [from, 422],
    ['2025-02-28T23:59Z', 422],
    ['2025-03-01T00:00:00.001Z', 200],
  ] as const) {
    for (const report of [client.getUsageSummary, client.getUsage, client.getPartnerUsage] as const)
      expect([to, await statusOf(report({ from, to }))]).toEqual([to, status])
  }
  expect((await client.getUsageSummary({ from, to: '2026-03-02T00:00Z' })).daily).toHaveLength(366)

  const budget = { name: 'Bound', amount: '1' } as const
  const many = (count: number) => Array.from({ length: count }, (_none, at) => (at + 1) / 10)
  for (const [more, status] of [
    [{ amount: '999999999999.999999999999' }, 200],
    [{ amount: '0.000000000001' }, 200],
    [{ amount: '0.0000000000001' }, 422],
    [{ amount: '1000000000000' }, 422],
    [{ amount: '-1' }, 422],
    [{ amount: '1e3' }, 422],
    [{ amount: '0.000' }, 422],
    [{ unit: 'tokens', amount: 1_000_000_000_000_000 }, 200],
    [{ unit: 'tokens', amount: 1_000_000_000_000_001 }, 422],
    [{ unit: 'messages', amount: 0 }, 422],
    [{ unit: 'conversations', amount: 1.5 }, 422],
    [{ warn_at: many(5) }, 200],
    [{ warn_at: many(6) }, 422],
    [{ warn_at: [10] }, 200],
    [{ warn_at: [10.1] }, 422],
    [{ warn_at: [0] }, 422],
    [{ message: 'x'.repeat(2000) }, 200],
    [{ message: 'x'.repeat(2001) }, 422],
    [{ name: 'x'.repeat(201) }, 422],
  ] as const)
    expect([more, await statusOf(client.createBudget({ ...budget, ...more } as never))]).toEqual([more, status])

  const tiers = (count: number) =>
    Array.from({ length: count }, (_none, at) => ({ above_input_tokens: at + 1, input: '1' }))
  for (const [more, status] of [
    [{ tiers: tiers(4) }, 200],
    [{ tiers: tiers(5) }, 422],
    [{ input: '999999999999.999999999999' }, 200],
    [{ input: '1000000000000' }, 422],
    [{ input: '-1' }, 422],
  ] as const) {
    const price = { ...model, model: `openai/${crypto.randomUUID()}`, input: '1', output: '1', ...more }
    expect([more, await statusOf(client.createPrice(price))]).toEqual([more, status])
  }
  await server.database.pool.query(
    `insert into prices (id, organization_id, kind, model, input, valid_from, locked)
     select gen_random_uuid(), $1, 'model_call', 'openai/m' || n, 1, '2026-01-01', false
     from generate_series(1, 1999 - (select count(*) from prices where organization_id = $1)::integer) n`,
    [own.id],
  )
  // Of many at once only the last that fits.
  const last = Array.from({ length: 5 }, (_none, at) =>
    client.createPrice({ ...model, model: `openai/z${at}`, input: '1', output: '1' }),
  )
  expect((await Promise.all(last.map(statusOf))).toSorted()).toEqual([200, 409, 409, 409, 409])
  expect(await refusal(client.createPrice({ ...model, input: '1', output: '1' }))).toMatchObject({
    code: 'too_many_prices',
  })
})

test('entries and periods are kept for 400 days; the sums stay', async () => {
  const own = await makeOrganization(server)
  const { client } = own
  const days_ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
  const budget = await client.createBudget({ name: 'Day', unit: 'tokens', amount: 1, period: 'day' })
  const call = { organization_id: own.id, input_tokens: 5 }
  await leaveCalls(server.database, [
    { ...call, at: days_ago(401) },
    { ...call, at: days_ago(399) },
  ])
  await server.database.pool.query(
    `insert into budget_periods (budget_id, organization_id, starts_at, ends_at, spent)
     select $1, $2, at, at + interval '1 day', 5 from unnest($3::timestamptz[]) at`,
    [budget.id, own.id, [days_ago(402), days_ago(400)]],
  )
  await move()
  const sums = async () => (await client.getUsage({ from: days_ago(402), to: days_ago(390), bucket: 'month' })).data
  const before = await sums()
  expect(before.reduce((sum, row) => sum + row.entries, 0)).toBe(2)
  const clean = billingWork(server.app.core).find(({ name }) => name === 'clean_up_usage')!
  const port = { signal: new AbortController().signal }
  await clean.run({} as never, port as never)
  expect((await client.listUsageEntries()).data).toMatchObject([{ input_tokens: 5 }])
  expect(await sums()).toEqual(before)
  const { rows } = await server.database.pool.query(
    'select from budget_periods where budget_id = $1 and ends_at < clock_timestamp()',
    [budget.id],
  )
  expect(rows).toHaveLength(1)
})
