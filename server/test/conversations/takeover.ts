// Takes turns over while a stopped process holds a conversation's lock: it blocks no other turn.
import { sql } from '../support/sql.ts'
import pg from 'pg'
import { afterAll, beforeAll, expect } from 'vitest'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'

let server: TestServer
let agent_id: string

/** For the tests of a file. */
export function setStage(): void {
  beforeAll(async () => {
    server = await startTestServer({ PARLEY_DRAIN_SECONDS: '1' })
    agent_id = (await publishAgent(server.client)).agent_id
  })
  afterAll(() => server[Symbol.asyncDispose]())
}

/** A conversation with a turn whose model was called and does not answer yet. */
async function startTurn() {
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const held = holdAnswer()
  server.model.answer = () => held
  const reply = server.client.sendConversationMessage({ conversation_id: conversation.id, text: 'Hello' })
  reply.catch(() => {})
  await held.asked
  return { id: conversation.id, held, reply }
}

/** Holds the conversation's lock, on a connection without limits. */
async function lock(conversation_id: string): Promise<AsyncDisposable & { release(): Promise<void> }> {
  const client = new pg.Client({ connectionString: server.connection_string })
  await client.connect()
  await client.query('begin')
  await client.query('select from conversations where id = $1 for update', [conversation_id])
  return {
    release: async () => void (await client.query('rollback')),
    [Symbol.asyncDispose]: () => client.end(),
  }
}

const loseLease = (conversation_id: string, ago: string) =>
  sql`update turns set lease_expires_at = clock_timestamp() - ${ago}::interval, node_id = gen_random_uuid()
    where conversation_id = ${conversation_id} and status = 'running'`.execute(server.database)

async function turnOf(conversation_id: string) {
  const [turn] = await server.database.execute(sql<{ status: string; attempts: number; lease_expires_at: string }>`
    select status, attempts, lease_expires_at from turns where conversation_id = ${conversation_id}`)
  return turn!
}

/** `renewed_ms`: for how much longer than when it was locked a running turn's lease is to have been renewed. */
export async function expectTakenUpBehind(renewed_ms: number): Promise<void> {
  const locked = await startTurn()
  const abandoned = await startTurn()
  const running = await startTurn()
  server.model.answer = () => 'Taken up.'
  const until = Date.parse((await turnOf(running.id)).lease_expires_at!)
  await using holder = await lock(locked.id)
  await loseLease(locked.id, '2 seconds')
  await loseLease(abandoned.id, '1 second')
  expect((await abandoned.reply).reply).toBe('Taken up.')
  const lease = async () => Date.parse((await turnOf(running.id)).lease_expires_at!)
  await expect.poll(lease, { timeout: 40_000 }).toBeGreaterThan(until + renewed_ms)
  expect(await turnOf(locked.id)).toMatchObject({ status: 'running', attempts: 1 })
  await holder.release()
  expect((await locked.reply).reply).toBe('Taken up.')
  running.held.say('At last.')
  running.held.finish()
  expect((await running.reply).reply).toBe('At last.')
  expect(await turnOf(running.id)).toMatchObject({ status: 'completed', attempts: 1 })
  locked.held.finish()
  abandoned.held.finish()
}

export async function expectTakenUpBetween(): Promise<void> {
  const busy = await startTurn()
  server.model.answer = () => 'Taken up.'
  const over = new AbortController()
  const holders = Array.from({ length: 6 }, () => holdAgainAndAgain(busy.id, over.signal))
  await loseLease(busy.id, '1 second')
  expect((await busy.reply).reply).toBe('Taken up.')
  over.abort()
  await Promise.all(holders)
  busy.held.finish()
}

/** Each holds the lock for a third of a second, and queues for it again. */
async function holdAgainAndAgain(conversation_id: string, signal: AbortSignal): Promise<void> {
  const client = new pg.Client({ connectionString: server.connection_string })
  await client.connect()
  while (!signal.aborted) {
    await client.query('begin')
    await client.query('select from conversations where id = $1 for update', [conversation_id])
    await client.query('select pg_sleep(0.3)')
    await client.query('rollback')
  }
  await client.end()
}
