// P2: a stop ends exactly when the next period begins, by the clock of the budget's time zone, on servers whose clock is moved through the
// changes of summer time.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBudgetGate } from '../../src/budgets/gate.ts'
import { countUsage } from '../../src/billing/work.ts'
import { testPorts } from '../support/ports.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'
import { leaveCalls } from './pending.ts'

let server: TestServer
/** What the servers take for the time. */
let now = Date.parse('2027-01-15T12:00:00Z')
const clock = { ...testPorts.clock, now: () => now }

beforeAll(async () => {
  server = await startTestServer({}, { ports: { clock } })
})
afterAll(() => server[Symbol.asyncDispose]())

const count = () => countUsage(server.app.core)
const at = (time: string, ms = 0) => Date.parse(time) + ms
const spend = (calls: readonly (readonly [string, number, number])[]) =>
  leaveCalls(
    server.database,
    calls.map(([agent_id, ms, input_tokens]) => {
      const { organization_id } = server
      return { organization_id, agent_id, at: new Date(ms).toISOString(), input_tokens }
    }),
  )
/** As the gate of a node sees it that looks now. */
function findStopped(agent_id: string) {
  const { database, live, log, metrics } = server.app.core
  const gate = createBudgetGate({ database, bus: live.bus, clock, log, metrics })
  return gate.find({ organization_id: server.organization_id, agent_id })
}

// With the change of the clock in each; written by hand, so that no library says what it is compared with.
const changes = [
  ['America/New_York', 'day', '2027-03-14T05:00:00.000000Z', '2027-03-15T04:00:00.000000Z'],
  ['America/New_York', 'week', '2027-03-08T05:00:00.000000Z', '2027-03-15T04:00:00.000000Z'],
  ['America/New_York', 'month', '2027-03-01T05:00:00.000000Z', '2027-04-01T04:00:00.000000Z'],
  ['America/New_York', 'day', '2027-11-07T04:00:00.000000Z', '2027-11-08T05:00:00.000000Z'],
  ['America/New_York', 'week', '2027-11-01T04:00:00.000000Z', '2027-11-08T05:00:00.000000Z'],
  ['America/New_York', 'month', '2027-11-01T04:00:00.000000Z', '2027-12-01T05:00:00.000000Z'],
  ['Europe/Berlin', 'day', '2027-03-27T23:00:00.000000Z', '2027-03-28T22:00:00.000000Z'],
  ['Europe/Berlin', 'week', '2027-03-21T23:00:00.000000Z', '2027-03-28T22:00:00.000000Z'],
  ['Europe/Berlin', 'month', '2027-02-28T23:00:00.000000Z', '2027-03-31T22:00:00.000000Z'],
  ['Europe/Berlin', 'day', '2027-10-30T22:00:00.000000Z', '2027-10-31T23:00:00.000000Z'],
  ['Europe/Berlin', 'week', '2027-10-24T22:00:00.000000Z', '2027-10-31T23:00:00.000000Z'],
  ['Europe/Berlin', 'month', '2027-09-30T22:00:00.000000Z', '2027-10-31T23:00:00.000000Z'],
  // Half an hour.
  ['Australia/Lord_Howe', 'day', '2027-04-03T13:00:00.000000Z', '2027-04-04T13:30:00.000000Z'],
  ['Australia/Lord_Howe', 'week', '2027-03-28T13:00:00.000000Z', '2027-04-04T13:30:00.000000Z'],
  ['Australia/Lord_Howe', 'month', '2027-03-31T13:00:00.000000Z', '2027-04-30T13:30:00.000000Z'],
  ['Australia/Lord_Howe', 'day', '2027-10-02T13:30:00.000000Z', '2027-10-03T13:00:00.000000Z'],
  ['Australia/Lord_Howe', 'week', '2027-09-26T13:30:00.000000Z', '2027-10-03T13:00:00.000000Z'],
  ['Australia/Lord_Howe', 'month', '2027-09-30T13:30:00.000000Z', '2027-10-31T13:00:00.000000Z'],
] as const

test('P2: through each change of the clock, a period has its own calls, and its stop ends with it', async () => {
  // Each with an agent of its own, so that no budget sees the calls of another.
  const cases = await Promise.all(
    changes.map(async ([time_zone, period, start, end]) => {
      const { agent_id } = await server.client.createAgent({ name: `${time_zone} ${period}` })
      const budget = { name: 'Stops', unit: 'tokens', amount: 10, period, time_zone, agent_id, stop: true } as const
      return { of: `${period} in ${time_zone} until ${end}`, start, end, agent_id, budget, ids: [] as string[] }
    }),
  )
  const statesOf = (ids: string[]) =>
    Promise.all(ids.map(async (budget_id) => (await server.client.getBudget({ budget_id })).state))
  const addBudgets = async () => {
    for (const { end, budget, ids } of cases) {
      now = at(end, -1000)
      ids.push((await server.client.createBudget(budget)).id)
    }
  }
  await addBudgets()
  // Only what is within counts, however close to an edge.
  await spend(cases.map(({ start, agent_id }) => [agent_id, at(start, -1), 100]))
  await spend(cases.map(({ start, agent_id }) => [agent_id, at(start), 4]))
  await spend(cases.map(({ end, agent_id }) => [agent_id, at(end, -1), 6]))
  await count()
  // Those that are made later begin with the same: from the sums of hours, and entries where a period begins within one.
  await addBudgets()
  await spend(cases.map(({ end, agent_id }) => [agent_id, at(end), 3]))
  await count()
  for (const { of, start, end, agent_id, ids } of cases) {
    const resumes = { period_start: end, spent: 3, status: 'ok' }
    now = at(end, -1)
    const stopped = { period_start: start, period_end: end, spent: 10, status: 'stopped' }
    expect([of, ...(await statesOf(ids))]).toMatchObject([of, stopped, stopped])
    expect([of, (await findStopped(agent_id))?.resets_at]).toEqual([of, end])
    now = at(end)
    expect([of, await findStopped(agent_id)]).toEqual([of, null])
    expect([of, ...(await statesOf(ids))]).toMatchObject([of, resumes, resumes])
  }
  // What comes late is of its own time.
  await spend(
    cases.flatMap(({ end, agent_id }) => [[agent_id, at(end, -1), 50] as const, [agent_id, at(end), 7] as const]),
  )
  await count()
  for (const { of, end, ids } of cases) {
    now = at(end)
    expect([of, ...(await statesOf(ids.slice(1)))]).toMatchObject([of, { spent: 10, status: 'stopped' }])
  }
})

test('P2: callers are refused until the last moment of a day of 24.5 hours, and not from the next one on', async () => {
  const end = '2027-04-04T13:30:00.000000Z'
  now = at(end, -1)
  const { client } = server
  const { agent_id } = await publishAgent(client)
  const begin = () => client.createConversation({ channel: 'text', user_id: 'ada', agent_id })
  const time_zone = 'Australia/Lord_Howe'
  const budget = { name: 'Day', unit: 'tokens', amount: 10, period: 'day', stop: true, time_zone, agent_id } as const
  const { id: budget_id } = await client.createBudget(budget)
  await spend([[agent_id, at(end, -1), 10]])
  await count()
  const soon = { timeout: 15_000, interval: 50 }
  const refused = () => begin().catch((error: unknown) => error)
  await expect.poll(refused, soon).toMatchObject({ status: 402, body: { resets_at: end } })
  const events = async () =>
    (await client.listOrganizationEvents({ after: 0 })).data.filter(
      ({ type, data }) => type.startsWith('budget.') && (data as { budget_id: string }).budget_id === budget_id,
    )
  expect((await events()).map(({ type }) => type)).toEqual(['budget.warned', 'budget.stopped'])
  now = at(end)
  await expect.poll(async () => (await begin()).conversation.status, soon).toBe('in_progress')
  await count()
  expect((await events()).map(({ type }) => type)).toEqual(['budget.warned', 'budget.stopped', 'budget.resumed'])
})
