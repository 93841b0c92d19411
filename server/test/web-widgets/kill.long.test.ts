// Processes that are killed at every pause point of a start, a feedback and a link: what they leave is all of it or nothing, and
// the call has its effect once when it is repeated on another node.
import { createHmac, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApiError, type Client, ConnectionError, createClient } from '@parley/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type KillNode, admin_key, nodeEnvironment, startKillNode } from '../kill/child.ts'
import { until } from '../races/harness.ts'
import { type TestDatabase, createTestDatabase } from '../support/database.ts'
import { startScriptedModel } from '../support/scripted-model.ts'
import { refusal, withoutKey } from '../support/server.ts'
import { type Served, type Visitor, endUser, enter, frameClient, liveWidget } from './browser.ts'

const stack = new AsyncDisposableStack()
let database: TestDatabase
let environment: Record<string, string>
let survivor: KillNode
let site: Served
let client: Client

beforeAll(async () => {
  database = stack.use(await createTestDatabase())
  const model = stack.use(await startScriptedModel())
  model.answer = () => 'Yes.'
  const data_dir = await mkdtemp(join(tmpdir(), 'parley-widget-kill-'))
  stack.defer(() => rm(data_dir, { recursive: true, force: true }))
  environment = {
    ...nodeEnvironment(database.connection_string, model.base_url, data_dir),
    PARLEY_DATABASE_CONNECTIONS: '4',
  }
  survivor = stack.use(startKillNode(environment))
  site = { url: (await survivor.ready).url }
  client = createClient({ base_url: site.url, token: admin_key, retries: 0 })
})
afterAll(() => stack[Symbol.asyncDispose]())

/** A node that dies the first time it is at the point; `call` is made to it, and is not answered. */
async function dieAt(point: string, call: (victim: Served) => Promise<unknown>): Promise<void> {
  await using victim = startKillNode(environment, { point, nth: 1, signal: 'SIGKILL' })
  const { url } = await victim.ready
  const outcome = await call({ url }).then(
    () => 'answered',
    (error: unknown) => (error instanceof ApiError && error.status > 0 ? `answered ${error.status}` : 'lost'),
  )
  expect([outcome, await victim.exited]).toEqual(['lost', 'SIGKILL'])
}

/** A key of a process that died is free once the others have noticed. */
async function repeat<T>(call: () => Promise<T>): Promise<T> {
  let answer: { given: T } | null = null
  let error: unknown
  const isOver = async () => {
    try {
      answer = { given: await call() }
    } catch (thrown) {
      error = thrown
      if (thrown instanceof ApiError && thrown.status === 503) return false
    }
    return true
  }
  await until(isOver, 'the repeated call is answered')
  if (answer === null) throw error
  return (answer as { given: T }).given
}

const rowsOf = async (sql: string, values: unknown[]) => (await database.database.pool.query(sql, values)).rows

/** How often the widget has a conversation in each place where a start writes. */
async function placesOf(id: string): Promise<number[]> {
  const [row] = await rowsOf(
    `select (select count(*) from conversations where web_widget_id = $1::text)::integer as conversations,
            (select count(*) from web_widget_conversations where widget_id = $1::uuid)::integer as visits,
            (select count(*) from web_widget_active where widget_id = $1::uuid)::integer as active,
            (select coalesce(sum((counters ->> 'conversations')::integer), 0) from web_widget_days where widget_id = $1::uuid)::integer as counted,
            (select coalesce(max(used), 0) from web_widget_allowances where widget_id = $1::uuid) as used`,
    [id],
  )
  return Object.values(row)
}

test.each(['create.begun', 'create.written', 'create.committed'])(
  'B3: a start killed at %s is nothing, or the conversation that any repeat answers',
  async (point) => {
    const { id } = await liveWidget(client)
    const visitor = await enter(site, id)
    const input = { web_widget_id: id, id: randomUUID(), idempotency_key: randomUUID() }
    await dieAt(point, (victim) => frameClient(victim, {}, visitor.token).startWebWidgetConversation(input))
    const stored = point === 'create.committed' ? 1 : 0
    expect(await placesOf(id)).toEqual(Array.from({ length: 5 }, () => stored))
    // Another tab, which knows neither the key nor the id.
    const other = await repeat(() => visitor.start())
    expect(other.resumed).toBe(stored === 1)
    const again = await repeat(() => frameClient(site, {}, visitor.token).startWebWidgetConversation(input))
    expect([again.resumed, again.conversation.id]).toEqual([true, other.conversation.id])
    expect(await placesOf(id)).toEqual([1, 1, 1, 1, 1])
    const sent = { conversation_id: again.conversation.id, text: 'Hi' }
    expect(await endUser(site, again.token).sendConversationMessage(sent)).toMatchObject({ reply: 'Yes.' })
  },
)

async function endedConversation(): Promise<{ visitor: Visitor; conversation_id: string }> {
  const { id } = await liveWidget(client)
  const visitor = await enter(site, id)
  const { conversation, token } = await visitor.start()
  await endUser(site, token).endConversation({ conversation_id: conversation.id })
  return { visitor, conversation_id: conversation.id }
}

test.each([
  ['update.begun', true, 0],
  ['update.locked', true, 0],
  ['update.written', true, 0],
  // With a key, the change is committed with its answer, after this point.
  ['update.committed', true, 0],
  ['update.written', false, 0],
  ['update.committed', false, 1],
] as const)(
  'B10: a feedback killed at %s is stored whole or not at all, and once (with a key: %s)',
  async (point, has_key, stored) => {
    const { visitor, conversation_id } = await endedConversation()
    const given = { conversation_id, rating: 4, ...(has_key ? { idempotency_key: randomUUID() } : {}) }
    const web_widget_id = (await client.getConversation({ conversation_id })).web_widget_id!
    const give = (served: Served) => {
      const { options } = frameClient(served, {}, visitor.token)
      const asked = has_key ? options : { ...options, fetch: withoutKey }
      return createClient(asked).giveConversationFeedback({ web_widget_id, ...given })
    }
    await dieAt(point, give)
    const read = async () => {
      const [row] = await rowsOf(
        `select (select count(*) from web_widget_feedback where conversation_id = $1)::integer as rows,
                (select count(*) from events where conversation_id = $1 and type = 'conversation.feedback')::integer as events,
                (select count(*) from conversations where id = $1 and custom_metadata -> 'feedback_form' ->> 'rating' = '4')::integer as metadata,
                (select coalesce(sum((counters ->> 'feedback')::integer), 0)
                 from (select counters from web_widget_deltas where widget_id = $2 union all
                       select counters from web_widget_days where widget_id = $2) all_counted)::integer as counted`,
        [conversation_id, web_widget_id],
      )
      return Object.values(row)
    }
    expect(await read()).toEqual([stored, stored, stored, stored])
    const again = repeat(() => give(site))
    if (stored === 1) expect(await refusal(again)).toMatchObject({ status: 409, code: 'feedback_given' })
    else expect(await again).toEqual({ accepted: true })
    expect(await refusal(visitor.call('giveFeedback', { conversation_id, rating: 1 }))).toMatchObject({
      code: 'feedback_given',
    })
    expect(await read()).toEqual([1, 1, 1, 1])
  },
)

/** A guest with conversations of which the last is active, and the identity that their browser gets. */
async function guestToSign(conversations: number) {
  const { id } = await liveWidget(client, { identity: { allow_hmac: true } })
  const { secret } = await client.createWebWidgetIdentityKey({ web_widget_id: id })
  const identity = { user_id: 'u', user_hash: createHmac('sha256', secret).update('u').digest('hex') }
  const guest = await enter(site, id)
  const ids: string[] = []
  for (let count = 1; count <= conversations; count += 1) {
    const { conversation, token } = await guest.start()
    ids.push(conversation.id)
    if (count < conversations) await endUser(site, token).endConversation({ conversation_id: conversation.id })
  }
  const sign = (served: Served) => enter(served, id, {}, { identity, visitor_token: guest.token })
  return { id, ids, guest, sign }
}

async function expectLinked({ id, ids, guest, sign }: Awaited<ReturnType<typeof guestToSign>>): Promise<void> {
  const user = await repeat(() => sign(site))
  expect(user.active).toMatchObject({ conversation: { id: ids.at(-1) } })
  const seen = (await user.call('listVisitorConversations')).data.map((each) => each.id)
  expect(seen).toEqual(ids.toReversed())
  expect(await guest.start()).toMatchObject({ resumed: true, conversation: { id: ids.at(-1) } })
  expect(await rowsOf('select user_id from web_widget_links where widget_id = $1', [id])).toEqual([{ user_id: 'u' }])
  const isMarked = async () => {
    const read = await Promise.all(ids.map((conversation_id) => client.getConversation({ conversation_id })))
    return read.every(({ custom_metadata }) => (custom_metadata!['visitor'] as { verified: boolean }).verified)
  }
  await until(isMarked, 'every conversation of the guest is marked as verified')
}

test.each(['link.begun', 'link.written', 'link.committed'])(
  'B6: a link killed at %s: the next entry has all of it',
  async (point) => {
    const signed = await guestToSign(2)
    await dieAt(point, signed.sign)
    const links = await rowsOf('select from web_widget_links where widget_id = $1', [signed.id])
    expect(links).toHaveLength(point === 'link.committed' ? 1 : 0)
    await expectLinked(signed)
  },
)

test.each(['update.begun', 'update.written', 'update.committed'])(
  'B6: a node killed at %s while it marks the conversations of a linked guest: another marks the rest',
  async (point) => {
    const signed = await guestToSign(3)
    await using victim = startKillNode(environment, { point, nth: 2, signal: 'SIGKILL' })
    const { url } = await victim.ready
    // So that no other node is faster.
    survivor.kill('SIGSTOP')
    try {
      // The node may mark, and die, before the answer is on its way.
      await signed.sign({ url }).catch((error: unknown) => expect(error).toBeInstanceOf(ConnectionError))
      expect(await victim.exited).toBe('SIGKILL')
    } finally {
      survivor.kill('SIGCONT')
    }
    await expectLinked(signed)
  },
)
