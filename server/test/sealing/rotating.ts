// What the tests of a rotated secret key share: receivers that were told secrets, agents that use them, and the rotation itself.
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ApiError } from '@parley/sdk'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import type { Database } from '../../src/database/database.ts'
import { systemPorts } from '../../src/base/ports.ts'
import { createSealers } from '../../src/sealing/seal.ts'
import { contextOf } from '../../src/secrets/read-secrets.ts'
import { rotateSecretKey } from '../../src/rotate.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'
import { type ToolPeer, answerJson, startToolPeer } from '../support/tool-peer.ts'
import { type Receiver, startReceiver } from '../webhooks/receiver.ts'

export const opened_hosts = { PARLEY_ALLOW_PRIVATE_HOSTS: '127.0.0.1,localhost' }

export let peer: ToolPeer
export let receiver: Receiver

/** For the tests of a file. */
export function setStage(): void {
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
}

type KeySettings = Pick<Config, 'data_dir' | 'secret_key' | 'secret_key_next'>

export function rotate(server: TestServer, more: Partial<KeySettings> = {}, database: Database = server.database) {
  const { data_dir, secret_key, secret_key_next } = server.app.core.config
  return rotateSecretKey({ database, config: { data_dir, secret_key, secret_key_next, ...more }, ports: systemPorts })
}

export const keyFile = async (server: TestServer) => {
  const text = await readFile(join(server.app.core.config.data_dir, 'secret-key'), 'utf8')
  return Buffer.from(text.trim(), 'hex')
}

export async function newAgent(server: TestServer) {
  const action = { type: 'http', method: 'POST', url: peer.url, body: '{{ secrets.TOKEN }}' }
  const tools = [{ name: 'send', description: 'Sends', actions: [action] }]
  server.model.answer = ({ messages }) =>
    messages.at(-1)!.role === 'tool' ? 'Done.' : { tool_calls: [{ name: 'send', arguments: {} }] }
  return (await publishAgent(server.client, { tools })).agent_id
}

export async function callTool(server: TestServer, agent_id: string) {
  const { conversation } = await server.client.createConversation({ channel: 'text', user_id: 'u', agent_id })
  await server.client.sendConversationMessage({ conversation_id: conversation.id, text: 'Send' })
  return peer.requests.at(-1)!.body
}

/** Whatever was accepted while the key is rotated, again and again, can be read afterwards. */
export async function rotateWhileWriting(rounds: number): Promise<void> {
  await using server = await startTestServer()
  const accepted = new Map<string, string>()
  let refused = 0
  /** Repeats the call until it is refused. */
  const write = async (writer: number, round: number) => {
    for (let n = 0; n < 100_000; n += 1) {
      const [name, value] = [`W${writer}_${n % 20}`, `value-${writer}-${round}-${n}`]
      const outcome = await server.client.setSecret({ name, value }).catch((error: unknown) => error)
      if (outcome instanceof Error) return void (refused += (outcome as ApiError).status === 503 ? 1 : 0)
      accepted.set(name, value)
    }
  }
  for (let round = 0; round < rounds; round += 1) {
    const writers = [1, 2, 3, 4].map((writer) => write(writer, round))
    await expect
      .poll(() => [...accepted.values()].filter((value) => value.includes(`-${round}-`)).length, { timeout: 40_000 })
      .toBeGreaterThan(10)
    await rotate(server)
    await Promise.all(writers)
    await server.restart()
  }
  expect(refused).toBe(4 * rounds)
  const { secret_sealer } = createSealers(await keyFile(server), randomBytes)
  const { rows } = await server.database.pool.query<{ name: string; value: Buffer }>('select name, value from secrets')
  const stored = rows.map(({ name, value }) => [
    name,
    secret_sealer.open(value, contextOf(server.organization_id, name)),
  ])
  expect(new Map(stored as [string, string][])).toEqual(accepted)
}
