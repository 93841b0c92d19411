// Events of an organization in the database: they exist if and only if their commit succeeded, no reader misses one, and they are kept
// for thirty days.
import { randomUUID } from 'node:crypto'
import { organizationEventData } from '@parley/contract'
import { Value } from 'typebox/value'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Transaction, limitLockWait } from '../../src/database/database.ts'
import { openStore } from '../../src/database/store.ts'
import { addOrganizationEvent } from '../../src/events/events.ts'
import {
  type OrganizationEventRecord,
  forgetOrganizationEvents,
  readOrganizationEvents,
} from '../../src/organization-events/organization-events.ts'
import { maintainOrganizationEvents } from '../../src/events/work.ts'
import { type TestDatabase, createTestDatabase } from '../support/database.ts'

let base: TestDatabase
let organization_id: string

beforeAll(async () => {
  base = await createTestDatabase()
})
afterAll(() => base[Symbol.asyncDispose]())
beforeEach(async () => {
  organization_id = randomUUID()
  await query(`insert into organizations (id, name, slug) values ($1, 'O', $2)`, [organization_id, organization_id])
})

const query = async (text: string, values: unknown[] = []) => (await base.database.pool.query(text, values)).rows
const read = (after = 0, limit = 1000) =>
  readOrganizationEvents(openStore(base.database, organization_id), after, limit)
const urlsOf = (events: OrganizationEventRecord[]) => events.map(({ data }) => 'url' in data && data.url)

function write(tx: Transaction, url: string, subject = randomUUID()): void {
  const data = { webhook_id: subject, url, reason: 'gone' as const }
  addOrganizationEvent(tx, { id: randomUUID(), organization_id, type: 'webhook.disabled', subject, data })
}

/** Writes the events in one commit, after waiting for `held`. */
const commit = (urls: string[], held: () => unknown = () => {}) =>
  base.database.transaction(async (tx) => {
    await limitLockWait(tx, 5000)
    for (const url of urls) write(tx, url)
    await tx.sent()
    await held()
  })

/** Simulates the passing of days. */
const age = (days: number) =>
  query(`update organization_events set occurred_at = occurred_at - $1 * interval '1 day' where organization_id = $2`, [
    days,
    organization_id,
  ])

test('events of one commit are read in the order in which they were written', async () => {
  const subject = randomUUID()
  await base.database.transaction(async (tx) => {
    await limitLockWait(tx, 5000)
    for (const url of ['a', 'b', 'c']) write(tx, url, subject)
  })
  const { events, last_number } = await read()
  const of = { subject, type: 'webhook.disabled', id: expect.any(String) as string }
  const at = { occurred_at: expect.stringMatching(/^\d{4}-.*\d{6}Z$/) as string }
  expect(events).toEqual(
    ['a', 'b', 'c'].map((url, n) => ({
      ...{ number: n + 1, ...of, ...at, data: { webhook_id: subject, url, reason: 'gone' } },
    })),
  )
  for (const { data, type } of events) expect(Value.Check(organizationEventData[type], data)).toBe(true)
  expect(last_number).toBe(3)
  expect(urlsOf((await read(1, 1)).events)).toEqual(['b'])
  organization_id = randomUUID()
  expect(await read()).toEqual({ events: [], last_number: 0 })
})

test('a transaction that rolls back leaves no event, delivery or arrival', async () => {
  await query(
    `insert into webhook_endpoints (id, organization_id, url, events, active, secret) values ($1, $1, 'u', '{*}', true, '')`,
    [organization_id],
  )
  const broken = commit(['a'], () => Promise.reject(new Error('broken')))
  await expect(broken).rejects.toThrow('broken')
  const left = () =>
    query(
      `select (select count(*)::integer from organization_events where organization_id = $1) as events,
              (select count(*)::integer from webhook_deliveries where organization_id = $1) as deliveries,
              (select count(*)::integer from webhook_arrivals where endpoint_id = $1) as arrivals`,
      [organization_id],
    )
  expect(await left()).toEqual([{ events: 0, deliveries: 0, arrivals: 0 }])
  await commit(['a'])
  expect(await left()).toEqual([{ events: 1, deliveries: 1, arrivals: 1 }])
})

test('an event that is committed after a later one comes after it', async () => {
  const [written, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const slow = commit(['slow'], () => {
    written.resolve()
    return released.promise
  })
  await written.promise
  await commit(['quick'])
  const before = await read()
  released.resolve()
  await slow
  const after = await read(before.last_number)
  expect([urlsOf(before.events), urlsOf(after.events)]).toEqual([['quick'], ['slow']])
})

test('however many write and read at once, every reader has every event, once, under the same number', async () => {
  const urls = Array.from({ length: 150 }, (_none, n) => String(n))
  let isOver = false
  async function follow(): Promise<OrganizationEventRecord[]> {
    const seen: OrganizationEventRecord[] = []
    for (let isLast = false; ;) {
      const { events } = await read(seen.at(-1)?.number ?? 0, 7)
      seen.push(...events)
      if (isLast && events.length === 0) return seen
      isLast = isOver
    }
  }
  const readers = [follow(), follow(), follow()]
  const writers = Array.from({ length: 5 }, async (_none, writer) => {
    for (let n = writer; n < urls.length; n += 5) await commit([urls[n]!])
  })
  await Promise.all(writers).finally(() => (isOver = true))
  const [first, ...others] = await Promise.all(readers)
  expect(first!.map(({ number }) => number)).toEqual(urls.map((_url, n) => n + 1))
  expect(new Set(urlsOf(first!))).toEqual(new Set(urls))
  for (const other of others) expect(other).toEqual(first)
})

test('an event is deleted after thirty days, once it has a number, so a reader sees that it missed one', async () => {
  await commit(['gone'])
  await age(30.1)
  await commit(['kept'])
  await age(29.9)
  await query(
    `update organization_events set occurred_at = occurred_at + interval '29.9 days' where data ->> 'url' = 'gone'`,
  )
  await maintainOrganizationEvents(base.database)
  expect(await read()).toMatchObject({ events: [{ number: 2, data: { url: 'kept' } }], last_number: 2 })
  await age(1)
  await maintainOrganizationEvents(base.database)
  expect(await read()).toEqual({ events: [], last_number: 2 })
  await commit(['next'])
  expect(await read(2)).toMatchObject({ events: [{ number: 3, data: { url: 'next' } }] })
})

test('a limited number is deleted at once, numbered events only, oldest first', async () => {
  for (const url of ['a', 'b', 'c', 'd']) await commit([url])
  await age(31)
  await forgetOrganizationEvents(base.database, 30, 2)
  expect(urlsOf((await read()).events)).toEqual(['a', 'b', 'c', 'd'])
  await forgetOrganizationEvents(base.database, 30, 2)
  expect(urlsOf((await read()).events)).toEqual(['c', 'd'])
})
