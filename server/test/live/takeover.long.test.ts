// P11, with real processes on a PostgreSQL of their own: a restarted server, another node after `kill -9`, and PostgreSQL away.
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@parley/embedded-postgres'
import { type Client, createClient } from '@parley/sdk'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type ServerProcess, startServerProcess } from '../support/process.ts'
import { type HeldAnswer, type ScriptedModel, holdAnswer, startScriptedModel } from '../support/scripted-model.ts'
import { publishAgent } from '../support/server.ts'

/** Of `npm run test:takeover`, which is for a machine that does little else. */
const proof = process.env['PARLEY_TEST_TAKEOVERS']
const runs = Number(proof ?? 2)
/** Otherwise it is enough that no lease is waited for. */
const most_ms = proof === undefined ? { restart: Infinity, kill: Infinity } : { restart: 1000, kill: 4000 }
/** How long PostgreSQL is away, in turn: up to longer than a lease. Null: it stays, but all connections are lost at once. */
const outages_ms = [null, 0, 3000, 11_000]
const outages = Math.max(outages_ms.length, Math.ceil(runs / 4))
/** Until nobody judges any longer what happened in an outage. */
const judged_ms = 13_000

const admin_key = 'ak_test.0123456789abcdef0123456789abcdef'

let folder: string
let postgres: EmbeddedPostgres
let model: ScriptedModel
let agent_id: string
const stack = new AsyncDisposableStack()
const nodes = new Set<ServerProcess>()

const startPostgres = () => startEmbeddedPostgres({ data_dir: join(folder, 'postgres'), durable: false })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-takeover-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  // When run as root, PostgreSQL runs as another user, which must be able to enter the folder.
  await chmod(folder, 0o711)
  postgres = await startPostgres()
  stack.defer(() => postgres.stop())
  model = stack.use(await startScriptedModel())
  const { client } = await startNode('first')
  agent_id = (await publishAgent(client)).agent_id
  await endAll()
})
afterAll(() => stack.disposeAsync())

const endAll = async () => {
  await Promise.all([...nodes].map((node) => node[Symbol.asyncDispose]()))
  nodes.clear()
}
afterEach(endAll)

/** `name`: of its data folder. */
async function startNode(name: string): Promise<{ node: ServerProcess; client: Client; ready_at: number }> {
  const data_dir = join(folder, name)
  await mkdir(data_dir, { recursive: true })
  const node = startServerProcess({
    DATABASE_URL: postgres.connection_string,
    PARLEY_DATA_DIR: data_dir,
    PARLEY_SECRET_KEY: '0'.repeat(64),
    PARLEY_BOOTSTRAP_KEY: admin_key,
    PARLEY_DRAIN_SECONDS: '0',
    PARLEY_DEFAULT_MODEL: 'openai/scripted',
    OPENAI_BASE_URL: model.base_url,
  })
  nodes.add(node)
  const base_url = await node.ready
  return { node, client: createClient({ base_url, token: admin_key, retries: 0 }), ready_at: performance.now() }
}

/** A turn that runs on this node; its second attempt, if there is one, is answered at once. */
async function startTurn(client: Client) {
  const { conversation } = await client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const held = holdAnswer()
  model.answer = () => held
  const reply = client.sendConversationMessage({ conversation_id: conversation.id, text: 'Hello' }).catch(() => null)
  await held.asked
  return { conversation_id: conversation.id, held, reply }
}

/** The next call of the model. */
function nextAttempt(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  model.answer = () => {
    resolve(performance.now())
    return 'From the second attempt.'
  }
  return promise
}

async function kill(node: ServerProcess): Promise<number> {
  const killed_at = performance.now()
  node.child.kill('SIGKILL')
  await node.exited
  nodes.delete(node)
  await prolongLeases()
  return killed_at
}

/** As if every lease lasted an hour: no turn is taken over because its time has run out. */
async function prolongLeases(): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.connection_string })
  await client.connect()
  await client.query(`update turns set lease_expires_at = now() + interval '1 hour' where status = 'running'`)
  await client.end()
}

function report(what: string, took_ms: number[]): void {
  console.log(
    `${what}, ms: ${took_ms
      .map(Math.round)
      .toSorted((a, b) => a - b)
      .join(' ')}`,
  )
}

async function expectTwoAttempts(client: Client, conversation_id: string): Promise<void> {
  const turns = async () => (await client.listConversationTurns({ conversation_id })).data
  await expect.poll(turns).toMatchObject([{ attempts: 2, outcome: 'reply' }])
}

test(`P11: ${runs} times, a restarted server resumes the turn of its predecessor`, async () => {
  const took_ms: number[] = []
  let { node, client } = await startNode('alone')
  for (let run = 0; run < runs; run += 1) {
    const { conversation_id } = await startTurn(client)
    const resumed = nextAttempt()
    await kill(node)
    const next = await startNode('alone')
    took_ms.push((await resumed) - next.ready_at)
    ;({ node, client } = next)
    await expectTwoAttempts(client, conversation_id)
  }
  report('from ready to the next attempt', took_ms)
  expect(Math.max(...took_ms)).toBeLessThan(most_ms.restart)
}, 600_000)

test(`P11: ${runs} times, another node takes over the turn of a killed one`, async () => {
  const took_ms: number[] = []
  let [killed, other] = [await startNode('one'), await startNode('other')]
  for (let run = 0; run < runs; run += 1) {
    const { conversation_id } = await startTurn(killed.client)
    const resumed = nextAttempt()
    const killed_at = await kill(killed.node)
    took_ms.push((await resumed) - killed_at)
    await expectTwoAttempts(other.client, conversation_id)
    // On a new folder, so that this one, too, takes over by looking twice.
    ;[killed, other] = [other, await startNode(`other ${run}`)]
  }
  report('from the kill to the next attempt', took_ms)
  expect(Math.max(...took_ms)).toBeLessThan(most_ms.kill)
}, 900_000)

/** Cuts all connections, or takes PostgreSQL away for a while. */
async function interrupt(away_ms: number | null): Promise<void> {
  if (away_ms !== null) {
    await postgres.stop()
    await delay(away_ms)
    postgres = await startPostgres()
    return
  }
  const client = new pg.Client({ connectionString: postgres.connection_string })
  await client.connect()
  await client.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and usename = current_user`)
  await client.end()
}

test(`P11: ${outages} times, PostgreSQL is away and no turn of a live node is restarted`, async () => {
  const live = await Promise.all(['one', 'two', 'three'].map(startNode))
  let restarted = 0
  for (let run = 0; run < outages; run += 1) {
    const turns: { client: Client; conversation_id: string; held: HeldAnswer }[] = []
    for (const { client } of live) turns.push({ client, ...(await startTurn(client)) })
    model.answer = () => 'From the second attempt.'
    await interrupt(outages_ms[run % outages_ms.length]!)
    await delay(judged_ms)
    for (const { client, conversation_id, held } of turns) {
      held.say('The whole reply.')
      held.finish()
      const ended = async () => (await client.listConversationTurns({ conversation_id })).data[0]!
      await expect.poll(ended, { timeout: 90_000 }).toMatchObject({ status: 'completed', outcome: 'reply' })
      restarted += (await ended()).attempts - 1
    }
  }
  console.log(`turns of live nodes: ${outages * live.length}, restarted: ${restarted}`)
  expect(restarted).toBe(0)
}, 3_600_000)
