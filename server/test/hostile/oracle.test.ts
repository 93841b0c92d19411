// The time of a search must not reveal whether another organization has matching data. Time is measured as what the
// database touches, counted in buffers, which a busy machine does not change.
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { explain } from '../../../bench/explain.ts'
import type { Access } from '../../src/calls/access.ts'
import { type Page, pageOf } from '../../src/conversations/read/list.ts'
import { openDatabase } from '../../src/database/database.ts'
import { compose } from '../../src/database/fragments.ts'
import { openStore } from '../../src/database/store.ts'
import { type Organization, makeOrganization } from '../support/actors.ts'
import { type TestServer, startTestServer } from '../support/server.ts'

let server: TestServer
let prober: Organization
let victim: Organization
let client: pg.Client

/** Has enough data, like the victim, for the planner to use the keys. */
const count = 4000
const insert = `
  insert into conversations (id, organization_id, direction, channel, status, user_id, agent_number, custom_metadata, created_at,
    ended_at, end_reason)
  select gen_random_uuid(), $1::uuid, 'inbound', 'text', 'completed', $2 || n || '@example.com', $3,
    jsonb_build_object('plan', $4::text, 'case', jsonb_build_object('list', jsonb_build_array(n, $4::text))),
    now() - n * interval '1 second', now(), 'ended_by_caller'
  from generate_series(1, $5::integer) n`

beforeAll(async () => {
  server = await startTestServer()
  prober = await makeOrganization(server)
  victim = await makeOrganization(server)
  client = new pg.Client({ connectionString: server.connection_string })
  await client.connect()
  await client.query(insert, [prober.id, 'nobody.', '+49301', 'free', count])
  await client.query(insert, [victim.id, 'xaver.zwq', '+41779', 'platinum', count])
  await client.query(`insert into conversation_progress (conversation_id, organization_id, last_activity_at, updated_at)
    select id, organization_id, now(), now() from conversations`)
  // With nothing left in the lists of pending entries; and no other plan in the middle of a comparison.
  for (const table of ['conversations', 'conversation_progress']) {
    await client.query(`alter table ${table} set (autovacuum_enabled = false)`)
    await client.query(`vacuum analyze ${table}`)
  }
})
afterAll(async () => {
  await client.end()
  await server[Symbol.asyncDispose]()
})

const access: Access = {
  organization_id: '',
  actor: { type: 'credential', id: 'id', name: null },
  scopes: new Set(['conversations:read_sensitive']),
  agent_ids: null,
  conversation: null,
  limit_key: '',
} as never

async function touchedBy(page: Page): Promise<{ buffers: number; lines: string[] }> {
  const database = openDatabase({
    ...{ connection_string: server.connection_string, max_connections: 1, statement_timeout_ms: 30_000 },
    onError: () => {},
  })
  const { text, values } = compose(pageOf(openStore(database, prober.id), access, page, 4_194_304))
  await database.pool.end()
  return explain(client, text, values)
}

/** Values that the victim has, and values that nobody has, each searched by as many keys. */
const probes: [name: string, had: Page, unknown: Page][] = [
  ['a part of a user’s id', { user_id: 'xaver.zwq' }, { user_id: 'yavor.kwz' }],
  ['one character of it', { user_id: 'z' }, { user_id: 'k' }],
  ['a part of a number', { agent_number: '+41779' }, { agent_number: '+52886' }],
  ['metadata', { custom_metadata: '{"plan":"platinum"}' }, { custom_metadata: '{"plan":"unobtain"}' }],
  [
    'metadata within metadata',
    { custom_metadata: '{"case":{"list":["platinum"]}}' },
    { custom_metadata: '{"case":{"list":["unobtain"]}}' },
  ],
]

test.each(probes)('%s: the same is touched whether another organization has it or not', async (_name, had, unknown) => {
  const [first, second] = [await touchedBy(had), await touchedBy(unknown)]
  expect(first.lines.filter((line) => /conversations_(user|agent_number|metadata)/.test(line))).not.toEqual([])
  expect(first.lines).toEqual(second.lines)
  expect(first.buffers).toBe(second.buffers)
})

test('the organization that has it finds it', async () => {
  const found = async (filters: Page) => (await victim.client.countConversations(filters)).count
  for (const [, had, unknown] of probes) {
    expect(await found(had)).toBe(count)
    expect(await found(unknown)).toBe(0)
  }
})
