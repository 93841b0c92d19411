// P7: what is refused when the server has too much to do, and what never is. The measurements are the test's.
import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { type Client, ApiError } from '@parley/sdk'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Organization, makeOrganization } from '../support/actors.ts'
import { testPorts } from '../support/ports.ts'
import { type HeldAnswer, holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'

const most_turns = 4
let loop_delay_ms = 0
let memory_used = 0
/** As the server does twice a second. */
let look: () => void
let server: TestServer
let loud: Organization
let quiet: Organization
const agents = new Map<Organization, string>()

beforeAll(async () => {
  const memory = () => ({ used: memory_used, limit: 1000 })
  const openGauges = (own: () => void) => {
    look = own
    return { ...testPorts.openGauges(own), loopDelay: () => loop_delay_ms, memory }
  }
  server = await startTestServer(
    {
      PARLEY_LIMIT_LOOP_DELAY_MS: '75',
      PARLEY_LIMIT_RUNNING_TURNS: String(most_turns),
      PARLEY_METRICS_PORT: '0',
    },
    // Those who were refused come back after a second.
    { ports: { openGauges, random: () => 0 } },
  )
  ;[loud, quiet] = [await makeOrganization(server), await makeOrganization(server)]
  for (const one of [loud, quiet]) agents.set(one, (await publishAgent(one.client)).agent_id)
})
afterAll(() => server?.[Symbol.asyncDispose]())

const held: HeldAnswer[] = []
afterEach(() => {
  finishAll()
  relax()
})

function pressBy(ms: number): void {
  loop_delay_ms = ms
  look()
}

/** For a second. */
function relax(): void {
  pressBy(0)
  look()
}

async function isRefused(call: Promise<unknown>): Promise<boolean> {
  try {
    await call
    return false
  } catch (error) {
    if (error instanceof ApiError && error.code === 'overloaded') return true
    throw error
  }
}

async function conversationOf(one: Organization): Promise<string> {
  const agent_id = agents.get(one)!
  return (await one.client.createConversation({ channel: 'text', user_id: 'u', agent_id })).conversation.id
}

const send = ({ client }: Organization, conversation_id: string, text = 'Hello') =>
  client.sendConversationMessage({ conversation_id, text })

/** A turn that runs until the test ends it. */
async function startTurn(
  one: Organization,
): Promise<{ id: string; reply: ReturnType<Client['sendConversationMessage']> }> {
  const answer = holdAnswer()
  held.push(answer)
  server.model.answer = () => answer
  const id = await conversationOf(one)
  const reply = send(one, id)
  reply.catch(() => {})
  await answer.asked
  server.model.answer = () => 'At once.'
  return { id, reply }
}

function finishAll(): void {
  for (const one of held.splice(0)) {
    one.say('Done.')
    one.finish()
  }
}

async function countStored(): Promise<number[]> {
  const { rows } = await server.database.pool.query<{ items: number; conversations: number; keys: number }>(
    `select (select count(*) from transcript_items) as items, (select count(*) from conversations) as conversations,
            (select count(*) from idempotency_keys) as keys`,
  )
  return Object.values(rows[0]!)
}

describe('P7: under pressure', () => {
  test('lists, sums and streams are refused first; what creates, sends and reads one thing goes on', async () => {
    const id = await conversationOf(loud)
    pressBy(100)
    const error = await refusal(loud.client.listConversations({}))
    expect([error.status, error.code]).toEqual([503, 'overloaded'])
    expect(error.retry_after).toBeGreaterThanOrEqual(1)
    expect(error.retry_after).toBeLessThanOrEqual(5)
    expect(await isRefused(loud.client.countConversations({}))).toBe(true)
    const stream = await fetch(`${server.url}/core/conversations/${id}/events`, {
      headers: { authorization: `Bearer ${loud.key}` },
    })
    expect(stream.status).toBe(503)
    await send(loud, id)
    expect((await loud.client.getConversation({ conversation_id: id })).status).toBe('in_progress')
    await conversationOf(loud)
  })

  test('at twice the threshold a refused call stores nothing, and ends, cancellations and health are answered', async () => {
    const [id, other] = [await conversationOf(loud), await conversationOf(loud)]
    const running = await startTurn(loud)
    const cut = await startTurn(loud)
    const cancelled = await startTurn(loud)
    const [turn] = (await loud.client.listConversationTurns({ conversation_id: cancelled.id })).data
    pressBy(200)
    const before = await countStored()
    expect(await isRefused(send(loud, id))).toBe(true)
    expect(await isRefused(conversationOf(loud))).toBe(true)
    expect(await isRefused(loud.client.getConversation({ conversation_id: id }))).toBe(true)
    expect(await countStored()).toEqual(before)
    for (const path of ['/healthz', '/readyz']) expect((await fetch(`${server.url}${path}`)).status).toBe(200)
    expect((await loud.client.endConversation({ conversation_id: other })).status).toBe('completed')
    expect((await loud.client.endConversation({ conversation_id: cut.id })).status).toBe('completed')
    const { turn_id } = turn!
    expect((await loud.client.cancelTurn({ conversation_id: cancelled.id, turn_id })).status).toBe('cancelled')
    finishAll()
    expect((await running.reply).reply).toBe('Done.')
  })

  test('memory counts as well: lists are refused with 10 % of it left, everything with 5 %', async () => {
    memory_used = 900
    look()
    expect(await isRefused(loud.client.listConversations({}))).toBe(true)
    expect(await isRefused(loud.client.getOrganization({}))).toBe(false)
    memory_used = 950
    look()
    expect(await isRefused(loud.client.getOrganization({}))).toBe(true)
    memory_used = 0
  })

  test('it is judged before the credential and the body are read', async () => {
    const listing = () =>
      fetch(`${server.url}/core/conversations`, { headers: { authorization: 'Bearer ak_none.none' } })
    expect((await listing()).status).toBe(401)
    pressBy(200)
    expect((await listing()).status).toBe(503)
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname)
    const answer = new Promise<string>((resolve) => socket.once('data', (bytes) => resolve(bytes.toString())))
    // The body never comes.
    socket.write(
      `POST /core/conversations HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n`,
    )
    expect(await answer).toMatch(/^HTTP\/1\.1 503 .*"code":"overloaded"/s)
    socket.destroy()
  })

  test('it ends when everything has been calm for a second, not before', async () => {
    pressBy(100)
    for (let n = 0; n < 10; n += 1) pressBy(50)
    expect(await isRefused(loud.client.listConversations({}))).toBe(true)
    pressBy(10)
    expect(await isRefused(loud.client.listConversations({}))).toBe(true)
    pressBy(10)
    expect(await isRefused(loud.client.listConversations({}))).toBe(false)
  })

  test('an organization with more than an equal share of the running turns is refused before the others', async () => {
    const [loud_id, quiet_id] = [await conversationOf(loud), await conversationOf(quiet)]
    await startTurn(loud)
    await startTurn(loud)
    await startTurn(quiet)
    pressBy(100)
    expect(await isRefused(send(loud, loud_id))).toBe(true)
    await send(quiet, quiet_id)
  })
})

describe('P7: with as many running turns as there may be', () => {
  test('calls of the organization that has them are refused, others get their share, and all are admitted when a turn ends', async () => {
    const [loud_id, quiet_id] = [await conversationOf(loud), await conversationOf(quiet)]
    for (let n = 0; n < most_turns; n += 1) await startTurn(loud)
    const before = await countStored()
    const error = await refusal(send(loud, loud_id))
    expect([error.status, error.code]).toEqual([503, 'overloaded'])
    expect(await isRefused(loud.client.getConversation({ conversation_id: loud_id }))).toBe(true)
    expect(await countStored()).toEqual(before)
    await send(quiet, quiet_id)
    await startTurn(quiet)
    expect((await loud.client.endConversation({ conversation_id: loud_id })).status).toBe('completed')
    finishAll()
    await expect.poll(async () => isRefused(loud.client.getConversation({ conversation_id: loud_id }))).toBe(false)
  })

  test('messages that arrive at the same moment do not get past it', async () => {
    const ids: string[] = []
    for (let n = 0; n < 3 * most_turns; n += 1) ids.push(await conversationOf(loud))
    server.model.answer = () => {
      const answer = holdAnswer()
      held.push(answer)
      return answer
    }
    let refused = 0
    const calls = ids.map(async (id) => {
      if (await isRefused(send(loud, id))) refused += 1
    })
    await expect.poll(() => [refused, held.length]).toEqual([2 * most_turns, most_turns])
    finishAll()
    await Promise.all(calls)
    expect(refused).toBe(2 * most_turns)
    server.model.answer = () => 'At once.'
  })

  test('callers who leave while their credential is read do not count', async () => {
    const id = await conversationOf(loud)
    const countConnections = async () => {
      const text = await (await fetch(server.app.metrics_url!)).text()
      return Number(/^parley_connections (\d+)$/m.exec(text)![1])
    }
    const { pool } = server.database
    const client = await pool.connect()
    try {
      await client.query('begin')
      await client.query('lock table credentials in access exclusive mode')
      const { hostname, port } = new URL(server.url)
      const socket = connect(Number(port), hostname)
      const head = `host: x\r\nauthorization: Bearer ${loud.key}\r\ncontent-type: application/json\r\ncontent-length: 13`
      const request = `POST /core/conversations/${id}/messages HTTP/1.1\r\n${head}\r\n\r\n{"text":"Hi"}\n`
      // In one packet, so that all have arrived when one waits.
      socket.write(request.repeat(most_turns))
      await expect
        .poll(async () => {
          const { rows } = await pool.query<{ waiting: number }>(
            'select count(*) as waiting from pg_locks where not granted',
          )
          return rows[0]!.waiting
        })
        .toBeGreaterThan(0)
      const open = await countConnections()
      socket.destroy()
      await expect.poll(countConnections).toBeLessThan(open)
    } finally {
      await client.query('rollback')
      client.release()
    }
    // The first answer comes after theirs, which would be counted when the second one is judged.
    for (let n = 0; n < 2; n += 1) {
      expect(await isRefused(loud.client.getConversation({ conversation_id: id }))).toBe(false)
    }
  })

  test('T7: a turn that ran on a node that is gone is taken over all the same', async () => {
    const left = await server.startAnother({ PARLEY_DRAIN_SECONDS: '0', PARLEY_LIMIT_RUNNING_TURNS: '100' }, {})
    const answer = holdAnswer()
    held.push(answer)
    const id = await conversationOf(quiet)
    server.model.answer = () => answer
    const gone = server
      .as({ base_url: left.url, token: quiet.key })
      .sendConversationMessage({ conversation_id: id, text: 'Hello' })
    gone.catch(() => {})
    await answer.asked
    for (let n = 0; n < most_turns; n += 1) await startTurn(loud)
    server.model.answer = () => 'In spite of all.'
    // It gives its turn back.
    await left[Symbol.asyncDispose]()
    const { engine } = server.app.rooms.engine
    await engine.watch()
    const turnsOf = async () => {
      const text = 'select attempts, status from turns where conversation_id = $1'
      return (await server.database.pool.query<{ attempts: number; status: string }>(text, [id])).rows
    }
    await expect.poll(turnsOf).toEqual([{ attempts: 2, status: 'completed' }])
    expect(server.app.core.load.holdsTurns).toBe(true)
  })
})

test('what is refused is logged together, not each', async () => {
  /** For more than ten seconds. */
  const lookLong = () => Array.from({ length: 21 }, () => look())
  lookLong()
  server.log.length = 0
  pressBy(100)
  for (let n = 0; n < 20; n += 1) expect(await isRefused(loud.client.listConversations({}))).toBe(true)
  lookLong()
  const lines = server.log.map((line) => JSON.parse(line) as { level: number; msg: string; status?: number })
  expect(lines.filter(({ level, status }) => level >= 30 && status === 503)).toEqual([])
  expect(lines.filter(({ level }) => level >= 50)).toEqual([])
  expect(server.log.filter((line) => line.includes('too much to do'))).toHaveLength(1)
})

test('a message that was refused is answered when it is repeated', async () => {
  const id = await conversationOf(loud)
  server.model.answer = () => 'At once.'
  pressBy(200)
  const statuses: number[] = []
  const noting: typeof fetch = async (...asked) => {
    const answer = await fetch(...asked)
    statuses.push(answer.status)
    return answer
  }
  const call = server
    .as({ token: loud.key, retries: 2, fetch: noting })
    .sendConversationMessage({ conversation_id: id, text: 'Again', idempotency_key: randomUUID() })
  await expect.poll(() => statuses).toEqual([503])
  relax()
  expect((await call).reply).toBe('At once.')
  expect(statuses).toEqual([503, 200])
})
