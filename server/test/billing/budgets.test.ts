// A budget that stops forbids calls on every node soon after its sum is reached, and lets them go on when it may (P2).
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { countUsage } from '../../src/billing/work.ts'
import { makeOrganization } from '../support/actors.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { leaveCalls } from './pending.ts'

let server: TestServer
let agent_id: string

beforeAll(async () => {
  server = await startTestServer()
  agent_id = (await publishAgent(server.client)).agent_id
  await server.client.createPrice({
    ...{ kind: 'model_call', model: 'openai/scripted', input: '1', output: '2' },
    valid_from: '2020-01-01T00:00:00Z',
  })
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(async () => {
  for (const { id } of (await server.client.listBudgets({ limit: 100 })).data)
    await server.client.deleteBudget({ budget_id: id })
  server.model.answer = () => 'A reply.'
})

const begin = async (more: { agent_id?: string } = {}) => {
  const of = { agent_id: more.agent_id ?? agent_id }
  return (await server.client.createConversation({ channel: 'text', user_id: 'ada', ...of })).conversation.id
}
const say = (conversation_id: string, text = 'Hello') =>
  server.client.sendConversationMessage({ conversation_id, text })
const count = () => countUsage(server.app.core)
/** Spends so many millionths. */
async function spend(millionths: number, more: object = {}): Promise<void> {
  const call = {
    organization_id: server.organization_id,
    at: new Date().toISOString(),
    agent_id,
    input_tokens: millionths,
  }
  const { version_id: _version, ...rest } = more as { version_id?: string }
  await leaveCalls(server.database, [{ ...call, ...rest }])
  await count()
}
const stateOf = async (budget_id: string) => (await server.client.getBudget({ budget_id })).state
/** Within two seconds, but for a busy machine. */
const soon = { timeout: 15_000, interval: 50 }
const events = async () =>
  (await server.client.listOrganizationEvents({ after: 0 })).data.filter(({ type }) => type.startsWith('budget.'))

test('P2: a stop refuses messages and conversations, stores nothing, and a new amount ends it', async () => {
  const open = await begin()
  const { id: budget_id } = await server.client.createBudget({ name: 'Month', amount: '0.001', stop: true, agent_id })
  await say(open)
  await count()
  const { spent } = await stateOf(budget_id)
  await spend(1000 - Number(spent) * 1e6)
  expect(await stateOf(budget_id)).toMatchObject({ status: 'stopped', share: 1, spent: '0.001' })
  await expect.poll(() => say(open).catch((error: unknown) => error), soon).toMatchObject({ status: 402 })
  const itemsOf = async () => (await server.client.getConversation({ conversation_id: open })).conversation!.items
  const before = await itemsOf()
  const error = await refusal(say(open))
  const { period_end } = await stateOf(budget_id)
  expect(error.body).toMatchObject({ code: 'budget_exceeded', resets_at: period_end })
  expect(await refusal(begin())).toMatchObject({ status: 402 })
  expect(await itemsOf()).toEqual(before)
  // Another agent is not concerned.
  const other = (await publishAgent(server.client)).agent_id
  await begin({ agent_id: other })

  await server.client.updateBudget({ budget_id, amount: '1' })
  await expect.poll(() => say(open).then(({ reply }) => reply), soon).toBe('A reply.')
  await server.client.updateBudget({ budget_id, amount: '0.0005' })
  await expect.poll(() => say(open).catch((failed: unknown) => failed), soon).toMatchObject({ status: 402 })
  await server.client.updateBudget({ budget_id, active: false })
  await expect.poll(() => say(open).then(({ reply }) => reply), soon).toBe('A reply.')
})

test('with a message the reply is that text, without a model', async () => {
  const open = await begin()
  const budget = { name: 'Day', amount: 10, unit: 'tokens', period: 'day', stop: true } as const
  await server.client.createBudget({ ...budget, message: 'We are closed for today.', time_zone: 'Asia/Kolkata' })
  await spend(20)
  let calls = 0
  server.model.answer = () => {
    calls += 1
    return 'From the model.'
  }
  await expect.poll(async () => (await say(open)).reply, soon).toBe('We are closed for today.')
  const before = calls
  await begin()
  expect((await say(open, 'Again')).reply).toBe('We are closed for today.')
  expect(calls).toBe(before)
})

test('a queued turn fails, and its call says that the message is stored', async () => {
  const { agent_id: own } = await publishAgent(server.client)
  const open = await begin({ agent_id: own })
  await server.client.createBudget({ name: 'All', amount: '0.001', stop: true, agent_id: own })
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  let begun = 0
  async function* slowly() {
    await held
    yield 'At last.'
  }
  server.model.answer = () => {
    begun += 1
    return slowly()
  }
  const first = say(open, 'One')
  await expect.poll(() => begun).toBe(1)
  const second = refusal(say(open, 'Two'))
  const turns = async () => (await server.client.listConversationTurns({ conversation_id: open })).data
  await expect.poll(async () => (await turns()).length).toBe(2)
  await spend(1000, { agent_id: own })
  const start = () => begin({ agent_id: own }).catch((error: unknown) => error)
  await expect.poll(start, soon).toMatchObject({ status: 402 })
  release()
  expect((await first).reply).toBe('At last.')
  const error = await second
  expect(error).toMatchObject({ status: 502, code: 'turn_failed' })
  const [, waited] = await turns()
  expect(error.body).toMatchObject({ outcome: 'budget_exceeded', turn_id: waited!.turn_id })
  expect(waited).toMatchObject({ outcome: 'budget_exceeded', status: 'failed', cost: { amount: '0' } })
  expect(begun).toBe(1)
})

test('an analysis is skipped', async () => {
  const own = await publishAgent(server.client, { analysis: { summary: { enabled: true } } })
  const open = await begin({ agent_id: own.agent_id })
  await say(open)
  await server.client.createBudget({ name: 'All', amount: '0.001', stop: true, agent_id: own.agent_id })
  await spend(1000, { agent_id: own.agent_id })
  await expect
    .poll(() => begin({ agent_id: own.agent_id }).catch((error: unknown) => error), soon)
    .toMatchObject({ status: 402 })
  await server.client.endConversation({ conversation_id: open })
  await expect
    .poll(() => server.client.getConversation({ conversation_id: open }), { timeout: 5000 })
    .toMatchObject({ analysis_status: 'skipped', analysis_reason: 'budget_stopped' })
})

test('each event is sent once for each threshold and period', async () => {
  const own = await publishAgent(server.client)
  const known = new Set((await events()).map(({ id }) => id))
  const { id: budget_id } = await server.client.createBudget({
    ...{ name: 'Told', amount: '0.01', stop: true, warn_at: [0.5, 0.8], agent_id: own.agent_id },
  })
  await spend(6000, own)
  await Promise.all([count(), count(), count()])
  await spend(5000, own)
  await count()
  await server.client.updateBudget({ budget_id, amount: '1' })
  await count()
  await count()
  const told = (await events()).filter(({ id }) => !known.has(id)) as { type: string; data: Record<string, unknown> }[]
  expect(told.map(({ type, data }) => [type, data['warn_at'] ?? null])).toEqual([
    ['budget.warned', 0.5],
    ['budget.warned', 0.8],
    ['budget.stopped', null],
    ['budget.resumed', null],
  ])
  expect(told[2]!.data).toMatchObject({ budget_id, amount: '0.01', spent: '0.011' })
})

const counted = { name: 'Messages', unit: 'messages', amount: 100, period: 'total' } as const

test('messages and conversations count too, and a budget begins with what its period has seen', async () => {
  const own = await publishAgent(server.client)
  const messages = { ...counted, agent_id: own.agent_id }
  const before = await server.client.createBudget(messages)
  const open = await begin(own)
  await say(open)
  await say(open)
  await server.client.createBudget({ name: 'stops', unit: 'conversations', amount: 1000, period: 'total', stop: true })
  await count()
  const { spent } = await stateOf(before.id)
  expect([before.state.spent, spent]).toEqual([0, 2])
  const after = await server.client.createBudget(messages)
  expect(after.state.spent).toBe(spent)
  await spend(7)
  const cost = await server.client.createBudget({ name: 'Cost', amount: '5', period: 'total' })
  const [total] = (await server.database.pool.query('select trim_scale(sum(cost))::text as cost from usage_totals'))
    .rows
  expect(cost.state.spent).toBe(total.cost)
})

test('a partner stops those below, who see its budget and cannot change it; nobody else reaches it', async () => {
  const child = await makeOrganization(server)
  const other = await makeOrganization(server)
  await server.database.pool.query(
    'update organizations set parent_id = $2, ancestors = array[$2::uuid] where id = $1',
    [child.id, server.organization_id],
  )
  const agent = await publishAgent(child.client)
  const set = await server.client.createBudget({ name: 'Child', amount: '1', organization_id: child.id })
  expect(await child.client.getBudget({ budget_id: set.id })).toMatchObject({ set_by: server.organization_id })
  const refused = await refusal(child.client.updateBudget({ budget_id: set.id, amount: '9' }))
  expect(refused).toMatchObject({ status: 403, code: 'budget_of_parent' })
  expect(await refusal(other.client.getBudget({ budget_id: set.id }))).toMatchObject({ status: 404 })
  const foreign = { name: 'Other', amount: '1', organization_id: other.id }
  expect(await refusal(server.client.createBudget(foreign))).toMatchObject({ status: 404 })
  await server.client.deleteBudget({ budget_id: set.id })

  await server.client.createBudget({
    name: 'Subtree',
    amount: 5,
    unit: 'tokens',
    period: 'total',
    subtree: true,
    stop: true,
  })
  await spend(5, { organization_id: child.id, agent_id: agent.agent_id })
  const start = () => child.client.createConversation({ channel: 'text', user_id: 'u', agent_id: agent.agent_id })
  await expect.poll(() => start().catch((error: unknown) => error), soon).toMatchObject({ status: 402 })
  const free = await publishAgent(other.client)
  await other.client.createConversation({ channel: 'text', user_id: 'u', agent_id: free.agent_id })
  const usage = await server.client.getPartnerUsage({})
  expect(usage.organizations.map(({ organization_id }) => organization_id).toSorted()).toEqual(
    [server.organization_id, child.id].toSorted(),
  )
})

test.each([
  [{ amount: 5 }, 'amount'],
  [{ amount: '0' }, 'amount'],
  [{ unit: 'tokens', amount: '5' }, 'amount'],
  [{ time_zone: 'Mars/Olympus' }, 'time_zone'],
  [{ agent_id: randomUUID() }, 'agent_id'],
] as const)('%j is refused', async (given, path) => {
  const error = await refusal(server.client.createBudget({ name: 'Wrong', amount: '1', ...given } as never))
  expect(error).toMatchObject({ status: 422, errors: [{ path }] })
})
