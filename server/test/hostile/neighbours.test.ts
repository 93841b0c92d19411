// Simultaneous writes of one organization must not delay another: which changes are committed together, and in which order.
import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { noChange } from '../../src/conversations/machine/change.ts'
import { textContent } from '../../src/conversations/machine/content.ts'
import { messageCreated } from '../../src/conversations/machine/turn-endings.ts'
import { systemPorts } from '../../src/base/ports.ts'
import type { PooledDatabase } from '../../src/database/database.ts'
import type { Organization } from '../support/actors.ts'
import { publishAgent } from '../support/server.ts'
import { type Scene, startScene } from './scene.ts'

let scene: Scene
let onReached: (point: string) => Promise<void> | void
beforeAll(async () => {
  const reached = async (point: string) => onReached(point)
  onReached = () => {}
  scene = await startScene({}, { ports: { reached } })
})
afterAll(() => scene[Symbol.asyncDispose]())
beforeEach(() => {
  onReached = () => {}
})

async function makeConversations({ client }: Organization, count: number, agent_id?: string): Promise<string[]> {
  const agent = agent_id ?? (await publishAgent(client)).agent_id
  const make = () => client.createConversation({ channel: 'text', user_id: 'u', agent_id: agent })
  const made = []
  for (let n = 0; n < count; n += 1) made.push((await make()).conversation.id)
  return made
}

function say({ id: organization_id }: Organization, id: string, text: string, change: 'update' | 'message' | 'end') {
  const message = {
    ...({ type: 'message', id: systemPorts.newId(), role: 'assistant', content: textContent(text) } as const),
    ...{ author: null, interrupted: false, turn_id: null, metrics: null },
  }
  const decide = () => ({
    change: { ...noChange, items: [message], events: [messageCreated(message)] },
    answer: undefined,
  })
  return scene.server.app.rooms.conversations.conversations.commits.change({
    change,
    organization_id,
    id,
    decide,
    characters: text.length,
  })
}

/** Both groups that can run at once are held until `release`: changes that arrive meanwhile wait. */
async function holdGroups(ids: string[]) {
  const gate = Promise.withResolvers<void>()
  let standing = 0
  onReached = (point) => {
    if (point !== 'end.begun') return
    standing += 1
    return gate.promise
  }
  const changes = [say(scene.loud, ids[0]!, 'In the way', 'end')]
  await expect.poll(() => standing, { interval: 1 }).toBe(1)
  changes.push(say(scene.loud, ids[1]!, 'In the way', 'end'))
  await expect.poll(() => standing, { interval: 1 }).toBe(2)
  return async () => {
    gate.resolve()
    await Promise.all(changes)
  }
}

/** The transaction that wrote each text. */
async function transactionsOf(ids: string[]): Promise<Map<string, string>> {
  const { rows } = await scene.server.database.pool.query<{ text: string; xmin: string }>(
    'select left(content[1], 20) as text, xmin::text from transcript_items where conversation_id = any($1)',
    [ids],
  )
  return new Map(rows.map(({ text, xmin }) => [text, xmin]))
}

test('a change is in the next commit, however many changes of another organization wait before it', async () => {
  const loud = await makeConversations(scene.loud, 202)
  const [quiet] = (await makeConversations(scene.quiet, 1, scene.quiet_agent_id)) as [string]
  const release = await holdGroups(loud)
  const begun: string[] = []
  const hold = onReached
  onReached = (point) => {
    if (/^(update|message)\.begun$/.test(point)) begun.push(point)
    return hold(point)
  }
  const flood = loud.slice(2).map((id, n) => say(scene.loud, id, `Loud ${n}`, 'update'))
  const own = say(scene.quiet, quiet, 'Quiet', 'message')
  await Promise.all([release(), own, ...flood])
  expect(begun).toHaveLength(201)
  // In the first of the two following groups, or in the second.
  expect(begun.indexOf('message.begun')).toBeLessThan(64)
})

test('a short change shares no commit with the long ones of another organization, which share theirs', async () => {
  const loud = await makeConversations(scene.loud, 8)
  const quiet = await makeConversations(scene.quiet, 3, scene.quiet_agent_id)
  const release = await holdGroups(loud)
  const long = 'x'.repeat(20_000)
  const flood = loud.slice(2).map((id, n) => say(scene.loud, id, `Long ${n} ${long}`.slice(0, 20_000), 'update'))
  const own = quiet.map((id, n) => say(scene.quiet, id, `Quiet ${n}`, 'message'))
  await Promise.all([release(), ...own, ...flood])
  const transactions = await transactionsOf([...loud, ...quiet])
  const of = (start: string) =>
    new Set([...transactions].filter(([text]) => text.startsWith(start)).map(([, xmin]) => xmin))
  expect(of('Long').size, 'three fit into one commit').toBe(2)
  expect(of('Quiet').size).toBe(1)
  expect(of('Quiet').isDisjointFrom(of('Long'))).toBe(true)
})

/** What the server's connections receive from its database meanwhile. */
async function countBytesRead(work: () => Promise<unknown>): Promise<number> {
  const { pool } = scene.server.app.core.database as PooledDatabase
  const streams = new Map<Socket, number>()
  const note = ({ connection: { stream } }: { connection: { stream: Socket } }) => {
    if (!streams.has(stream)) streams.set(stream, stream.bytesRead)
  }
  pool.on('acquire', note as never)
  await work()
  pool.off('acquire', note as never)
  return streams.entries().reduce((sum, [stream, before]) => sum + stream.bytesRead - before, 0)
}

test('a turn reads about as much of a long history as the model may be shown', async () => {
  const { server, loud } = scene
  const { agent_id } = await publishAgent(loud.client, { context_window: { max_tokens: 1000 } })
  const [conversation_id] = (await makeConversations(loud, 1, agent_id)) as [string]
  const send = (n: number) =>
    loud.client.sendConversationMessage({ conversation_id, text: `${n} ${'x'.repeat(n === 59 ? 500 : 3000)}` })
  for (let n = 0; n < 59; n += 1) await send(n)
  // Of 180,000. What the server's other work reads meanwhile counts too.
  expect(await countBytesRead(() => send(59))).toBeLessThan(80_000)
  const shown = server.model.requests.at(-1)!.messages.filter(({ role }) => role === 'user')
  expect(shown.map(({ content }) => content.split(' ')[0])).toEqual(['58', '59'])
})

/** For which organizations pieces begin meanwhile. */
async function countPieces(work: () => Promise<unknown>): Promise<number> {
  const { pieces } = scene.server.app.core
  const { begin } = pieces
  const begun: string[] = []
  pieces.begin = (owner) => {
    begun.push(owner)
    return begin(owner)
  }
  try {
    await work()
  } finally {
    pieces.begin = begin
  }
  expect(begun.filter((owner) => owner !== scene.loud.id)).toEqual([])
  return begun.length
}

function importedRow(text: string, items = 1) {
  const created_at = '2026-01-01T00:00:00Z'
  const item = { type: 'message' as const, role: 'assistant' as const, content: [text], created_at }
  return {
    ...{ id: randomUUID(), channel: 'text' as const, status: 'completed' as const, user_id: 'u' },
    ...{ created_at, ended_at: created_at, conversation: { items: Array.from({ length: items }, () => item) } },
  }
}

test('what keeps the event loop busy is done in pieces, which take turns', async () => {
  const { client } = scene.loud
  const rows = Array.from({ length: 25 }, () => importedRow('Short'))
  expect(await countPieces(() => client.importConversations({ conversations: rows }))).toBe(3)
  const long = importedRow('x'.repeat(30_000), 6)
  // Its body, once to be read and once to be checked, and its row.
  expect(await countPieces(() => client.importConversations({ conversations: [long] }))).toBeGreaterThanOrEqual(3)
  const conversation_id = long.id
  expect(await countPieces(() => client.getConversation({ conversation_id }))).toBe(1)
  const head = { method: 'HEAD', headers: { authorization: `Bearer ${scene.loud.key}` } }
  const address = `${scene.server.url}/core/conversations/${conversation_id}`
  expect(await countPieces(() => fetch(address, head))).toBe(1)
  const { agent_id } = await publishAgent(client)
  await client.createAgentVersion({ agent_id, config: { instructions: 'Otherwise' } })
  const compare = () => client.compareAgentVersions({ agent_id, from_version: 1, to_version: 2 })
  expect(await countPieces(compare)).toBe(1)
})

test('what is short does not wait for its turn', async () => {
  const { client } = scene.loud
  const talk = async () => {
    const [conversation_id] = (await makeConversations(scene.loud, 1)) as [string]
    await client.sendConversationMessage({ conversation_id, text: 'x'.repeat(32_000) })
    await client.getConversation({ conversation_id })
    await client.listConversations({})
    await client.endConversation({ conversation_id })
  }
  expect(await countPieces(talk)).toBe(0)
})
