// The first minutes with the process: an empty start, stop, restart, invalid settings.
import { readFileSync, statSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@parley/sdk'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { createTestDatabase } from '../support/database.ts'
import { startServerProcess } from '../support/process.ts'

let data_dir: string

beforeEach(async () => {
  data_dir = await mkdtemp(join(tmpdir(), 'parley data '))
  await chmod(data_dir, 0o711)
})
afterEach(() => rm(data_dir, { recursive: true, force: true }))

describe('with only a data folder', () => {
  test('starts, prints how to sign in, serves a conversation, stops, starts again', async () => {
    const first = startServerProcess({ PARLEY_DATA_DIR: data_dir })
    const url = await first.ready
    const key = readFileSync(join(data_dir, 'admin-key'), 'utf8').trim()
    expect(statSync(join(data_dir, 'admin-key')).mode & 0o777).toBe(0o600)
    expect(first.output.split(key)).toHaveLength(2)
    expect(first.output).toContain('demo/parley-demo, which is not a language model')
    const agent_id = /Sample agent +(\S+)/.exec(first.output)![1]!
    const client = createClient({ base_url: url, token: key })
    const { conversation, starting_message } = await client.createConversation({
      channel: 'text',
      user_id: 'me',
      agent_id,
    })
    expect(starting_message).toContain('Hello')
    const { reply } = await client.sendConversationMessage({ conversation_id: conversation.id, text: 'Hello' })
    expect(reply).toMatch(/^\[Demo model/)
    const { data: widgets } = await client.listWebWidgets()
    expect(widgets).toMatchObject([{ agent_id, live: true, domains: [] }])
    expect(first.output).toContain(`${url}/widget-demo`)
    expect(await (await fetch(`${url}/widget-demo`)).text()).toContain(`src="${url}/public/embed/${widgets[0]!.id}"`)
    const { summary } = await client.endConversation({ conversation_id: conversation.id })
    expect(summary).toMatch(/^\[Demo model/)
    first.child.kill('SIGTERM')
    expect(await first.exited).toBe(0)

    await using second = startServerProcess({ PARLEY_DATA_DIR: data_dir })
    const again = createClient({ base_url: await second.ready, token: key })
    expect((await again.getConversation({ conversation_id: conversation.id })).status).toBe('completed')
    expect(second.output).not.toContain(key)
    expect((await again.listWebWidgets()).data).toHaveLength(1)
    second.child.kill('SIGINT')
    expect(await second.exited).toBe(0)
  })
})

describe('settings', () => {
  test('every fault is listed at once, with exit code 2, and no secret is repeated', async () => {
    const wrong = startServerProcess({
      PORT: 'eighty',
      DATABASE_URL: 'mysql://user:hunter2@host/db',
      PARLEY_LOG_LEVEL: 'loud',
      PARLEY_BOOTSTRAP_KEY: 'hunter2',
      PARLEY_SECRET_KEY: 'hunter2',
      PARLEY_DEFAULT_MODEL: 'anthropic/claude',
      AZURE_RESOURCE_NAME: 'mine',
      PARLEY_LIMIT_BODY_BYTES: '-1',
      PARLEY_METRICS_TOKEN: 'hunter2',
    })
    expect(await wrong.exited).toBe(2)
    for (const name of [
      'PORT',
      'DATABASE_URL',
      'PARLEY_LOG_LEVEL',
      'PARLEY_BOOTSTRAP_KEY',
      'PARLEY_SECRET_KEY',
      'PARLEY_DEFAULT_MODEL',
      'AZURE_API_KEY',
      'PARLEY_LIMIT_BODY_BYTES',
      'PARLEY_METRICS_TOKEN',
    ]) {
      expect(wrong.output).toContain(name)
    }
    expect(wrong.output).not.toContain('hunter2')
  })

  test('a used port: one line and exit code 1; the next start shows the key and the agent, until somebody signs in with the key', async () => {
    const blocker = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => blocker.once('listening', resolve))
    const { port } = blocker.address() as { port: number }
    await using database = await createTestDatabase()
    const environment = { PARLEY_DATA_DIR: data_dir, DATABASE_URL: database.connection_string }
    const late = startServerProcess({ ...environment, PORT: String(port) })
    expect(await late.exited).toBe(1)
    expect(late.output).toContain('EADDRINUSE')
    expect(late.output).toContain('set PORT to another port')
    expect(late.output).not.toContain('    at ')
    blocker.close()
    const key = readFileSync(join(data_dir, 'admin-key'), 'utf8').trim()
    const next = startServerProcess(environment)
    const { client } = openBrowser(await next.ready)
    expect(next.output).toContain(key)
    expect(next.output).toContain('shown until it is used')
    const agent_id = /Sample agent +(\S+)/.exec(next.output)![1]!
    await client.signIn({ api_key: key })
    expect(await client.getAgent({ agent_id })).toMatchObject({ id: agent_id })
    next.child.kill('SIGTERM')
    await next.exited
    await using last = startServerProcess(environment)
    await last.ready
    expect(last.output).not.toContain(key)
    expect(last.output).not.toContain('Sample agent')
  })

  test('an unreachable database: a clear error', async () => {
    const lost = startServerProcess({
      PARLEY_DATA_DIR: data_dir,
      DATABASE_URL: 'postgresql://me:hunter2@127.0.0.1:1/none',
    })
    expect(await lost.exited).toBe(1)
    expect(lost.output).toContain('ECONNREFUSED')
    expect(lost.output).toContain('nothing accepts connections there. Start PostgreSQL')
    expect(lost.output).not.toContain('    at ')
    expect(lost.output).not.toContain('hunter2')
  })

  test.each([
    ['postgresql://me:hunter2@127.0.0.1/none?sslrootcert=/nope/ca.pem', '/nope/ca.pem'],
    ['postgresql://me:hunter2@127.0.0.1:99999/none', 'Invalid URL'],
  ])('an address of a database that cannot be used: a clear error (%s)', async (DATABASE_URL, says) => {
    const lost = startServerProcess({ PARLEY_DATA_DIR: data_dir, DATABASE_URL })
    expect(await lost.exited).toBe(1)
    expect(lost.output).toContain('parley could not start: DATABASE_URL cannot be used: ')
    expect(lost.output).toContain(says)
    expect(lost.output).not.toContain('    at ')
    expect(lost.output).not.toContain('hunter2')
  })
})
