// `parley conversations` and `parley chat` against a real server; files that are cut off anywhere lead to the same end.
import { execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { Input } from '@parley/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeKey } from '../../server/test/support/actors.ts'
import { type TestServer, publishAgent, startTestServer } from '../../server/test/support/server.ts'
import { holdAnswer } from '../../server/test/support/scripted-model.ts'
import { startHttpServer } from '../../sdk/test/support/http-server.ts'
import { forward } from './cut-off.ts'
import { runHere } from './run-here.ts'

type Row = Input<'importConversations'>['conversations'][number]

const main = join(import.meta.dirname, '..', 'src', 'main.js')

let server: TestServer
let elsewhere: TestServer
let folder: string

beforeAll(async () => {
  server = await startTestServer()
  elsewhere = await startTestServer()
  folder = await mkdtemp(join(tmpdir(), 'parley-cli-'))
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await elsewhere[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const environmentOf = ({ url, admin_key }: Pick<TestServer, 'url' | 'admin_key'>) => {
  const { PATH = '', HOME = '' } = process.env
  return { PATH, HOME, PARLEY_URL: url, PARLEY_API_KEY: admin_key, PARLEY_DATA_DIR: join(folder, 'none') }
}
const run = (args: string[], target: Pick<TestServer, 'url' | 'admin_key'> = server, input = '') =>
  runHere(args, environmentOf(target), input)

let made = 0
function rowOf(fields: Partial<Row> = {}): Row {
  made += 1
  const fixed = {
    channel: 'text',
    status: 'completed',
    user_id: `u${made}`,
    created_at: '2026-01-01T10:00:00Z',
  } as const
  const reply = { type: 'message' as const, role: 'assistant' as const }
  const items = [
    { type: 'message' as const, role: 'user' as const, content: [`Hello ${made}`] },
    { ...reply, content: ['Two days [1].'], citations: [{ number: 1, source_name: 'Terms.pdf', page: 2 }] },
    { ...reply, content: ['I am Bo.'], author: { type: 'user' as const, id: 'bo', name: 'Bo' } },
  ]
  return { id: randomUUID(), ...fixed, conversation: { items }, ...fields }
}
const linesOf = (rows: unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

describe('parley conversations', () => {
  it('imports a file, tells each bad line by its number, and exits with 3', async () => {
    const file = join(folder, 'mixed.ndjson')
    const good = Array.from({ length: 5 }, () => rowOf())
    await writeFile(file, `${linesOf(good)}{broken\n\n[]\n${JSON.stringify(rowOf({ user_id: '' }))}`)
    const first = await run(['conversations', 'import', file])
    expect(first).toMatchObject({ code: 3, stdout: 'created: 5\nunchanged: 0\nfailed: 3\n' })
    expect(first.stderr).toMatch(/^line 6: is not JSON$/m)
    expect(first.stderr).toMatch(/^line 8: is not a JSON object$/m)
    expect(first.stderr).toMatch(/^line 9: user_id /m)
    const again = await run(['conversations', 'import', file, '--json', '--quiet'])
    expect(JSON.parse(again.stdout)).toEqual({ created: 0, unchanged: 5, failed: 3 })
    expect(await readdir(folder)).not.toContain('mixed.ndjson.state')
  })

  it('exports what it imports elsewhere, equal to the byte', async () => {
    const [out, back] = [join(folder, 'out.ndjson'), join(folder, 'back.ndjson')]
    const done = await run(['conversations', 'export', out, '--created-before', '2026-06-01T00:00:00Z'])
    expect(done, done.stderr).toMatchObject({ code: 0, stdout: `${out}: 5 conversations\n` })
    expect(await run(['conversations', 'import', out], elsewhere)).toMatchObject({ code: 0 })
    await run(['conversations', 'export', back], elsewhere)
    expect(await readFile(back, 'utf8')).toBe(await readFile(out, 'utf8'))
    expect((await readdir(folder)).filter((name) => /part|state/.test(name))).toEqual([])
    const twice = await run(['conversations', 'export', out])
    expect(twice).toMatchObject({ code: 2, stderr: expect.stringContaining('exists') })
  })

  it('lists, shows and ends', async () => {
    const { agent_id } = await publishAgent(server.client)
    const begun = await server.client.createConversation({ channel: 'text', user_id: 'Ada', agent_id })
    const { id } = begun.conversation
    await server.client.sendConversationMessage({ conversation_id: id, text: 'Good day' })
    const list = await run(['conversations', 'list', '--user', 'Ada'])
    expect(list.stdout).toMatch(new RegExp(`^ID .*AGENT\n${id} .* in_progress .* Ada .*\n$`))
    const shown = await run(['conversations', 'show', id])
    expect(shown.stdout).toMatch(/user: Good day\n.*assistant: Hello from the scripted model\.\n$/)
    expect(await run(['conversations', 'end', id, '--reason', 'done'])).toMatchObject({ stdout: `${id}: completed\n` })
    const json = await run(['conversations', 'show', id, '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({
      id,
      ended_by: { reason: 'done' },
      conversation: { items: [{}, {}] },
    })
    const many = await run(['conversations', 'list', '--limit', '3', '--json'])
    expect(many.stdout.trim().split('\n')).toHaveLength(3)
    expect(await run(['conversations', 'show', randomUUID()])).toMatchObject({ code: 1 })
    const reader = await makeKey(server, { only: ['conversations:read'] })
    const hidden = await run(['conversations', 'show', id], { url: server.url, admin_key: reader })
    expect(hidden).toMatchObject({ code: 0, stderr: expect.stringContaining('conversations:read_sensitive') })
    const later = await run(['conversations', 'list', '--user', 'Ada', '--created-after', '2026-01-01', '--json'])
    expect(JSON.parse(later.stdout)).toMatchObject({ id })
    for (const wrong of [
      ['--created-after', 'yesterday'],
      ['--created-before', '2026-13-01'],
      ['--limit', '0'],
    ])
      expect(await run(['conversations', 'list', ...wrong])).toMatchObject({ code: 2, stdout: '' })
  })

  it('says what to do about conversations that go on and whose agent is not there', async () => {
    const { agent_id } = await publishAgent(server.client)
    await server.client.createConversation({ channel: 'text', user_id: 'Goes on', agent_id })
    const file = join(folder, 'active.ndjson')
    const exported = await run(['conversations', 'export', file, '--user', 'Goes on'])
    expect(exported.stdout).toBe(`${file}: 1 conversation\n`)
    const imported = await run(['conversations', 'import', file], elsewhere)
    expect(imported).toMatchObject({ code: 3, stdout: 'created: 0\nunchanged: 0\nfailed: 1\n' })
    expect(imported.stderr).toMatch(/^1 conversation failed because it goes on .*`parley conversations end ID`/m)
  })

  it('knows those that go on by their status, whatever words the server uses', async () => {
    const rows = [rowOf({ status: 'in_progress' }), rowOf()]
    await using peer = await startHttpServer((request, response) => {
      const errors = rows.map(({ id }, index) => ({ index, id, path: 'agent_version_id', message: 'is wrong' }))
      const answer = JSON.stringify({ created: 0, unchanged: 0, errors })
      request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(answer))
    })
    const file = join(folder, 'words.ndjson')
    await writeFile(file, linesOf(rows))
    const { stderr } = await run(['conversations', 'import', file], { url: peer.url, admin_key: 'ak_a.b' })
    expect(stderr).toMatch(/^1 conversation failed because it goes on /m)
  })

  it('says by its exit code whether it was refused or the server cannot be reached', async () => {
    const reader = await makeKey(server, { only: ['agents:read'] })
    const args = ['conversations', 'list']
    expect(await run(args, { url: server.url, admin_key: reader })).toMatchObject({ code: 4 })
    expect(await run(args, { url: server.url, admin_key: 'ak_a.b' })).toMatchObject({ code: 4 })
    expect(await run(args, { url: 'http://127.0.0.1:1', admin_key: 'ak_a.b' })).toMatchObject({ code: 5 })
    const file = join(folder, 'refused.ndjson')
    const refused = await run(['conversations', 'export', file], { url: server.url, admin_key: reader })
    expect(refused).toMatchObject({ code: 4 })
    expect((await readdir(folder)).filter((name) => name.startsWith('refused'))).toEqual([])
  })

  it('exports nothing from a server that is not there, and says only that', async () => {
    const file = join(folder, 'nowhere.ndjson')
    const nowhere = { url: 'http://127.0.0.1:1', admin_key: 'ak_a.b' }
    const { code, stderr } = await run(['conversations', 'export', file], nowhere)
    expect(code).toBe(5)
    expect(stderr).toMatch(/^parley: could not connect to the server at http:\/\/127\.0\.0\.1:1: .*\n$/)
    expect((await readdir(folder)).filter((name) => name.startsWith('nowhere'))).toEqual([])
  })

  it("uses the key in the data folder on the server's machine only", async () => {
    const data_dir = await mkdtemp(join(folder, 'data-'))
    await writeFile(join(data_dir, 'admin-key'), `${server.admin_key}\n`)
    const { PATH = '' } = process.env
    const environment = { PATH, PARLEY_DATA_DIR: data_dir, PARLEY_URL: server.url }
    expect(await runHere(['conversations', 'list'], environment)).toMatchObject({ code: 0 })
    const other = { ...environment, PARLEY_URL: 'http://parley.example' }
    expect(await runHere(['conversations', 'list'], other)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no API key/),
    })
  })
})

describe('P10: cut off', () => {
  it('an export goes on after a lost connection, and when it is called again', async () => {
    const rows = Array.from({ length: 250 }, () => rowOf({ created_at: '2025-01-01T00:00:00Z' }))
    await server.client.importConversations({ conversations: rows })
    const whole = await (await server.client.exportConversations({ created_before: '2025-06-01T00:00:00Z' })).text()
    for (const fails_for_good of [false, true]) {
      let exports = 0
      await using proxy = await startHttpServer((incoming, response) => {
        if (!incoming.url!.includes('/export')) return forward({ server }, incoming, response)
        exports += 1
        if (fails_for_good && exports > 1) return void incoming.socket.destroy()
        if (exports > 3) return forward({ server }, incoming, response)
        const after = new URL(incoming.url!, 'http://x').searchParams.get('cursor')
        const at = after === null ? 0 : whole.indexOf(Buffer.from(after, 'base64url').toString())
        const rest = Buffer.from(after === null ? whole : whole.slice(whole.indexOf('\n', at) + 1))
        response.writeHead(200, { 'content-type': 'application/x-ndjson' })
        response.write(rest.subarray(0, 20_000 * exports + 17), () => incoming.socket.destroy())
      })
      const file = join(folder, `cut-${fails_for_good}.ndjson`)
      const args = ['conversations', 'export', file, '--created-before', '2025-06-01T00:00:00Z', '--quiet']
      const through = { url: proxy.url, admin_key: server.admin_key }
      const outcome = await run(args, through)
      expect(outcome.code, outcome.stderr).toBe(fails_for_good ? 5 : 0)
      if (fails_for_good) expect(await run(args)).toMatchObject({ code: 0 })
      expect(await readFile(file, 'utf8')).toBe(whole)
    }
  }, 120_000)

  it('an import that broke off is the same in the end, and sends no finished part again', async () => {
    const text = 'x'.repeat(20_000)
    const items = [{ type: 'message' as const, role: 'user' as const, content: [text] }]
    const rows = Array.from({ length: 400 }, () => rowOf({ conversation: { items } }))
    const file = join(folder, 'large.ndjson')
    await writeFile(file, linesOf(rows))
    let calls = 0
    await using proxy = await startHttpServer((incoming, response) => {
      calls += 1
      // Answers the second, and none after the fourth.
      if (calls === 3) return forward({ server: elsewhere }, incoming, response, true)
      if (calls > 4) return void incoming.socket.destroy()
      forward({ server: elsewhere }, incoming, response)
    })
    const broken = await run(['conversations', 'import', file], { url: proxy.url, admin_key: elsewhere.admin_key })
    expect(broken.code).toBe(5)
    const state = JSON.parse(await readFile(`${file}.state`, 'utf8')) as { done: { lines: number }[]; created: number }
    const finished = state.done.reduce((all, { lines }) => all + lines, 0)
    expect(finished).toBeGreaterThan(0)
    expect(state.created).toBe(finished)
    const again = await run(['conversations', 'import', file, '--json'], elsewhere)
    const told = JSON.parse(again.stdout) as { created: number; unchanged: number; failed: number }
    expect([again.code, told.created + told.unchanged, told.failed]).toEqual([0, 400, 0])
    const { count } = await elsewhere.client.countConversations({ user_id: 'u' })
    expect(count).toBe(405)
  }, 120_000)
})

describe('parley chat', () => {
  it('takes lines that are piped in, and one message', async () => {
    const { agent_id } = await publishAgent(server.client)
    const piped = await run(['chat', agent_id], server, 'Hello\n/tools\n/nonsense\n/end\nAgain\n/quit\nnever\n')
    expect(piped, piped.stderr).toMatchObject({ code: 0 })
    expect(piped.stdout).toBe('Hello from the scripted model.\nHello from the scripted model.\n')
    expect(piped.stderr).toMatch(/Conversation .*\n(.*\n)*The conversation is completed/)
    const one = await run(['chat', agent_id, '--message', 'Hi', '--json'])
    const events = one.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { event: string }).event)
    expect([events[0], events.at(-1)]).toEqual(['turn.started', 'turn.completed'])
    expect(await run(['chat', 'nobody', '--message', 'Hi'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no agent nobody/),
    })
    const config = join(folder, 'agent.yaml')
    await writeFile(config, 'instructions: Be brief.\n')
    expect(await run(['chat', '--config', config, '--message', 'Hi'])).toMatchObject({ code: 0 })
  })

  it('exits with 1 if a message that was piped in got no reply', async () => {
    const { agent_id } = await publishAgent(server.client)
    server.model.answer = ({ messages }) => (JSON.stringify(messages.at(-1)).includes('Break') ? 400 : 'Fine.')
    const piped = await run(['chat', agent_id], server, 'Break\nHello\n')
    expect(piped, piped.stderr).toMatchObject({ code: 1, stdout: 'Fine.\n' })
    server.model.answer = () => 'Fine.'
    expect(await run(['chat', agent_id], server, 'Hello\n')).toMatchObject({ code: 0 })
  })
})

/** Keys that are typed on a terminal, one text after another. */
function terminal() {
  const input: PassThrough & { isTTY?: boolean } = new PassThrough()
  input.isTTY = true
  return input
}

describe('parley chat: Ctrl-C', () => {
  const ctrl_c = '\u0003'

  it('cancels the reply that is being written, and the next message has its own', async () => {
    const { agent_id } = await publishAgent(server.client)
    const held = holdAnswer()
    server.model.answer = () => held
    const input = terminal()
    const onStderr = (text: string) => {
      const cancelled = text.includes('cancelled')
      if (!cancelled) return
      server.model.answer = () => 'Still here.'
      if (!input.writableEnded) input.end('Again\r/quit\r')
    }
    let pressed = false
    const onStdout = (text: string) => {
      if (pressed || !text.includes('Long ago')) return
      pressed = true
      input.write(ctrl_c)
    }
    void held.asked.then(() => held.say('Long ago '))
    input.write('Tell me a story\r')
    const done = await runHere(['chat', agent_id], environmentOf(server), '', { input, onStdout, onStderr })
    expect(done, done.stderr).toMatchObject({ code: 0, stdout: 'Long ago \nStill here.\n' })
    const [, id] = /Conversation (\S+)/.exec(done.stderr)!
    const { data: turns } = await server.client.listConversationTurns({ conversation_id: id! })
    expect(turns.map(({ status }) => status)).toEqual(['cancelled', 'completed'])
  })

  it('once asks, twice quits with 130; before the turn has begun it cancels when it begins', async () => {
    const { agent_id } = await publishAgent(server.client)
    server.model.answer = () => 'Never mind.'
    const child = spawn(process.execPath, [main, 'chat', agent_id], { env: environmentOf(server) })
    let told = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      const [before] = [told, (told += text)]
      const isNew = (part: string) => !before.includes(part) && told.includes(part)
      if (isNew('Conversation ') || isNew('again to quit')) child.kill('SIGINT')
    })
    const [code] = (await once(child, 'close')) as [number]
    expect([code, told]).toEqual([130, expect.stringContaining('Press Ctrl-C again to quit.')])
  })

  it('ends the reply to --message with 130', async () => {
    const { agent_id } = await publishAgent(server.client)
    const held = holdAnswer()
    server.model.answer = () => held
    const child = spawn(process.execPath, [main, 'chat', agent_id, '--message', 'Hi'], { env: environmentOf(server) })
    void held.asked.then(() => child.kill('SIGINT'))
    const [code] = (await once(child, 'close')) as [number]
    expect(code).toBe(130)
    await expect.poll(() => server.model.hangUps).toBeGreaterThan(0)
  })
})

describe('parley conversations tail', () => {
  /** Stops it as soon as it has printed a line that has `text`. */
  async function tailUntil(text: string, args: string[]): Promise<string[]> {
    const child = spawn(process.execPath, [main, 'conversations', 'tail', ...args], { env: environmentOf(server) })
    let printed = ''
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      printed += more
      if (printed.includes(text) && printed.endsWith('\n')) child.kill('SIGTERM')
    })
    await once(child, 'close')
    return printed.trimEnd().split('\n')
  }

  it('prints each change with its position, and goes on behind one', async () => {
    const { agent_id } = await publishAgent(server.client)
    const { position } = await server.client.listConversationChanges({})
    const begin = () => server.client.createConversation({ channel: 'text', user_id: 'Tail', agent_id })
    const { conversation: first } = await begin()
    const seen = await tailUntil(first.id, ['--after', String(position), '--agent', agent_id])
    expect(seen).toEqual([expect.stringMatching(new RegExp(`^\\d+  ${first.id}  in_progress  text  0  Tail`))])
    const [at] = seen[0]!.split(' ')
    const { conversation: second } = await begin()
    await server.client.endConversation({ conversation_id: first.id })
    const later = await tailUntil('completed', ['--after', at!, '--agent', agent_id])
    expect(later.map((line) => line.split('  ').slice(1, 3))).toEqual([
      [second.id, 'in_progress'],
      [first.id, 'completed'],
    ])
    const [json] = await tailUntil('"position"', ['--after', at!, '--json'])
    expect(JSON.parse(json!)).toMatchObject({ event: 'position', data: { position: Number(at) } })
  })
})

describe('parley completion', () => {
  it.each(['bash', 'zsh', 'fish'])('prints a script for %s that knows every command', async (shell) => {
    const { stdout, code } = await run(['completion', shell])
    expect(code).toBe(0)
    for (const word of ['conversations', 'anyreach', 'key-file', 'created-before']) expect(stdout).toContain(word)
  })

  it('offers commands, options and the values of an option, also for an alias', async () => {
    const { stdout: script } = await run(['completion', 'bash'])
    const offered = (...words: string[]) => {
      const typed = words.map((word) => `'${word}'`).join(' ')
      const program = `alias parley='npx parley'\n${script}\ncomplete -p parley >&2 || exit 1
COMP_WORDS=(${typed}); COMP_CWORD=${words.length - 1}; _parley; echo "\${COMPREPLY[@]}"`
      return execFileSync('bash', ['-c', program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
    }
    expect(offered('parley', 'conv')).toBe('conversations')
    expect(offered('parley', 'conversations', 'list', '--sta')).toBe('--status')
    const statuses = offered('parley', 'conversations', 'list', '--status', '')
    expect(statuses.split(' ')).toEqual(expect.arrayContaining(['in_progress', 'completed']))
    expect(statuses).not.toContain('--')
    expect(offered('parley', 'conversations', 'list', '--status', '=', 'in_')).toBe('in_progress')
    expect(offered('parley', '--json', 'conversations', 'list', '--status', 'comp')).toBe('completed')
    // Files, by the shell itself.
    expect(offered('parley', 'conversations', 'list', '--key-file', '')).toBe('')
  })
})
