// After a restart on the same data the next process takes the turns of its predecessor up at once, not after their leases.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@parley/embedded-postgres'
import { createClient } from '@parley/sdk'
import pg from 'pg'
import { expect, test } from 'vitest'
import { findFreePort } from '../support/free-port.ts'
import { startServerProcess } from '../support/process.ts'
import { type HeldAnswer, holdAnswer, startScriptedModel } from '../support/scripted-model.ts'
import { publishAgent } from '../support/server.ts'

/** Each is the same, and starts a process. docs/guarantees.md has the times of twenty. */
const runs = Number(process.env['PARLEY_TEST_RESTARTS'] ?? 6)

const admin_key = 'ak_test.0123456789abcdef0123456789abcdef'

/** The first text of the running turn that a reader who comes back sees. */
async function readFirstWord(url: string, conversation_id: string): Promise<string> {
  for (;;) {
    try {
      const headers = { authorization: `Bearer ${admin_key}` }
      const { body } = await fetch(`${url}/core/conversations/${conversation_id}/events`, { headers })
      let read = ''
      for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
        read += chunk
        const said = /event: message\.(?:delta|snapshot)\ndata: (.*)\n/.exec(read)
        if (said) return (JSON.parse(said[1]!) as { text: string }).text
      }
    } catch {
      // It does not listen yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** As if the lease of the turn lasted an hour: how long a process takes to start does not matter then. */
async function prolongLease(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  const prolong = `update turns set lease_expires_at = now() + interval '1 hour' where status = 'running'`
  expect((await client.query(prolong)).rowCount).toBe(1)
  await client.end()
}

test(`T7: ${runs} times on the embedded database, from the kill to the first word of the next attempt`, async () => {
  await using model = await startScriptedModel()
  const data_dir = await mkdtemp(join(tmpdir(), 'parley-restart-'))
  const environment = {
    PORT: String(await findFreePort()),
    PARLEY_DATA_DIR: data_dir,
    PARLEY_BOOTSTRAP_KEY: admin_key,
    PARLEY_DEFAULT_MODEL: 'openai/scripted',
    OPENAI_BASE_URL: model.base_url,
  }
  let server = startServerProcess(environment)
  const url = await server.ready
  const client = createClient({ base_url: url, token: admin_key })
  const { agent_id } = await publishAgent(client)
  const guest = await startEmbeddedPostgres({ data_dir: join(data_dir, 'postgres'), mode: 'attach' })
  const { connection_string } = guest
  await guest.stop()
  const took_ms: number[] = []
  for (let run = 0; run < runs; run += 1) {
    const { conversation } = await client.createConversation({ channel: 'text', user_id: 'u', agent_id })
    const conversation_id = conversation.id
    const held: HeldAnswer[] = [holdAnswer(), holdAnswer()]
    const answers = [...held]
    model.answer = () => answers.shift()!
    const lost = client.sendConversationMessage({ conversation_id, text: 'Hello' }).catch(() => null)
    await held[0]!.asked
    held[0]!.say('Half of ')
    await readFirstWord(url, conversation_id)
    held[1]!.say('The whole ')
    server.child.kill('SIGKILL')
    const killed_at = performance.now()
    // PostgreSQL outlives the process.
    await server.exited
    await prolongLease(connection_string)
    server = startServerProcess(environment)
    const hasEnded = server.exited.then((code) => `the server has ended with ${code}`)
    expect(await Promise.race([readFirstWord(url, conversation_id), hasEnded])).toBe('The whole ')
    took_ms.push(performance.now() - killed_at)
    held[1]!.say('reply.')
    held[1]!.finish()
    await lost
    await server.ready
    const turns = async () => (await client.listConversationTurns({ conversation_id })).data
    await expect.poll(turns).toMatchObject([{ status: 'completed', attempts: 2 }])
  }
  await server[Symbol.asyncDispose]()
  await rm(data_dir, { recursive: true, force: true })
  // docs/guarantees.md has what it takes on an idle machine.
  const sorted = took_ms.map(Math.round).toSorted((a, b) => a - b)
  console.log(`kill to first resumed word, ms: ${sorted.join(' ')}`)
}, 900_000)
