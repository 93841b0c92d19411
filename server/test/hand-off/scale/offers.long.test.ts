// H10 with many: conversations wait for 200 people, on two nodes. PARLEY_TEST_WAITING=10000 is the whole number.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '../../../src/app.ts'
import { readQueuePlace } from '../../../src/conversations/read/handling.ts'
import type { Statement } from '../../../src/database/statements.ts'
import type { Store } from '../../../src/database/store.ts'
import { findNextWaiting, pickPerson } from '../../../src/hand-off/routing/rows.ts'
import { type TestServer, publishAgent, startTestServer } from '../../support/server.ts'
import { makeHandlings, makePeople, rowsOf } from './many.ts'

const waiting = Number(process.env['PARLEY_TEST_WAITING'] ?? 4000)
const people = 200
const capacity = 5

let server: TestServer
let other: App
beforeAll(async () => {
  server = await startTestServer()
  other = await server.startAnother()
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const query = <Row extends object>(text: string, values: unknown[] = []) => rowsOf<Row>(server, text, values)
const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id)

/** In the order in which they were offered. */
const offers = () =>
  query<{ id: string; user_id: string }>(
    `select conversation_id as id, data -> 'assignee' ->> 'id' as user_id from events
     where type = 'conversation.assigned' order by occurred_at, id`,
  )
const countOffers = async () =>
  (
    await query<{ count: number }>(`select count(*)::integer as count from events where type = 'conversation.assigned'`)
  )[0]!.count
const loads = () =>
  query<{ load: number }>(
    `select count(*)::integer as load from handlings where ended_at is null and assignee_id is not null group by assignee_id`,
  )

interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  Plans?: PlanNode[]
}

/** How the statements of a call find rows of hand-offs. */
async function waysTo(call: (store: Store) => Promise<unknown>): Promise<string[]> {
  const asked: { text: string; values: unknown[] }[] = []
  const query = async ({ text }: Statement, values: unknown[]) => (asked.push({ text, values }), [])
  // Without a row it may throw.
  await call({ organization_id: server.organization_id, query } as unknown as Store).catch(() => {})
  const plans = await Promise.all(
    asked.map(({ text, values }) => server.database.pool.query(`explain (format json) ${text}`, values)),
  )
  const wayOf = (node: PlanNode): string[] => [
    ...(node['Relation Name'] === 'handlings' ? [node['Index Name'] ?? node['Node Type']] : []),
    ...(node.Plans ?? []).flatMap(wayOf),
  ]
  return plans.flatMap(({ rows }) => wayOf((rows[0] as { 'QUERY PLAN': [{ Plan: PlanNode }] })['QUERY PLAN'][0].Plan))
}

async function expectIndexes(team_id: string, conversation_id: string): Promise<void> {
  expect(await waysTo((store) => findNextWaiting(store, team_id, []))).toEqual(['handlings_next'])
  expect(await waysTo((store) => pickPerson(store, team_id, capacity, []))).toEqual(['handlings_assignee'])
  const place = await waysTo((store) => readQueuePlace(store, conversation_id, 100))
  expect(place).toContain('handlings_queue')
  expect(place).not.toContain('Seq Scan')
}

test(`${waiting} wait for ${people} people: in order of priority and wait, nobody passed over, capacity never exceeded`, async () => {
  const members = await makePeople(server, people)
  await server.client.createTeam({
    ...{ key: 'many', name: 'Many', members },
    assignment: { mode: 'round_robin', capacity, accept_seconds: 3600 },
  })
  const [team] = await query<{ id: string }>(`select id from teams where key = 'many'`)
  // Each waits since a moment of its own; priorities are mixed.
  const ids = await makeHandlings(server, {
    agent: await publishAgent(server.client),
    count: waiting,
    columns: {
      team_id: `'${team!.id}'::uuid`,
      priority: '((n * 7) % 4)::smallint',
      requested_at: `now() - interval '5 hours'`,
      waiting_since: `now() - interval '5 hours' + ((n * 7919) % ${waiting}) * interval '1 second'`,
      wait_until: `now() + interval '1 day'`,
    },
  })
  const expected = idsOf(
    await query<{ id: string }>('select conversation_id as id from handlings order by priority desc, waiting_since'),
  )
  expect(expected).toHaveLength(ids.length)
  await expectIndexes(team!.id, ids[0]!)
  const route = () => query('select route_teams_of($1, $2)', [server.organization_id, members[0]])
  let most = 0
  let given = 0
  await route()
  while (given < waiting) {
    const full = Math.min(given + people * capacity, waiting)
    const isFull = async () => {
      most = Math.max(most, ...(await loads()).map(({ load }) => load))
      return countOffers()
    }
    await expect.poll(isFull, { timeout: 120_000, interval: 100 }).toBe(full)
    given = full
    // All have the same: nobody is passed over.
    expect(new Set((await loads()).map(({ load }) => load))).toEqual(new Set([capacity]))
    await query(
      `update conversations set status = 'completed', ended_at = now(), end_reason = 'completed', duration = 1 where id in
         (select conversation_id from handlings where assignee_id is not null and ended_at is null)`,
    )
    await route()
  }
  const offered = await offers()
  expect(most).toBe(capacity)
  expect(idsOf(offered)).toEqual(expected)
  const shares = Map.groupBy(offered, ({ user_id }) => user_id)
  expect([...shares.values()].map((all) => all.length)).toEqual(members.map(() => waiting / people))
}, 600_000)
