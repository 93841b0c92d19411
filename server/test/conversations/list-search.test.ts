// Pages for filters whose indexes are not sorted by time: whether matches are new, old, or both, none is lost or repeated.
import { randomUUID } from 'node:crypto'
import type { Input } from '@parley/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeOrganization } from '../support/actors.ts'
import { type TestServer, startTestServer } from '../support/server.ts'

type Filters = Input<'listConversations'>
type Row = Input<'importConversations'>['conversations'][number]

let server: TestServer
let client: TestServer['client']

// More than are scanned for a page of two before all matches are sorted.
const count = 260
/** By place in time: many old ones, one in the middle, two of the newest. */
const places = [...Array.from({ length: 23 }, (_none, place) => place), 150, count - 9, count - 1]

beforeAll(async () => {
  server = await startTestServer()
  client = (await makeOrganization(server)).client
  const conversations = Array.from({ length: count }, (_none, place): Row => {
    const isMeant = places.includes(place)
    const said = { type: 'message' as const, role: 'user' as const, content: ['Hi'] }
    return {
      id: randomUUID(),
      channel: 'text',
      status: place % 2 === 0 ? 'completed' : 'failed',
      user_id: isMeant ? `launch.${place}` : `user.${place}`,
      agent_number: isMeant ? '+49 30 1' : '+49 40 2',
      created_at: new Date(Date.UTC(2026, 1, 1) + place * 1000).toISOString(),
      duration: isMeant ? 100 : 1,
      custom_metadata: { place, ...(isMeant && { campaign: 'launch' }) },
      ...(isMeant && { conversation: { items: [said, said] } }),
    }
  })
  const { errors } = await client.importConversations({ conversations })
  if (errors.length > 0) throw new Error(JSON.stringify(errors))
})
afterAll(() => server[Symbol.asyncDispose]())

async function walk(filters: Filters): Promise<number[]> {
  const walked: number[] = []
  for (let cursor: string | undefined; ;) {
    const page = await client.listConversations({ ...filters, limit: 2, ...(cursor !== undefined && { cursor }) })
    walked.push(...page.map(({ custom_metadata }) => (custom_metadata as { place: number }).place))
    if (page.length < 2) return walked
    cursor = Buffer.from(page.at(-1)!.created_at).toString('base64')
  }
}

const newestFirst = places.toReversed()

test.each<[string, Filters]>([
  ['user_id', { user_id: 'LAUNCH' }],
  ['agent_number', { agent_number: '30 1' }],
  ['custom_metadata', { custom_metadata: '{"campaign":"launch"}' }],
  ['duration_above', { duration_above: 100 }],
  ['user_turn_count_above', { user_turn_count_above: 2 }],
  ['two of them', { user_turn_count_above: 1, custom_metadata: '{"campaign":"launch"}' }],
])('%s', async (_name, filters) => {
  expect(await walk(filters)).toEqual(newestFirst)
  expect(await walk({ ...filters, status: 'failed' })).toEqual(newestFirst.filter((place) => place % 2 === 1))
})

test('with a bound in time', async () => {
  const created_before = new Date(Date.UTC(2026, 1, 1) + 200 * 1000).toISOString()
  const found = await walk({ user_id: 'launch', created_before })
  expect(found).toEqual(newestFirst.filter((place) => place <= 200))
})
