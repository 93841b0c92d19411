// `parley import anyreach` from a simulated AnyReach, with many equal times, refused requests and lost connections.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Conversation } from '@parley/sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { type Peer, type PeerAgent, startPeer } from './anyreach-peer.ts'
import { runHere } from './run-here.ts'

let server: TestServer
let folder: string

beforeAll(async () => {
  server = await startTestServer()
  folder = await mkdtemp(join(tmpdir(), 'parley-anyreach-'))
  await writeFile(join(folder, 'key'), 'ak_there.key\n')
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const version = (number: number, published: boolean, config: object) => ({
  id: randomUUID(),
  version: number,
  published,
  config,
})
const agent: PeerAgent = {
  agent_id: randomUUID(),
  name: 'Concierge',
  versions: [
    version(3, false, { instructions: 'A draft' }),
    version(2, true, { instructions: 'Call {{secrets.CRM_KEY}}', unknown_there: 1 }),
    version(1, true, { instructions: 'Hello' }),
  ],
}

function conversationOf(index: number): Conversation {
  // Runs of 60 have one time, so that every page ends within one; some have fewer digits.
  const second = String(Math.floor(index / 60)).padStart(2, '0')
  const created_at = `2025-03-01T10:00:${second}${index % 120 < 60 ? '.5Z' : '.123456Z'}`
  const items = [
    {
      id: randomUUID(),
      position: 0,
      type: 'message',
      role: 'user',
      content: [`Hi ${index}`],
      created_at,
      turn_id: null,
    },
  ]
  return {
    ...{
      id: randomUUID(),
      channel: 'telephone',
      direction: 'inbound',
      status: 'completed',
      user_id: `caller ${index}`,
    },
    ...{ agent_id: agent.agent_id, agent_version_id: agent.versions[1]!.id, agent: { id: agent.agent_id, name: 'C' } },
    ...{ created_at, updated_at: created_at, ended_at: created_at, last_activity_at: created_at, duration: 0 },
    ...{
      agent_number: '+1',
      user_turn_count: 1,
      end_reason: 'imported',
      summary: `About ${index}`,
      custom_metadata: {},
    },
    ...(index === 3 ? { recording_details: { url: 'https://there.example/r.mp3' } } : {}),
    conversation: { items },
  } as unknown as Conversation
}

/** Runs `parley import anyreach` from this peer, each time with the same state. */
function importFrom(peer: Peer, name: string, target: Pick<TestServer, 'url' | 'admin_key'> = server) {
  const state = join(folder, name)
  const { PATH = '' } = process.env
  const environment = { PATH, PARLEY_URL: target.url, PARLEY_API_KEY: target.admin_key }
  const args = ['import', 'anyreach', '--from', peer.url, '--from-key-file', join(folder, 'key')]
  const run = (...more: string[]) => runHere([...args, '--rate', '1000', '--state', state, ...more], environment)
  const report = async () => {
    const { code, stdout, stderr } = await run('--json')
    expect(stdout, stderr).not.toBe('')
    return { code, ...(JSON.parse(stdout) as Record<string, unknown>) }
  }
  return { state, run, report }
}

it('brings everything over once, whatever breaks, and says what cannot move', { timeout: 120_000 }, async () => {
  const there = Array.from({ length: 230 }, (_none, index) => conversationOf(index))
  await using peer = await startPeer([agent], there)
  const { state, run } = importFrom(peer, 'state')

  peer.fails_after = 140
  const broken = await run()
  expect(broken.code, broken.stderr).toBe(1)
  peer.fails_after = null
  const done = await run('--json')
  expect(done.code, done.stderr).toBe(0)
  const report = JSON.parse(done.stdout) as Record<string, number>
  expect(report).toMatchObject({
    agents: 1,
    versions: 2,
    failed: 0,
    recordings: 1,
    secrets: ['CRM_KEY'],
    crowded_times: [],
  })
  expect(report['created']! + report['unchanged']!).toBe(230)

  const { data: agents } = await server.client.listAgents()
  const own = agents.find(({ metadata }) => metadata['anyreach_agent_id'] === agent.agent_id)!
  expect(own).toMatchObject({ name: 'Concierge', metadata: { own: 1 } })
  const { data: versions } = await server.client.listAgentVersions({ agent_id: own.agent_id })
  expect(versions.map(({ published, config }) => [published, config['instructions']])).toEqual([
    [true, 'Call {{secrets.CRM_KEY}}'],
    [true, 'Hello'],
  ])
  const found = await Array.fromAsync(
    server.client.iterate('listConversations', { agent_id: own.agent_id, limit: 100 }),
  )
  expect(found.map(({ user_id }) => user_id).toSorted()).toEqual(there.map(({ user_id }) => user_id).toSorted())
  expect(found[0]).toMatchObject({ agent_version_id: versions[0]!.id, summary: expect.stringContaining('About') })

  // Once more, from nothing: nothing is doubled.
  await rm(state)
  const again = await run('--json')
  expect(JSON.parse(again.stdout)).toMatchObject({ agents: 0, versions: 0, created: 0, unchanged: 230, failed: 0 })
})

/** For what has nothing to do with its failures. */
async function startCalmPeer(...start: Parameters<typeof startPeer>): Promise<Peer> {
  return Object.assign(await startPeer(...start), { is_calm: true })
}

/** Without an agent. */
const at = (index: number, created_at: string): Conversation => ({
  ...conversationOf(index),
  ...{ agent_id: null, agent_version_id: null, agent: null, created_at, updated_at: created_at, ended_at: created_at },
  last_activity_at: created_at,
})
const second = (number: number) => `2025-04-01T10:00:${String(number).padStart(2, '0')}.250Z`

it('goes on behind a millisecond with more conversations than a page, and says so once', async () => {
  const crowd = Array.from({ length: 250 }, (_none, index) => at(index, '2025-04-01T10:00:20.250Z'))
  // Too many in two milliseconds for a page, not in one.
  const near = Array.from({ length: 120 }, (_none, index) => at(index, `2025-04-01T10:00:10.${250 + (index % 2)}Z`))
  await using peer = await startCalmPeer([], [at(1, second(30)), ...crowd, ...near, at(2, second(5))])
  const { report } = importFrom(peer, 'crowd')
  expect(await report()).toMatchObject({
    ...{ code: 3, created: 1 + 100 + 120 + 1, failed: 0, crowded_times: ['2025-04-01T10:00:20.250Z'] },
  })
})

it('names a conversation that is too large, and takes it when it is called again with a higher limit', async () => {
  await using small = await startTestServer({ PARLEY_LIMIT_BODY_BYTES: '65536' })
  const large = at(2, second(2))
  large.conversation!.items[0]!.content = ['x'.repeat(100_000)]
  await using peer = await startCalmPeer([], [at(1, second(1)), large, at(3, second(3))])
  const first = await importFrom(peer, 'large', small).run()
  expect(first).toMatchObject({ code: 3, stdout: expect.stringContaining('created: 2\nunchanged: 0\nfailed: 1\n') })
  expect(first.stderr).toContain(`conversation ${large.id}: the server responded with 413`)
  expect(first.stderr).toContain("1 conversation above this server's PARLEY_LIMIT_BODY_BYTES: raise it and call this")
  const again = await importFrom(peer, 'large').report()
  expect(again).toMatchObject({ code: 0, created: 3, unchanged: 0, failed: 0, failed_conversations: {} })
})

it('called after its end, brings over what is newer and reads nothing else again', async () => {
  const old = Array.from({ length: 129 }, (_none, index) => at(index, second(Math.min(index, 40))))
  await using peer = await startCalmPeer([], old)
  const { report } = importFrom(peer, 'newer')
  expect(await report()).toMatchObject({ code: 0, created: 129 })
  const { reads } = peer.answered
  peer.conversations.push(at(200, second(50)), at(201, second(40)))
  expect(await report()).toMatchObject({ code: 0, created: 131, unchanged: 0 })
  expect(await report()).toMatchObject({ code: 0, created: 131, unchanged: 0 })
  expect(peer.answered['reads']! - reads!).toBe(2)
})

it('reports agents as they are, however often it was called and wherever it broke off', async () => {
  const secretive = (name: string, secret: string) => ({
    ...{ agent_id: randomUUID(), name },
    versions: [version(1, true, { instructions: `Call {{secrets.${secret}}}` })],
  })
  const [first, other] = [secretive('First', 'FIRST_KEY'), secretive('Other', 'OTHER_KEY')]
  await using peer = await startCalmPeer([first, other], [])
  const { run, report } = importFrom(peer, 'agents')
  const refuse = (status: number) => (peer.refuse = (path) => (path.includes(other.agent_id) ? status : null))

  refuse(401)
  const refused = await run()
  expect(refused).toMatchObject({ code: 4, stdout: '' })
  expect(refused.stderr).toContain(`parley: ${peer.url}: the server responded with 401: Refused`)
  refuse(422)
  expect(await report()).toMatchObject({ code: 3, agents: 1, phone_numbers: 1, failed_agents: [other.agent_id] })
  peer.refuse = () => null
  const whole = { agents: 2, versions: 2, phone_numbers: 2, secrets: ['FIRST_KEY', 'OTHER_KEY'], failed_agents: [] }
  expect(await report()).toMatchObject({ code: 0, ...whole })
  expect(await report()).toMatchObject({ code: 0, ...whole })
})

it('says which of the two refused it', async () => {
  await using peer = await startCalmPeer([], [at(1, second(1))])
  const { run, report } = importFrom(peer, 'refused')
  peer.refuse = (path) => (path.startsWith('/core/conversations/') ? 401 : null)
  const there = await run()
  expect(there.code).toBe(4)
  expect(there.stderr).toContain(`parley: ${peer.url}: the server responded with 401: Refused`)
  peer.refuse = () => null
  const here = await importFrom(peer, 'refused', { url: server.url, admin_key: 'ak_a.b' }).run()
  expect(here.code).toBe(4)
  expect(here.stderr).not.toContain(peer.url)
  // What is gone meanwhile is no failure.
  peer.refuse = (path) => (path.startsWith('/core/conversations/') ? 404 : null)
  expect(await report()).toMatchObject({ code: 0, created: 0, failed: 0 })
})
