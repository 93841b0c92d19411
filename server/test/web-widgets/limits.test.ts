// B3, B8 and B10 over three nodes, and what dies on the way: exactly as many as allowed, however often and wherever they ask.
import type { Input } from '@parley/contract'
import { createClient } from '@parley/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { App } from '../../src/app.ts'
import type { Ports } from '../../src/base/ports.ts'
import { testPorts } from '../support/ports.ts'
import { type TestServer, refusal, startTestServer, withoutKey } from '../support/server.ts'
import { until } from '../races/harness.ts'
import { type Visitor, endUser, enter, frameClient, liveWidget, loadFrame } from './browser.ts'

let server: TestServer
let nodes: App[]
let stack: AsyncDisposableStack
/** Where the first node is to fail, once. */
let failing: string | null = null
/** What happens while the first node is at a point, once or some times. */
let meanwhile: { point: string; run: () => Promise<unknown>; times?: number } | null = null

const reached: Ports['reached'] = async (point) => {
  if (point === meanwhile?.point) {
    const { run, times = 1 } = meanwhile
    meanwhile = times > 1 ? { ...meanwhile, times: times - 1 } : null
    await run()
  }
  if (point !== failing) return
  failing = null
  throw new Error(`the node is gone at ${point}`)
}

beforeAll(async () => {
  stack = new AsyncDisposableStack()
  const environment = { PARLEY_TRUSTED_PROXIES: 'loopback', PARLEY_DATABASE_CONNECTIONS: '6' }
  server = stack.use(await startTestServer(environment, { ports: { ...testPorts, reached } }))
  const more = [await server.startAnother({}, { ports: { reached: null } }), await server.startAnother({}, { ports: { reached: null } })] // prettier-ignore
  for (const node of more) stack.use(node)
  nodes = [server.app, ...more]
})
afterAll(() => stack[Symbol.asyncDispose]())

const urlOf = (n: number) => nodes[n % nodes.length]!.url
const times = <T>(count: number, call: (n: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, n) => call(n).catch((error: unknown) => error as Error)))

const isRefused = (answer: unknown): answer is Awaited<ReturnType<typeof refusal>> => answer instanceof Error
const codesOf = (answers: unknown[]) => answers.filter(isRefused).map(({ code }) => code)

/** The same visitor through another node, or from another address. */
function through(visitor: Visitor, n: number, address?: string) {
  return frameClient(server, { url: urlOf(n), ...(address ? { address } : {}) }, visitor.token)
}

async function flushed(): Promise<void> {
  for (const node of nodes) await node.rooms.web_widgets.counting.flush()
}

const statisticsOf = async (web_widget_id: string) => {
  await flushed()
  return (await server.client.getWebWidgetStatistics({ web_widget_id })).data[0]
}

describe('B3: one at a time', () => {
  test('50 starts on three nodes are one conversation', async () => {
    const { id } = await liveWidget(server.client)
    const visitor = await enter(server, id)
    const answers = await times(50, (n) => through(visitor, n).startWebWidgetConversation({ web_widget_id: id }))
    expect(codesOf(answers)).toEqual([])
    const started = answers as Awaited<ReturnType<Visitor['start']>>[]
    expect(new Set(started.map(({ conversation }) => conversation.id)).size).toBe(1)
    expect(started.filter(({ resumed }) => !resumed)).toHaveLength(1)
    expect(await server.client.countConversations({ web_widget_id: id })).toEqual({ count: 1 })
    expect(await statisticsOf(id)).toMatchObject({ conversations: 1 })
  })

  test('20 starts with one id of one press are one conversation', async () => {
    const { id } = await liveWidget(server.client)
    const visitor = await enter(server, id)
    const own = crypto.randomUUID()
    const idempotency_key = crypto.randomUUID()
    const input = { web_widget_id: id, id: own, idempotency_key }
    const answers = await times(20, (n) => through(visitor, n).startWebWidgetConversation(input))
    expect(codesOf(answers)).toEqual([])
    expect(await server.client.countConversations({ web_widget_id: id })).toEqual({ count: 1 })
  })

  test('an end beside starts: at any time at most one is active', async () => {
    const { id } = await liveWidget(server.client, { limits: { conversations_per_visitor_day: 1000, conversations_per_address_hour: 1000 } }) // prettier-ignore
    const visitor = await enter(server, id)
    const first = await visitor.start()
    await Promise.all([
      endUser(server, first.token).endConversation({ conversation_id: first.conversation.id }),
      times(12, (n) => through(visitor, n).startWebWidgetConversation({ web_widget_id: id })),
    ])
    const { rows } = await server.database.pool.query(
      `select count(*) filter (where ended_at is null) as active from conversations where web_widget_id = $1`,
      [id],
    )
    expect(rows[0].active).toBeLessThanOrEqual(1)
  })
})

describe('B8: caps hold over all nodes', () => {
  const cases: {
    name: string
    limits: Input<'createWebWidget'>['limits']
    code: string
    counted: string
    address: boolean
    calls: number
    most: number
  }[] = [
    { name: 'starts of an address in an hour', limits: { conversations_per_address_hour: 20 }, code: 'rate_limited', counted: 'conversations_per_address_hour', address: false, calls: 100, most: 20 }, // prettier-ignore
    { name: 'starts of a day', limits: { conversations_per_day: 5, conversations_per_address_hour: 1000 }, code: 'widget_cap_reached', counted: 'conversations_per_day', address: true, calls: 25, most: 5 }, // prettier-ignore
    { name: 'active conversations', limits: { active_conversations: 5, conversations_per_address_hour: 1000 }, code: 'widget_cap_reached', counted: 'active_conversations', address: true, calls: 25, most: 5 }, // prettier-ignore
  ]
  test.each(cases)(
    '$calls calls at a limit of $most $name are exactly $most',
    async ({ limits, code, counted, address, calls, most }) => {
      const { id } = await liveWidget(server.client, { limits })
      const { embed_token } = await loadFrame(server, id)
      const visitors = await Promise.all(Array.from({ length: calls }, () => enter(server, id, {}, { embed_token })))
      const answers = await times(calls, (n) =>
        through(visitors[n]!, n, address ? `10.0.${n % 7}.${n}` : undefined).startWebWidgetConversation({
          web_widget_id: id,
        }),
      )
      expect(answers.filter((answer) => !isRefused(answer))).toHaveLength(most)
      expect(new Set(codesOf(answers))).toEqual(new Set([code]))
      for (const { retry_after } of answers.filter(isRefused)) expect(retry_after).toBeGreaterThan(0)
      expect(await server.client.countConversations({ web_widget_id: id })).toEqual({ count: most })
      expect(await statisticsOf(id)).toMatchObject({ conversations: most, refusals: { [counted]: calls - most } })
      const { rows } = await server.database.pool.query(
        `select data from organization_events where type = 'web_widget.limit_reached' and subject = $1`,
        [id],
      )
      const day = new Date().toISOString().slice(0, 10)
      expect(rows.map(({ data }) => data)).toMatchObject([{ web_widget_id: id, limit: counted, day }])
    },
  )

  test('a visitor has as many a day as allowed, and an hour later as many an hour again', async () => {
    const limits = { conversations_per_visitor_day: 3, conversations_per_address_hour: 2 }
    const { id } = await liveWidget(server.client, { limits })
    const visitor = await enter(server, id)
    const begin = async () => {
      const { conversation, token } = await visitor.start()
      await endUser(server, token).endConversation({ conversation_id: conversation.id })
    }
    await begin()
    await begin()
    const refused = await refusal(visitor.start())
    expect(refused).toMatchObject({ status: 429, code: 'rate_limited' })
    expect(refused.retry_after).toBeGreaterThan(3500)
    const pass = (seconds: number) =>
      server.database.pool.query(
        `update web_widget_allowances set until = until - $2 * interval '1 second' where widget_id = $1`,
        [id, seconds],
      )
    await pass(3600)
    await begin()
    expect(await refusal(visitor.start())).toMatchObject({ code: 'rate_limited' })
    await pass(3600)
    expect((await refusal(visitor.start())).retry_after).toBeGreaterThan(70_000)
    await pass(80_000)
    await begin()
  })

  test('messages of a conversation and of an address in a minute, exactly', async () => {
    const { id } = await liveWidget(server.client, { limits: { messages_per_conversation_minute: 5, messages_per_address_minute: 7 } }) // prettier-ignore
    server.model.answer = () => 'Yes.'
    const visitors = await Promise.all([enter(server, id), enter(server, id)])
    const [one, other] = await Promise.all(visitors.map((visitor) => visitor.start()))
    const send = ({ conversation, token }: NonNullable<typeof one>, n: number) =>
      endUser(server, token, { url: urlOf(n) }).sendConversationMessage({
        conversation_id: conversation.id,
        text: 'Hi',
        parley_concurrency: 'queue',
      })
    const first = await times(12, (n) => send(one!, n))
    expect(first.filter((answer) => !isRefused(answer))).toHaveLength(5)
    expect(new Set(codesOf(first))).toEqual(new Set(['rate_limited']))
    const second = await times(8, (n) => send(other!, n))
    expect(second.filter((answer) => !isRefused(answer))).toHaveLength(2)
    const { rows } = await server.database.pool.query(
      `select count(*) as stored from transcript_items i join conversations c on c.id = i.conversation_id
       where c.web_widget_id = $1 and i.role = 'user'`,
      [id],
    )
    expect(rows[0].stored).toBe(7)
    const refusals = { messages_per_conversation_minute: 7, messages_per_address_minute: 6 }
    expect(await statisticsOf(id)).toMatchObject({ messages: 7, refusals })
  })

  test('a full conversation, a message that is too long, and never the organization’s own keys', async () => {
    const { id } = await liveWidget(server.client, { limits: { messages_per_conversation: 2, message_characters: 10 } })
    const visitor = await enter(server, id)
    const { conversation, token } = await visitor.start()
    const conversation_id = conversation.id
    server.model.answer = () => 'Yes.'
    const send = (text: string) => endUser(server, token).sendConversationMessage({ conversation_id, text })
    expect(await refusal(send('x'.repeat(11)))).toMatchObject({ status: 422, body: { errors: [{ path: 'text' }] } })
    await send('1')
    await send('2')
    const full = await refusal(send('3'))
    expect(full).toMatchObject({ status: 429, code: 'conversation_full', retry_after: 86_400, turn_id: null })
    await server.client.sendConversationMessage({ conversation_id, text: 'x'.repeat(11) })
    // Of a token that the organization made itself, too.
    const made = await server.client.createConversationToken({ conversation_id, permissions: ['message'] })
    const own = server.as({ token: made.token }).sendConversationMessage({ conversation_id, text: '4' })
    expect(await refusal(own)).toMatchObject({ code: 'conversation_full' })
  })

  test('a message that was stored is never said not to be, whatever the limits', async () => {
    const { id } = await liveWidget(server.client, { limits: { messages_per_conversation: 1, messages_per_conversation_minute: 2 } }) // prettier-ignore
    const { conversation, token } = await (await enter(server, id)).start()
    server.model.answer = () => 'Yes.'
    const message = { conversation_id: conversation.id, text: 'Hi', client_id: crypto.randomUUID() }
    const { turn_id } = await endUser(server, token).sendConversationMessage(message)
    for (let n = 0; n < 4; n += 1) {
      const again = await refusal(endUser(server, token).sendConversationMessage(message))
      expect(again).toMatchObject({ status: 409, code: 'message_stored', turn_id })
    }
  })

  test('the tokens of a day stop starts and messages until midnight', async () => {
    const { id } = await liveWidget(server.client, { limits: { tokens_per_day: 1000 } })
    const visitor = await enter(server, id)
    const { conversation, token } = await visitor.start()
    await server.database.pool.query(
      `insert into web_widget_deltas (widget_id, organization_id, counters) values ($1, $2, '{"tokens": 1000}')`,
      [id, server.organization_id],
    )
    const sent = endUser(server, token).sendConversationMessage({ conversation_id: conversation.id, text: 'Hi' })
    const error = await refusal(sent)
    expect(error).toMatchObject({ status: 429, code: 'widget_cap_reached' })
    expect(error.retry_after).toBeLessThanOrEqual(86_400)
    expect(await visitor.start()).toMatchObject({ resumed: true })
    await endUser(server, token).endConversation({ conversation_id: conversation.id })
    expect(await refusal(visitor.start())).toMatchObject({ code: 'widget_cap_reached' })
    // Also once they are added up.
    await flushed()
    expect(await refusal(visitor.start())).toMatchObject({ code: 'widget_cap_reached' })
    await server.client.updateWebWidget({ web_widget_id: id, limits: { tokens_per_day: null } })
    expect(await visitor.start()).toMatchObject({ resumed: false })
  })
})

test('B10: 20 feedbacks on three nodes are one', async () => {
  const { id } = await liveWidget(server.client)
  const visitor = await enter(server, id)
  const { conversation, token } = await visitor.start()
  const conversation_id = conversation.id
  await endUser(server, token).endConversation({ conversation_id })
  const answers = await times(20, (n) =>
    through(visitor, n).giveConversationFeedback({ web_widget_id: id, conversation_id, rating: (n % 5) + 1 }),
  )
  expect(answers.filter((answer) => !isRefused(answer))).toHaveLength(1)
  expect(new Set(codesOf(answers))).toEqual(new Set(['feedback_given']))
  expect(await statisticsOf(id)).toMatchObject({ feedback: { count: 1 } })
})

describe('what dies on the way', () => {
  test.each(['create.begun', 'create.written', 'create.committed'])(
    'a start at %s: nothing, or the conversation that any repeat answers',
    async (point) => {
      const { id } = await liveWidget(server.client)
      const visitor = await enter(server, id)
      const idempotency_key = crypto.randomUUID()
      failing = point
      await refusal(visitor.start({ idempotency_key }))
      const stored = (await server.client.countConversations({ web_widget_id: id })).count
      expect(stored).toBe(point === 'create.committed' ? 1 : 0)
      const { rows } = await server.database.pool.query('select from web_widget_active where widget_id = $1', [id])
      expect(rows).toHaveLength(stored)
      const repeat = await through(visitor, 1).startWebWidgetConversation({ web_widget_id: id, idempotency_key })
      expect(repeat.resumed).toBe(stored === 1)
      expect((await server.client.countConversations({ web_widget_id: id })).count).toBe(1)
      expect(await statisticsOf(id)).toMatchObject({ conversations: 1 })
    },
  )

  test.each(['update.begun', 'update.locked', 'update.written', 'update.committed'])(
    'feedback at %s: all of it or nothing',
    async (point) => {
      const { id } = await liveWidget(server.client)
      const visitor = await enter(server, id)
      const { conversation, token } = await visitor.start()
      const conversation_id = conversation.id
      await endUser(server, token).endConversation({ conversation_id })
      failing = point
      // A key would be bound in the same commit.
      const keyless = createClient({ ...visitor.client.options, fetch: withoutKey })
      await refusal(keyless.giveConversationFeedback({ web_widget_id: id, conversation_id, rating: 4 }))
      const isStored = async () => {
        const { custom_metadata } = await server.client.getConversation({ conversation_id })
        return custom_metadata?.['feedback_form'] !== undefined
      }
      const before = await isStored()
      expect(before).toBe(point === 'update.committed')
      const again = visitor.call('giveConversationFeedback', { conversation_id, rating: 4 })
      if (before) expect(await refusal(again)).toMatchObject({ code: 'feedback_given' })
      else await again
      expect(await isStored()).toBe(true)
      expect(await statisticsOf(id)).toMatchObject({ feedback: { count: 1, average: 4 } })
    },
  )

  test.each(['link.begun', 'link.written', 'link.committed'])(
    'a link at %s: the next entry has all of it',
    async (point) => {
      const { id } = await liveWidget(server.client, { identity: { allow_hmac: true } })
      const { secret } = await server.client.createWebWidgetIdentityKey({ web_widget_id: id })
      const { createHmac } = await import('node:crypto')
      const identity = { user_id: 'u', user_hash: createHmac('sha256', secret).update('u').digest('hex') }
      const guest = await enter(server, id)
      const { conversation } = await guest.start()
      failing = point
      await refusal(enter(server, id, {}, { identity, visitor_token: guest.token }))
      const user = await enter(server, id, { url: urlOf(1) }, { identity, visitor_token: guest.token })
      expect(user.active).toMatchObject({ conversation: { id: conversation.id } })
      const isMarked = async () => {
        const { custom_metadata } = await server.client.getConversation({ conversation_id: conversation.id })
        return (custom_metadata!['visitor'] as { verified: boolean }).verified
      }
      await until(isMarked, 'the conversation is marked as verified')
    },
  )

  test('a link beside starts of the guest: every conversation is the user’s, and marked', async () => {
    const { id } = await liveWidget(server.client, { identity: { allow_hmac: true } })
    const { secret } = await server.client.createWebWidgetIdentityKey({ web_widget_id: id })
    const { createHmac } = await import('node:crypto')
    const identity = { user_id: 'u', user_hash: createHmac('sha256', secret).update('u').digest('hex') }
    const guest = await enter(server, id)
    const first = await guest.start()
    await endUser(server, first.token).endConversation({ conversation_id: first.conversation.id })
    const [answers] = await Promise.all([
      times(6, (n) => through(guest, n).startWebWidgetConversation({ web_widget_id: id })),
      enter(server, id, { url: urlOf(2) }, { identity, visitor_token: guest.token }),
    ])
    expect(codesOf(answers)).toEqual([])
    const { rows } = await server.database.pool.query<{ id: string }>('select id from conversations where web_widget_id = $1', [id]) // prettier-ignore
    expect(rows).toHaveLength(2)
    for (const { id: conversation_id } of rows) {
      const isMarked = async () => {
        const { custom_metadata } = await server.client.getConversation({ conversation_id })
        return (custom_metadata!['visitor'] as { verified: boolean }).verified
      }
      await until(isMarked, 'the conversation is marked as verified')
    }
  })

  test('a widget that is re-pinned in the middle of a start: it has the new version, whole', async () => {
    const { id, agent_id } = await liveWidget(server.client, {}, { starting_message: { type: 'static', text: 'Old.' } })
    const starting_message = { type: 'static' as const, text: 'New.' }
    const config = { instructions: 'x', starting_message, analysis: { summary: { enabled: false } } }
    const next = await server.client.createAgentVersion({ agent_id, config })
    await server.client.publishAgentVersion({ agent_id, version: String(next.version) })
    const visitor = await enter(server, id)
    const run = () => server.client.updateWebWidget({ web_widget_id: id, agent_version_id: next.id })
    meanwhile = { point: 'create.begun', run }
    const { conversation, starting_message: greeting } = await visitor.start()
    expect([conversation.agent_version_id, greeting]).toEqual([next.id, 'New.'])
  })

  test.each([
    ['unpublished', { published: false }, 404, 'not_found'],
    ['taken off the site', { domains: ['https://other.example.com'] }, 403, 'origin_not_allowed'],
  ] as const)('a widget that is %s in the middle of a start begins nothing', async (_what, change, status, code) => {
    const { id } = await liveWidget(server.client)
    const visitor = await enter(server, id)
    meanwhile = { point: 'create.begun', run: () => server.client.updateWebWidget({ web_widget_id: id, ...change, domains: 'domains' in change ? [...change.domains] : [] }) } // prettier-ignore
    expect(await refusal(visitor.start())).toMatchObject({ status, code })
    expect((await server.client.countConversations({ web_widget_id: id })).count).toBe(0)
  })

  test('a widget that changes again and again: a start follows it nine times, and then says so', async () => {
    const { id } = await liveWidget(server.client)
    const visitor = await enter(server, id)
    let changes = 0
    const run = () => server.client.updateWebWidget({ web_widget_id: id, name: `Name ${(changes += 1)}` })
    meanwhile = { point: 'create.begun', run, times: 10 }
    expect(await refusal(visitor.start())).toMatchObject({ status: 503, code: 'unavailable', retry_after: 1 })
    expect([changes, await server.client.countConversations({ web_widget_id: id })]).toEqual([10, { count: 0 }])
    meanwhile = { point: 'create.begun', run, times: 9 }
    expect(await visitor.start()).toMatchObject({ resumed: false })
    expect(changes).toBe(19)
  })
})
