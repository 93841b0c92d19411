// Rotation of the secret key: sealed data can be read only with the new key, whatever is written or killed at the same time.
import { randomBytes, randomUUID } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ApiError } from '@parley/sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import type { Database } from '../../src/database/database.ts'
import { CommitInDoubt } from '../../src/database/failures.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { createSealers } from '../../src/sealing/seal.ts'
import { contextOf } from '../../src/secrets/read-secrets.ts'
import { rotateSecretKey } from '../../src/rotate.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { type ToolPeer, answerJson, startToolPeer } from '../support/tool-peer.ts'
import { type Receiver, startReceiver } from '../webhooks/receiver.ts'

/** A node looks at the fingerprint more often than every five seconds. */
const attentive = {
  clock: {
    ...systemPorts.clock,
    after: (ms: number, call: () => void) => systemPorts.clock.after(ms === 5000 ? 50 : ms, call),
  },
}
const opened_hosts = { PARLEY_ALLOW_PRIVATE_HOSTS: '127.0.0.1,localhost' }

let peer: ToolPeer
let receiver: Receiver
beforeAll(async () => {
  peer = await startToolPeer()
  receiver = await startReceiver()
})
afterAll(async () => {
  await peer[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
})
beforeEach(() => {
  peer.requests.length = 0
  peer.answer = (_request, response) => answerJson(response, { ok: true })
})

type KeySettings = Pick<Config, 'data_dir' | 'secret_key' | 'secret_key_next'>

function rotate(server: TestServer, more: Partial<KeySettings> = {}, database: Database = server.database) {
  const { data_dir, secret_key, secret_key_next } = server.app.core.config
  return rotateSecretKey({ database, config: { data_dir, secret_key, secret_key_next, ...more }, ports: systemPorts })
}

const keyFile = async (server: TestServer) => {
  const text = await readFile(join(server.app.core.config.data_dir, 'secret-key'), 'utf8')
  return Buffer.from(text.trim(), 'hex')
}

async function newAgent(server: TestServer) {
  const action = { type: 'http', method: 'POST', url: peer.url, body: '{{ secrets.TOKEN }}' }
  const tools = [{ name: 'send', description: 'Sends', actions: [action] }]
  server.model.answer = ({ messages }) =>
    messages.at(-1)!.role === 'tool' ? 'Done.' : { tool_calls: [{ name: 'send', arguments: {} }] }
  return (await publishAgent(server.client, { tools })).agent_id
}

async function callTool(server: TestServer, agent_id: string) {
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  await server.client.sendConversationMessage({ conversation_id: conversation.id, text: 'Send' })
  return peer.requests.at(-1)!.body
}

test('everything continues with the new key, and nothing opens with the old one', async () => {
  await using server = await startTestServer(opened_hosts, { ports: attentive })
  const old_key = await keyFile(server)
  await server.client.setSecret({ name: 'TOKEN', value: 'planted-value' })
  const agent_id = await newAgent(server)
  const webhook = await server.client.createWebhookEndpoint({ url: receiver.url, events: ['webhook.test'] })
  const { secret } = await server.client.rotateWebhookSecret({ webhook_id: webhook.id })
  const named = { name: 'Kept', idempotency_key: randomUUID() }
  const kept = await server.client.createOrganizationKey(named)
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const { token } = await server.client.createConversationToken({
    conversation_id: conversation.id,
    permissions: ['read'],
  })

  expect(await rotate(server)).toEqual({ secrets: 1, webhooks: 1, answers: 1 })
  expect(await server.app.failed).toMatchObject({ message: expect.stringContaining('secret key was replaced') })
  await server.restart()

  const new_key = await keyFile(server)
  expect(new_key.equals(old_key)).toBe(false)
  expect(await readdir(server.app.core.config.data_dir)).not.toContain('secret-key.next')
  expect(await callTool(server, agent_id)).toBe('planted-value')
  for (const valid of [secret, webhook.secret]) {
    receiver.secret = valid
    const before = receiver.received.length
    await server.client.testWebhookEndpoint({ webhook_id: webhook.id })
    await expect.poll(() => receiver.received.length, { timeout: 20_000 }).toBe(before + 1)
  }
  let replayed: string | null = null
  const onResponse = ({ headers }: Response) => (replayed = headers.get('idempotent-replayed'))
  expect(await server.client.createOrganizationKey(named, { onResponse })).toEqual(kept)
  expect(replayed).toBe('true')
  const call = server.as({ token }).getConversation({ conversation_id: conversation.id })
  expect(await refusal(call)).toMatchObject({ status: 401 })
  await expectSealedWith(server, new_key, old_key)
})

/** Every sealed value of the database. */
async function expectSealedWith(server: TestServer, new_key: Buffer, old_key: Buffer) {
  const { pool } = server.database
  const [now, before] = [new_key, old_key].map((key) => createSealers(key, randomBytes))
  type Row = { context: string; sealed: Buffer }
  const read = async (text: string) => (await pool.query<Row>(text)).rows
  const tables = {
    secret_sealer: `select organization_id || ' ' || name as context, value as sealed from secrets`,
    webhook_sealer: `select id::text as context, secret as sealed from webhook_endpoints
      union all select id::text, previous_secret from webhook_endpoints where previous_secret is not null`,
    sealer: `select namespace || ' ' || key as context, answer as sealed from idempotency_keys where answer is not null`,
  } as const
  for (const [sealer, text] of Object.entries(tables) as [keyof typeof tables, string][]) {
    const rows = await read(text)
    expect(rows.length, sealer).toBeGreaterThan(0)
    for (const { context, sealed } of rows) {
      expect(now![sealer].open(sealed, context)).not.toBe('')
      expect(() => before![sealer].open(sealed, context)).toThrow(Error)
    }
  }
}

test('a node that still has the old key stores nothing with it, and counts no failure of an endpoint', async () => {
  await using server = await startTestServer(opened_hosts)
  await server.client.setSecret({ name: 'TOKEN', value: 'planted-value' })
  const { id: webhook_id } = await server.client.createWebhookEndpoint({ url: receiver.url, events: ['webhook.test'] })
  await rotate(server)
  const { client } = server
  const calls = [
    () => client.setSecret({ name: 'TOKEN', value: 'lost' }),
    () => client.setSecret({ name: 'NEW', value: 'lost' }),
    () => client.createWebhookEndpoint({ url: receiver.url, events: ['*'] }),
    () => client.rotateWebhookSecret({ webhook_id }),
    () => client.createAgent({ name: 'Kept under a key', idempotency_key: randomUUID() }),
  ]
  for (const call of calls) expect(await refusal(call())).toMatchObject({ status: 503, code: 'unavailable' })
  expect((await client.listAgents({ name: 'Kept under a key' })).data).toEqual([])
  await client.deleteSecret({ name: 'TOKEN' })
  await client.testWebhookEndpoint({ webhook_id })
  await expect
    .poll(() => server.log.some((line) => line.includes('could not make a webhook delivery')), { timeout: 20_000 })
    .toBe(true)
  const { data } = await client.listWebhookDeliveries({ webhook_id })
  expect(data).toMatchObject([{ status: 'pending', tries: [] }])
})

test('T7: a turn that such a node cannot run is run by one with the new key', async () => {
  await using server = await startTestServer(opened_hosts)
  await server.client.setSecret({ name: 'TOKEN', value: 'planted-value' })
  const agent_id = await newAgent(server)
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  await rotate(server)
  await using _another = await server.startAnother()
  const { reply } = await server.client.sendConversationMessage({ conversation_id: conversation.id, text: 'Send' })
  expect(reply).toBe('Done.')
  expect(peer.requests.map(({ body }) => body)).toEqual([])
})

test('everything accepted during repeated rotations can be read afterwards', async () => {
  await using server = await startTestServer()
  const accepted = new Map<string, string>()
  let refused = 0
  /** Repeats the call until it is refused. */
  const write = async (writer: number, round: number) => {
    for (let n = 0; n < 10_000; n += 1) {
      const [name, value] = [`W${writer}_${n % 20}`, `value-${writer}-${round}-${n}`]
      const outcome = await server.client.setSecret({ name, value }).catch((error: unknown) => error)
      if (outcome instanceof Error) return void (refused += (outcome as ApiError).status === 503 ? 1 : 0)
      accepted.set(name, value)
    }
  }
  for (let round = 0; round < 5; round += 1) {
    const writers = [1, 2, 3, 4].map((writer) => write(writer, round))
    await expect
      .poll(() => [...accepted.values()].filter((value) => value.includes(`-${round}-`)).length, { timeout: 20_000 })
      .toBeGreaterThan(10)
    await rotate(server)
    await Promise.all(writers)
    await server.restart()
  }
  expect(refused).toBe(20)
  const { secret_sealer } = createSealers(await keyFile(server), randomBytes)
  const { rows } = await server.database.pool.query<{ name: string; value: Buffer }>('select name, value from secrets')
  const stored = rows.map(({ name, value }) => [
    name,
    secret_sealer.open(value, contextOf(server.organization_id, name)),
  ])
  expect(new Map(stored as [string, string][])).toEqual(accepted)
})

describe('a command that dies', () => {
  /** A database whose transaction ends as the test decides. */
  const endingWith = (database: Database, end: 'rollback' | 'doubt'): Database => ({
    ...database,
    transaction: async (work) => {
      const result = await database.transaction(async (tx) => {
        const outcome = await work(tx)
        if (end === 'rollback') throw new Error('killed')
        return outcome
      })
      if (end === 'doubt') throw new CommitInDoubt(new Error('lost'))
      return result
    },
  })

  test.each(['rollback', 'doubt'] as const)('in the middle (%s) leaves a matching key', async (end) => {
    await using server = await startTestServer(opened_hosts)
    await server.client.setSecret({ name: 'TOKEN', value: 'planted-value' })
    const agent_id = await newAgent(server)
    const old_key = await keyFile(server)
    await expect(rotate(server, {}, endingWith(server.database, end))).rejects.toThrow(/killed|lost/)
    expect(await keyFile(server)).toEqual(old_key)
    await server.restart()
    expect((await keyFile(server)).equals(old_key)).toBe(end === 'rollback')
    expect(await callTool(server, agent_id)).toBe('planted-value')
    // Runs again, to its end.
    expect(await rotate(server)).toMatchObject({ secrets: 1 })
    await server.restart()
    expect(await callTool(server, agent_id)).toBe('planted-value')
  })
})

describe('keys from the settings', () => {
  const [first, second] = [randomBytes(32), randomBytes(32)]
  const hex = (key: Buffer) => key.toString('hex')

  test('need the next one, which a start uses as soon as it is current', async () => {
    await using server = await startTestServer({ PARLEY_SECRET_KEY: hex(first), PARLEY_SECRET_KEY_NEXT: hex(second) })
    await server.client.setSecret({ name: 'TOKEN', value: 'planted-value' })
    await expect(rotate(server, { secret_key_next: undefined })).rejects.toThrow(/PARLEY_SECRET_KEY_NEXT/)
    await expect(rotate(server, { secret_key_next: first })).rejects.toThrow(/already in use/)
    const wrong = { secret_key: randomBytes(32), secret_key_next: randomBytes(32) }
    await expect(rotate(server, wrong)).rejects.toThrow(/is not the secret key/)
    expect(await rotate(server)).toEqual({ secrets: 1, webhooks: 0, answers: 0 })
    // With the same settings as before.
    await server.restart()
    await server.client.setSecret({ name: 'TOKEN', value: 'another' })
    expect(await readdir(server.app.core.config.data_dir)).not.toContain('secret-key')
    await using moved = await server.startAnother({ PARLEY_SECRET_KEY: hex(second), PARLEY_SECRET_KEY_NEXT: '' })
    expect(moved.url).toMatch(/^http/)
    const late = server.startAnother({ PARLEY_SECRET_KEY: hex(first), PARLEY_SECRET_KEY_NEXT: '' })
    await expect(late).rejects.toThrow(/is not the secret key/)
  })
})

test('data sealed with a lost earlier key does not change, and counts as not set', async () => {
  await using server = await startTestServer(opened_hosts)
  const agent_id = await newAgent(server)
  await server.client.setSecret({ name: 'TOKEN', value: 'planted-value' })
  const lost = createSealers(randomBytes(32), randomBytes).secret_sealer.seal(
    'x',
    contextOf(server.organization_id, 'TOKEN'),
  )
  await server.database.pool.query('update secrets set value = $1', [lost])
  expect(await rotate(server)).toMatchObject({ secrets: 0 })
  await server.restart()
  expect(await callTool(server, agent_id)).toBe('')
  const { rows } = await server.database.pool.query<{ value: Buffer }>('select value from secrets')
  expect(rows).toEqual([{ value: lost }])
})
