// Secrets that are expensive to search for: the organization's own peers send texts that almost contain them.
import { sql } from '../support/sql.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type McpPeer, startMcpPeer, textTool } from '../support/mcp-peer.ts'
import { publishAgent, refusal } from '../support/server.ts'
import { opened_hosts } from '../support/tool-peer.ts'
import { type Scene, startScene } from './scene.ts'

/** Almost the same letter again and again; at each place, a whole secret must be read to see that it does not match. */
const almostRun = (at: number) =>
  `kkkk${'j'.repeat(1 + (at % 8))}${'k'.repeat(8192)}`.slice(0, 8192 - Math.floor(at / 8))

describe('secrets that a text almost contains', () => {
  let scene: Scene
  let peer: McpPeer
  beforeAll(async () => {
    scene = await startScene({
      ...opened_hosts,
      PARLEY_LIMIT_SECRET_BYTES: '2000000',
      PARLEY_RATE_LIMIT_PER_MINUTE: '0',
    })
    peer = await startMcpPeer('json')
    peer.tools = [textTool('look', { description: 'k'.repeat(260_000) })]
    scene.server.model.answer = () => 'Hello.'
  })
  afterAll(async () => {
    await peer[Symbol.asyncDispose]()
    await scene[Symbol.asyncDispose]()
  })

  const timeout = 120_000
  test.each([20, 200])(
    '%i of 8 KB, and a description of 260,000: the node keeps running',
    { timeout },
    async (count) => {
      const { client } = scene.loud
      for (let at = 0; at < count; at += 1) await client.setSecret({ name: `ALMOST_${at}`, value: almostRun(at) })
      // Another address for each count, so that the tools are listed again.
      const mcp_servers = [{ name: 'shop', url: `${peer.url}?${count}` }]
      const { agent_id } = await publishAgent(client, { mcp_servers })
      const { conversation } = await client.createConversation({ channel: 'text', user_id: 'loud', agent_id })
      const before = process.cpuUsage()
      const quiet = await scene.duringAttack(() =>
        client.sendConversationMessage({ conversation_id: conversation.id, text: 'Look' }),
      )
      const { user, system } = process.cpuUsage(before)
      expect((user + system) / 1000).toBeLessThan(2000)
      expect(quiet.failures).toEqual([])
      const offered = scene.server.model.requests.flatMap(({ tools = [] }) => tools)
      expect(offered.map((tool) => tool.function.name)).toContain('shop_look')
      expect(peer.requests.length).toBeGreaterThan(0)
    },
  )
})

describe('the bytes of an organization’s secrets', () => {
  let scene: Scene
  beforeAll(async () => {
    // Enough connections for six calls of one organization to wait at once.
    scene = await startScene({ PARLEY_LIMIT_SECRET_BYTES: '10000', PARLEY_DATABASE_CONNECTIONS: '24' })
  })
  afterAll(() => scene[Symbol.asyncDispose]())

  test('are bounded, and the refusal says how many are used', async () => {
    const { loud, quiet } = scene
    await loud.client.setSecret({ name: 'A', value: 'ü'.repeat(2000) })
    await loud.client.setSecret({ name: 'B', value: 'b'.repeat(5000) })
    const error = await refusal(loud.client.setSecret({ name: 'C', value: 'ü'.repeat(501) }))
    expect(error).toMatchObject({ status: 409, code: 'secrets_too_large' })
    expect(error.message).toContain('9000 of 10000 bytes, and this value has 1002')
    await loud.client.setSecret({ name: 'C', value: 'c'.repeat(1000) })
    await quiet.client.setSecret({ name: 'C', value: 'c'.repeat(8000) })
    // Replacing an existing one, its own bytes no longer count.
    await loud.client.setSecret({ name: 'B', value: 'd'.repeat(5000) })
    expect(await refusal(loud.client.setSecret({ name: 'B', value: 'd'.repeat(5001) }))).toMatchObject({ status: 409 })
    await loud.client.deleteSecret({ name: 'A' })
    await loud.client.setSecret({ name: 'B', value: 'd'.repeat(8192) })
  })

  test('over the limit, a shorter value is still accepted', async () => {
    const { server, quiet } = scene
    await quiet.client.setSecret({ name: 'C', value: 'c'.repeat(8000) })
    await sql`insert into secrets (organization_id, name, value)
      values (${quiet.id}, 'OLD', ${Buffer.alloc(12_000)})`.execute(server.database)
    await quiet.client.setSecret({ name: 'C', value: 'c'.repeat(7999) })
    expect(await refusal(quiet.client.setSecret({ name: 'C', value: 'c'.repeat(8000) }))).toMatchObject({ status: 409 })
  })

  test('are not exceeded by simultaneous writes', async () => {
    const { server, loud } = scene
    await sql`delete from secrets where organization_id = ${loud.id}`.execute(server.database)
    // No call gets further than the insert before all have arrived.
    const gate = await server.database.pool.connect()
    await gate.query('begin; lock table secrets in share mode')
    const tries = Array.from({ length: 6 }, (_, at) =>
      loud.client.setSecret({ name: `NEW_${at}`, value: 'n'.repeat(4000) }),
    )
    const outcome = Promise.allSettled(tries)
    const waiting =
      'select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()'
    await expect.poll(async () => (await server.database.pool.query(waiting)).rowCount).toBeGreaterThanOrEqual(6)
    await gate.query('commit')
    gate.release()
    const outcomes = await outcome
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
    for (const one of outcomes) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ status: 409, code: 'secrets_too_large' })
    }
  })
})
