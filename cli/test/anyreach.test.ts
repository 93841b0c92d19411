// `parley import anyreach` from a simulated AnyReach, with many equal times, refused requests and lost connections.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Conversation } from '@parley/sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { type PeerAgent, startPeer } from './anyreach-peer.ts'
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

it('brings everything over once, whatever breaks, and says what cannot move', { timeout: 120_000 }, async () => {
  const there = Array.from({ length: 230 }, (_none, index) => conversationOf(index))
  await using peer = await startPeer([agent], there)
  const { PATH = '' } = process.env
  const environment = { PATH, PARLEY_URL: server.url, PARLEY_API_KEY: server.admin_key }
  const state = join(folder, 'state')
  const args = ['import', 'anyreach', '--from', peer.url, '--from-key-file', join(folder, 'key')]
  const run = (...more: string[]) => runHere([...args, '--rate', '1000', '--state', state, ...more], environment)

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
