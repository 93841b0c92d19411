// Rotation of the secret key: sealed data can be read only with the new key, whatever is written or killed at the same time.
import { randomBytes, randomUUID } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { CommitInDoubt } from '../../src/database/failures.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { createSealers } from '../../src/sealing/seal.ts'
import { contextOf } from '../../src/secrets/read-secrets.ts'
import { type TestServer, refusal, startTestServer, withoutKey } from '../support/server.ts'
import {
  callTool,
  keyFile,
  newAgent,
  opened_hosts,
  receiver,
  rotate,
  rotateWhileWriting,
  setStage,
} from './rotating.ts'

/** A node looks at the fingerprint more often than every five seconds. */
const attentive = {
  clock: {
    ...systemPorts.clock,
    after: (ms: number, call: () => void) => systemPorts.clock.after(ms === 5000 ? 50 : ms, call),
  },
}
setStage()

test('everything continues with the new key, and nothing opens with the old one', async () => {
  await using server = await startTestServer(opened_hosts, { ports: attentive })
  const old_key = await keyFile(server)
  // Only one answer is kept under a key.
  const keyless = server.as({ fetch: withoutKey })
  await keyless.setSecret({ name: 'TOKEN', value: 'planted-value' })
  const agent_id = await newAgent({ ...server, client: keyless })
  const { id: web_widget_id } = await keyless.createWebWidget({ agent_id })
  await keyless.createWebWidgetIdentityKey({ web_widget_id })
  const webhook = await keyless.createWebhookEndpoint({ url: receiver.url, events: ['webhook.test'] })
  const { secret } = await keyless.rotateWebhookSecret({ webhook_id: webhook.id })
  const named = { name: 'Kept', idempotency_key: randomUUID() }
  const kept = await server.client.createOrganizationKey(named)
  const { conversation } = await keyless.createConversation({ channel: 'text', user_id: 'u', agent_id })
  const { token } = await keyless.createConversationToken({
    conversation_id: conversation.id,
    permissions: ['read'],
  })

  expect(await rotate(server)).toEqual({ secrets: 1, webhooks: 1, identity_keys: 1, hooks: 0, answers: 1 })
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
    await expect.poll(() => receiver.received.length, { timeout: 40_000 }).toBe(before + 1)
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
    identity_key_sealer: 'select id::text as context, secret as sealed from web_widget_identity_keys',
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
  // An answer under a key would be sealed.
  await server.as({ fetch: withoutKey }).testWebhookEndpoint({ webhook_id })
  await expect
    .poll(() => server.log.some((line) => line.includes('could not make a webhook delivery')), { timeout: 40_000 })
    .toBe(true)
  const { data } = await client.listWebhookDeliveries({ webhook_id })
  expect(data).toMatchObject([{ status: 'pending', tries: [] }])
})

test('everything accepted during repeated rotations can be read afterwards', () => rotateWhileWriting(2))

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
    expect(await rotate(server)).toEqual({ secrets: 1, webhooks: 0, identity_keys: 0, hooks: 0, answers: 0 })
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
