// listConversations and countConversations by updated_after and updated_before.
import { randomUUID } from 'node:crypto'
import type { Input } from '@parley/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeOrganization } from '../support/actors.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

type Filters = Input<'listConversations'>

let server: TestServer
let client: TestServer['client']

/** More than are scanned for a page of two before all matches are sorted. */
const count = 260
const created = (place: number) => new Date(Date.UTC(2026, 1, 1) + place * 60_000).toISOString()
/** The oldest were changed last: the order of changes is the reverse of the order of creation. */
const changed = (place: number) => `2026-03-01T00:00:00.${String(900_000 - place).padStart(6, '0')}Z`

beforeAll(async () => {
  server = await startTestServer()
  client = (await makeOrganization(server)).client
  const conversations = Array.from({ length: count }, (_none, place) => ({
    ...{ id: randomUUID(), channel: 'text' as const, status: 'completed' as const, user_id: `user.${place % 2}` },
    ...{ created_at: created(place), updated_at: changed(place), custom_metadata: { place } },
  }))
  const { errors } = await client.importConversations({ conversations })
  if (errors.length > 0) throw new Error(JSON.stringify(errors))
  // Another organization's conversations of the same times.
  const rows = conversations.slice(0, 20).map((row) => ({ ...row, id: randomUUID() }))
  await (await makeOrganization(server)).client.importConversations({ conversations: rows })
})
afterAll(() => server[Symbol.asyncDispose]())

/** The places of all matches, newest first, read page by page; the count must agree. */
async function matching(filters: Filters): Promise<number[]> {
  const found: number[] = []
  for (let cursor: string | undefined; ;) {
    const page = await client.listConversations({ ...filters, limit: 2, ...(cursor !== undefined && { cursor }) })
    found.push(...page.map(({ custom_metadata }) => (custom_metadata as { place: number }).place))
    if (page.length < 2) break
    cursor = Buffer.from(page.at(-1)!.created_at).toString('base64')
  }
  expect(await client.countConversations(filters)).toEqual({ count: found.length })
  return found
}

test.each<[string, Filters, number[]]>([
  ['updated_after is inclusive, to the microsecond', { updated_after: changed(3) }, [3, 2, 1, 0]],
  ['updated_before is inclusive, to the microsecond', { updated_before: changed(count - 3) }, [259, 258, 257]],
  ['both', { updated_after: changed(12), updated_before: changed(10) }, [12, 11, 10]],
  ['the same moment', { updated_after: changed(100), updated_before: changed(100) }, [100]],
  ['with another zone', { updated_after: '2026-03-01T02:00:00.899998+02:00' }, [2, 1, 0]],
  ['none', { updated_after: '2026-03-02T00:00:00Z' }, []],
  ['with user_id', { updated_after: changed(5), user_id: 'user.1' }, [5, 3, 1]],
  ['with created_after', { updated_after: changed(5), created_after: created(3) }, [5, 4, 3]],
])('%s', async (_name, filters, places) => {
  expect(await matching(filters)).toEqual(places)
})

test('all of them, page by page', async () => {
  const all = Array.from({ length: count }, (_none, index) => count - 1 - index)
  expect(await matching({ updated_after: changed(count) })).toEqual(all)
  expect(await matching({ updated_before: changed(0) })).toEqual(all)
})

test('a message, a change of metadata and an end move the time', async () => {
  const { client: own } = await makeOrganization(server)
  const { agent_id } = await publishAgent(own)
  const { conversation } = await own.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const conversation_id = conversation.id
  const acts = [
    () => own.sendConversationMessage({ conversation_id, text: 'Hello' }),
    () => own.updateConversation({ conversation_id, custom_metadata: { a: 1 } }),
    () => own.endConversation({ conversation_id }),
  ]
  for (const act of acts) {
    const { updated_at } = await own.getConversation({ conversation_id })
    await act()
    const changedSince = async (time: string) => (await own.listConversations({ updated_after: time })).length
    const { updated_at: now } = await own.getConversation({ conversation_id })
    expect(now > updated_at).toBe(true)
    expect([await changedSince(updated_at), await changedSince(now)]).toEqual([1, 1])
    expect(await own.listConversations({ updated_before: updated_at })).toEqual([])
  }
})

test('an imported conversation is not older than its creation, however it was sent and moved', async () => {
  const { client: own } = await makeOrganization(server)
  const row = (updated_at: string) => ({
    ...{ id: randomUUID(), channel: 'text' as const, status: 'completed' as const, user_id: 'u' },
    ...{ created_at: created(1), updated_at },
  })
  // All of the same time, so that two are moved on.
  await own.importConversations({ conversations: [row(created(0)), row(created(1)), row(created(1)), row(created(2))] })
  const rows = await own.listConversations()
  for (const { created_at, updated_at } of rows) expect(updated_at >= created_at).toBe(true)
  for (const { id, updated_at } of rows) {
    const found = await own.listConversations({ updated_before: updated_at, updated_after: updated_at })
    expect(found.map((one) => one.id)).toEqual([id])
  }
})

test.each(['updated_after', 'updated_before'] as const)(
  '%s that is no time is 422, and names the field',
  async (name) => {
    const calls = [
      () => client.listConversations({ [name]: 'yesterday' }),
      () => client.countConversations({ [name]: '' }),
    ]
    for (const call of calls) expect(await refusal(call())).toMatchObject({ status: 422, errors: [{ path: name }] })
  },
)
