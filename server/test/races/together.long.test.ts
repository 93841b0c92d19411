// Many conversations of two organizations on two nodes, all written at the same moments: each ends as it would alone.
import { setTimeout } from 'node:timers/promises'
import type { Client } from '@parley/sdk'
import { sql } from '../support/sql.ts'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { App } from '../../src/app.ts'
import { type Random, createRandom } from '../kill/random.ts'
import { makeOrganization } from '../support/actors.ts'
import { type PostgresProxy, startPostgresProxy } from '../support/postgres-proxy.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'
import { until } from './harness.ts'
import { type Stored, checkInvariants, readStored } from './invariants.ts'
import { type Answer, answerOf, sendMessage } from './scene.ts'

let proxy: PostgresProxy
let server: TestServer
let other: App
/** For each organization: its clients on both nodes, and its agent. */
let owners: { clients: [Client, Client]; agent_id: string }[]
beforeAll(async () => {
  proxy = await startPostgresProxy(inject('postgres_url'))
  server = await startTestServer({ PARLEY_DATABASE_CONNECTIONS: '6' }, { connectThrough: proxy.through })
  other = await server.startAnother()
  const organizations = await Promise.all([makeOrganization(server), makeOrganization(server)])
  owners = await Promise.all(
    organizations.map(async ({ client, key: token }) => ({
      clients: [client, server.as({ base_url: other.url, token })] as [Client, Client],
      agent_id: (await publishAgent(client)).agent_id,
    })),
  )
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
})

interface Talk {
  id: string
  name: string
  clients: [Client, Client]
  random: Random
  sent: { text: string; merges: boolean; answers: Answer[] }[]
}

async function startTalk(random: Random, name: string): Promise<Talk> {
  const { clients, agent_id } = random.pick(owners)
  const { conversation } = await clients[0].createConversation({ channel: 'text', user_id: 'u', agent_id })
  return { id: conversation.id, name, clients, random: random.fork(), sent: [] }
}

const rules = ['queue', 'queue', 'merge', 'interrupt', 'reject'] as const

/** Some with a key, and some of these twice at once. */
async function send({ id, name, clients, random, sent }: Talk): Promise<void> {
  const rule = random.pick(rules)
  const text = `${name} says ${sent.length}`
  const message = { text, merges: rule === 'merge', answers: [] as Answer[] }
  sent.push(message)
  const key = random.happens(0.5) ? { idempotency_key: `${id} ${text}` } : null
  const askers = key && random.happens(0.3) ? clients : [random.pick(clients)]
  const ask = (client: Client) => sendMessage(client, id, text, { parley_concurrency: rule, ...key })
  message.answers = await Promise.all(askers.map(ask))
}

async function cancel({ id, clients, random }: Talk): Promise<void> {
  const { rows } = await sql<{ turn_id: string }>`
    select id as turn_id from turns where conversation_id = ${id} and status in ('queued', 'running')`.execute(
    server.database,
  )
  if (rows.length > 0) {
    await answerOf(random.pick(clients).cancelTurn({ conversation_id: id, ...random.pick(rows) }))
  }
}

const end = ({ id, clients, random }: Talk) =>
  answerOf(random.pick(clients).endConversation({ conversation_id: id, mode: random.pick(['cut', 'finish']) }))

const remove = ({ id, clients, random }: Talk) =>
  answerOf(
    random
      .pick(clients)
      .deleteConversation({ conversation_id: id })
      .then(() => ({})),
  )

function act(talk: Talk): Promise<unknown> {
  const dice = talk.random.next()
  if (dice < 0.7) return send(talk)
  if (dice < 0.92) return cancel(talk)
  return dice < 0.97 ? end(talk) : remove(talk)
}

/** Nothing of another conversation; what was reported as stored, once; what was reported as not stored, not at all. */
function checkWhatWasSaid({ name, sent }: Talk, { items }: Stored): void {
  const said = (role: string) => items.filter((item) => item.role === role).map(({ text }) => text)
  for (const text of [...said('user'), ...said('assistant')]) expect(text).toContain(`${name} says`)
  for (const { text, merges, answers } of sent) {
    const replies = answers.flatMap(({ reply }) => (reply === undefined ? [] : [reply]))
    const is_stored = replies.length > 0 || answers.some(({ stored }) => stored)
    const times = said('user').filter((one) => one === text).length
    expect(times, `${text}: ${JSON.stringify(answers)}`).toBe(is_stored ? 1 : 0)
    if (replies.length > 0) expect(said('assistant')).toContain(replies[0])
    for (const reply of replies) expect(reply).toBe(merges ? replies[0] : `Reply to ${text}`)
  }
}

/** Changes that are committed together: under locks, or in the statement that finds that nothing has changed. The SDK sends keys. */
const groups = ['lock_free_conversations', 'begin_turns_with_keys_if_unchanged', 'end_turns_if_unchanged']

test.each([1, 2])('each of many conversations ends as it would alone (seed %i)', async (seed) => {
  const random = createRandom(seed)
  server.model.answer = ({ messages }) => {
    if (random.happens(0.1)) return 400
    const ms = random.between(0, 20)
    return (async function* () {
      yield `Reply to ${messages.at(-1)!.content}`
      await setTimeout(ms)
    })()
  }
  const talks = await Promise.all(Array.from({ length: 24 }, (_none, n) => startTalk(random, `Talk ${n}.`)))
  proxy.statements.length = 0
  for (let round = 0; round < 3; round += 1) await Promise.all([...talks, ...talks].map(act))

  const countOf = (name: string) => proxy.statements.filter((statement) => statement.name === name).length
  for (const name of groups) expect(countOf(name), name).toBeGreaterThan(2)
  const stored = await Promise.all(
    talks.map(async ({ id }) => {
      const isOver = async () => {
        const { turns } = await readStored(server.database, id)
        return turns.every(({ status }) => status !== 'queued' && status !== 'running')
      }
      await until(isOver, 'all turns are over')
      return readStored(server.database, id)
    }),
  )
  for (const [n, talk] of talks.entries()) {
    checkInvariants(stored[n]!)
    if (!stored[n]!.conversation.is_deleted) checkWhatWasSaid(talk, stored[n]!)
  }
})
