// What an export or an import may cost others: pieces, places, and what is read for a row, whatever the conversations are.
import { randomUUID } from 'node:crypto'
import type { Input } from '@parley/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findFreeTimes } from '../../src/conversations/commit/free-times.ts'
import { exportOne, exportPieces } from '../../src/conversations/read/export.ts'
import { createExportShares } from '../../src/conversations/read/export-shares.ts'
import { type Store, openStore } from '../../src/database/store.ts'
import { testPorts } from '../support/ports.ts'
import { type TestServer, startTestServer } from '../support/server.ts'

type Row = Input<'importConversations'>['conversations'][number]

const count = 8
const text = 'x'.repeat(200_000)
const large = randomUUID()

let server: TestServer
let store: Store
beforeAll(async () => {
  server = await startTestServer({ PARLEY_LIMIT_BODY_BYTES: '8388608' })
  store = openStore(server.database, server.organization_id)
  const rows = Array.from({ length: count }, (_none, index) => rowOf({ id: index === 0 ? large : randomUUID() }))
  await server.client.importConversations({ conversations: rows })
})
afterAll(() => server?.[Symbol.asyncDispose]())

function rowOf(fields: Partial<Row>): Row {
  const item = { type: 'message' as const, role: 'user' as const, content: [text] }
  const fixed = { channel: 'text', status: 'completed', user_id: 'u', created_at: '2026-01-01T10:00:00Z' } as const
  return { id: randomUUID(), ...fixed, conversation: { items: [item, item, item] }, ...fields }
}

const gone = new AbortController().signal

function open(shares = createExportShares(testPorts.clock)): AsyncGenerator<Buffer> {
  const { organization_id } = server
  const actor = { type: 'credential' as const, id: null, name: 'test' }
  const scopes = new Set<never>()
  const access = { organization_id, actor, scopes, agent_ids: null, conversation: null, limit_key: 't' }
  return exportPieces({ store, access, filters: {}, shares, gone })
}

test('a page comes in pieces of whole lines, none much larger than a megabyte', async () => {
  const pieces: Buffer[] = []
  for await (const piece of open()) pieces.push(piece)
  expect(pieces.length).toBeGreaterThan(2)
  for (const piece of pieces) expect(piece.length).toBeLessThan(2 * 1024 * 1024)
  for (const piece of pieces) expect(piece.at(-1)).toBe(10)
  expect(Buffer.concat(pieces).toString().trim().split('\n')).toHaveLength(count)
})

test('an organization has four exports at once, however slowly they are read; the next begins when one is over', async () => {
  const { open: places, reading } = createExportShares(testPorts.clock)
  const slow = [1, 2, 3, 4].map(() => open({ open: places, reading }))
  for (const one of slow) expect((await one.next()).done).toBe(false)
  const other = randomUUID()
  const next = places.enter(server.organization_id)
  expect(next).not.toBeNull()
  // An export that waits for its reader keeps nobody from reading.
  for (const owner of [other, server.organization_id]) expect(reading.enter(owner)).toBeNull()
  expect(places.enter(other)).toBeNull()
  await slow[0]!.return(null)
  await next
})

test('a short row does not make the import read a long conversation of the same id', async () => {
  expect(await exportOne(store, large, 10_000)).toBeNull()
  expect(await exportOne(store, large, 4_000_000)).toMatchObject({ id: large })
  const conversations = [rowOf({ id: large, conversation: { items: [] } })]
  const { errors } = await server.client.importConversations({ conversations })
  expect(errors).toMatchObject([{ id: large, path: 'id' }])
})

test('behind a run of taken times the next is found with a few looks, however long the run is', async () => {
  const run = 5000
  const id = randomUUID()
  const wanted = '2025-03-01T00:00:00.000000Z'
  await server.client.importConversations({
    conversations: [rowOf({ id, created_at: wanted, conversation: { items: [] } })],
  })
  await server.database.pool.query(
    `insert into conversations
     select copy.* from conversations c cross join generate_series(1, $2::integer - 1) n
     cross join lateral jsonb_populate_record(c, jsonb_build_object(
       'id', gen_random_uuid(), 'created_at', c.created_at + n * interval '1 microsecond')) copy
     where c.id = $1`,
    [id, run],
  )
  let rows_read = 0
  const explained: Store = {
    ...store,
    async query(statement, values) {
      const { rows } = await server.database.pool.query(`explain (analyze, format json) ${statement.text}`, values)
      rows_read += rowsReadBy(rows[0]['QUERY PLAN'][0].Plan)
      return store.query(statement, values)
    },
  }
  const inside = '2025-03-01T00:00:00.000100Z'
  const free = await findFreeTimes(explained, [wanted, inside, '2025-03-01T00:00:00.004999Z'])
  expect([...free.values()]).toEqual(Array.from({ length: 3 }, () => '2025-03-01T00:00:00.005000Z'))
  expect(rows_read).toBeLessThan(3 * 17 * 2)
  const conversations = Array.from({ length: 300 }, () => rowOf({ created_at: inside, conversation: { items: [] } }))
  expect(await server.client.importConversations({ conversations })).toMatchObject({ created: 300, errors: [] })
})

interface Plan {
  'Relation Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  Plans?: Plan[]
}

function rowsReadBy({ Plans = [], ...node }: Plan): number {
  const own = node['Relation Name'] === 'conversations' ? node['Actual Rows'] * node['Actual Loops'] : 0
  return Plans.reduce((sum, plan) => sum + rowsReadBy(plan), own)
}
