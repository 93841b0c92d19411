// P9: a backup that is made while a server works holds one moment of it. It is restored into each PostgreSQL of this machine, and judged by
// what the clients know.
import { randomUUID } from 'node:crypto'
import { setTimeout as pass } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { type Client, createClient } from '@parley/sdk'
import { makeBackup } from '../../src/backup/make-backup.ts'
import { restoreBackup } from '../../src/backup/restore-backup.ts'
import { findPostgresVersions, startOtherPostgres } from '../support/other-postgres.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'
import { type EmptyDatabase, type Folder, createEmptyDatabase, createFolder, dump } from './fixture.ts'

const clients = 24
const messages_before = 200
const messages_after = 200

/** What a client knows of one of its messages; times by the clock of this machine, which is also that of the database. */
interface Sent {
  client: number
  text: string
  sent_at: number
  answered_at: number | null
}

let stack: AsyncDisposableStack
let server: TestServer
let folder: Folder
let file: string
/** Before the command began. */
let began_at: number
let taken_at: number
const sent: Sent[] = []

beforeAll(async () => {
  stack = new AsyncDisposableStack()
  server = stack.use(await startTestServer())
  folder = stack.use(await createFolder())
  file = folder.path('load.parley')
  const { agent_id } = await publishAgent(server.client)
  let is_over = false
  const isOver = () => is_over
  const talking = Array.from({ length: clients }, async (_, client) => {
    for (let n = 0; !isOver(); n += 1) await converse(server.client, agent_id, client, n, isOver)
  })
  const answered = () => sent.filter(({ answered_at }) => answered_at !== null).length
  const failed = Promise.all(talking)
  failed.catch(() => {})
  const untilAnswered = async (count: number) => {
    while (answered() < count) await Promise.race([failed, pass(20)])
  }
  await untilAnswered(messages_before)
  began_at = Date.now()
  const report = await makeBackup({ database: server.database, file })
  taken_at = Date.parse(report.taken_at)
  await untilAnswered(answered() + messages_after)
  is_over = true
  await failed
})
afterAll(() => stack.disposeAsync())

async function converse(
  api: Client,
  agent_id: string,
  client: number,
  n: number,
  isOver: () => boolean,
): Promise<void> {
  const { conversation } = await api.createConversation({ channel: 'text', user_id: `client ${client}`, agent_id })
  for (let message = 0; message < 3 && !isOver(); message += 1) {
    const one: Sent = { client, text: `client ${client}, ${n}.${message}`, sent_at: Date.now(), answered_at: null }
    sent.push(one)
    await api.sendConversationMessage({ conversation_id: conversation.id, text: one.text })
    one.answered_at = Date.now()
  }
  await api.endConversation({ conversation_id: conversation.id })
}

const targets = [
  { name: 'the private PostgreSQL', open: async () => ({ url: inject('postgres_url'), stop: async () => {} }) },
  ...findPostgresVersions().map(({ version, bin }) => ({
    name: `PostgreSQL ${version}`,
    open: async () => {
      const other = await startOtherPostgres(bin)
      return { url: other.connection_string, stop: () => other[Symbol.asyncDispose]() }
    },
  })),
]

/** Rows that should not be there. */
const broken = `
  select 'position' as what, conversation_id::text as id from transcript_items
    group by conversation_id having count(*) <> max(position) + 1 or min(position) <> 0
  union all select 'event', conversation_id::text from events
    group by conversation_id having count(*) <> max(sequence) or min(sequence) <> 1
  union all select 'turn', conversation_id::text from turns
    group by conversation_id having count(*) <> max(sequence) or min(sequence) <> 1
  union all select 'progress', p.conversation_id::text from conversation_progress p
    where p.next_position <> (select count(*) from transcript_items i where i.conversation_id = p.conversation_id)
       or p.next_sequence <> 1 + (select count(*) from events e where e.conversation_id = p.conversation_id)
       or p.next_turn <> 1 + (select count(*) from turns t where t.conversation_id = p.conversation_id)
  union all select 'reply', t.id::text from turns t
    where t.status = 'completed' and not exists (select from transcript_items i where i.turn_id = t.id and i.role = 'assistant')
  union all select 'end', c.id::text from conversations c
    where c.ended_at is not null and not exists (select from events e where e.conversation_id = c.id and e.type = 'conversation.ended')`

async function readTexts({ database }: EmptyDatabase): Promise<Set<string>> {
  const { rows } = await database.pool.query<{ text: string }>(
    `select content[1] as text from transcript_items where role = 'user'`,
  )
  return new Set(rows.map(({ text }) => text))
}

describe.each(targets)('in $name', ({ open }) => {
  let postgres: Awaited<ReturnType<typeof open>>
  let target: EmptyDatabase
  beforeAll(async () => {
    postgres = await open()
    target = await createEmptyDatabase(postgres.url)
    await restoreBackup({ database: target.database, file, is_paused: false, requireKey: () => {} })
  })
  afterAll(async () => {
    await target[Symbol.asyncDispose]()
    await postgres.stop()
  })

  test('P9: what was answered before is there, and what was sent afterwards is not', async () => {
    const there = await readTexts(target)
    const before = sent.filter(({ answered_at }) => answered_at !== null && answered_at < began_at)
    const after = sent.filter(({ sent_at }) => sent_at > taken_at)
    expect(before.length).toBeGreaterThan(messages_before / 2)
    expect(after.length).toBeGreaterThan(messages_after / 2)
    expect(before.filter(({ text }) => !there.has(text))).toEqual([])
    expect(after.filter(({ text }) => there.has(text))).toEqual([])
    expect(there.size).toBeLessThan(sent.length)
  })

  test('P9: nothing is there without what was answered before it was sent, also by another client', async () => {
    const there = await readTexts(target)
    const missing = sent.filter(({ text, answered_at }) => answered_at !== null && !there.has(text))
    const first_missing = Math.min(...missing.map(({ answered_at }) => answered_at!))
    const last_there = Math.max(...sent.filter(({ text }) => there.has(text)).map(({ sent_at }) => sent_at))
    expect(last_there).toBeLessThanOrEqual(first_missing)
  })

  test('P9: positions and numbers have no gap, and a reply its turn', async () => {
    const { rows } = await target.database.pool.query(broken)
    expect(rows).toEqual([])
  })

  test('P9: from there, it goes back into the private PostgreSQL as it was', async () => {
    await using back = await createEmptyDatabase()
    const again = folder.path(`again-${randomUUID()}`)
    await makeBackup({ database: target.database, file: again })
    await restoreBackup({ database: back.database, file: again, is_paused: false, requireKey: () => {} })
    expect(await dump(back)).toEqual(await dump(target))
  })

  test('P9: a server goes on with it: every turn that was open ends, and conversations continue', async () => {
    await using app = await server.startAnother({
      DATABASE_URL: target.connection_string.replace('@/', '@localhost/'),
    })
    const open = `select count(*) as count from turns where status in ('queued', 'running')`
    const count = async () => (await target.database.pool.query<{ count: number }>(open)).rows[0]!.count
    await expect.poll(count, { timeout: 60_000 }).toBe(0)
    const api = createClient({ base_url: app.url, token: server.admin_key })
    const active = (await api.listConversations({ status: 'in_progress', limit: 1 }))[0]
    if (active) await api.sendConversationMessage({ conversation_id: active.id, text: 'Once more' })
    expect((await target.database.pool.query(broken)).rows).toEqual([])
  })
})
