import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { type Database, startEmbeddedPostgres } from '@parley/server'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authenticate } from '../../server/src/access/authenticate.ts'
import { createPasswords } from '../../server/src/access/sign-in/passwords.ts'
import { createConversationTokens } from '../../server/src/access/conversation-token.ts'
import { createStandings } from '../../server/src/access/standing.ts'
import { systemPorts } from '../../server/src/base/ports.ts'
import { createTestDatabase, type TestDatabase } from '../../server/test/support/database.ts'
import { type Outcome, runHere } from './run-here.ts'
import { with_compiled_code } from '../../server/test/support/compiled-code.ts'

const main = join(import.meta.dirname, '..', 'src', 'main.js')
const server_main = join(import.meta.dirname, '..', '..', 'server', 'src', 'main.js')

let test: TestDatabase
let folder: string
beforeAll(async () => {
  test = await createTestDatabase()
  folder = await mkdtemp(join(tmpdir(), 'parley-cli-'))
  // When the tests run as root, PostgreSQL runs as another user, which must be able to enter the folder.
  await chmod(folder, 0o711)
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

function environmentOf(more: Record<string, string>): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env
  // The setting must parse as a URL, which has a host. A Unix socket in the query overrides it.
  const DATABASE_URL = test.connection_string.replace('@/', '@localhost/')
  return { PATH, HOME, ...with_compiled_code, DATABASE_URL, ...more }
}

/** As a process; most of what follows is called in this one. */
function start(args: string[], environment: Record<string, string>, input?: string) {
  const env = environmentOf(environment)
  const child = spawn(process.execPath, [main, ...args], { env, cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.on('error', () => {}) // the process can exit before it reads everything
  child.stdin.end(input)
  return child
}

async function runProcess(args: string[], environment: Record<string, string> = {}, input?: string) {
  const child = start(args, environment, input)
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: code as number | null, stdout, stderr }
}

const run = (args: string[], environment: Record<string, string> = {}, input?: string) =>
  runHere(args, environmentOf(environment), input)

async function succeed(...args: string[]): Promise<Outcome> {
  const outcome = await run(args)
  expect(outcome, outcome.stderr).toMatchObject({ code: 0 })
  return outcome
}

function identify(database: Database, bearer: string, organization_header?: string) {
  const tokens = createConversationTokens(Buffer.alloc(32), systemPorts.clock)
  const standings = createStandings(database, systemPorts.clock)
  const services = { database, tokens, standings, log: pino({ level: 'silent' }) }
  return authenticate(services, { authorization: `Bearer ${bearer}`, organization_header })
}

const fieldOf = ({ stdout }: Outcome, name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(stdout)?.[1] ?? ''

describe('parley', () => {
  it('is executable, with standard streams and an exit code', async () => {
    expect((await stat(main)).mode & 0o111).toBe(0o111)
    const set_password = ['user', 'set-password', '--email', 'nobody@example.test']
    const outcomes = await Promise.all([
      runProcess(['--help']),
      runProcess(['nonsense']),
      runProcess(set_password, {}, 'correct horse battery'),
    ])
    expect(outcomes).toEqual([
      { code: 0, stdout: expect.stringMatching(/^Usage: parley /), stderr: '' },
      { code: 2, stdout: '', stderr: expect.stringContaining("unknown command 'nonsense'") },
      { code: 1, stdout: '', stderr: 'parley: User "nobody@example.test" not found\n' },
    ])
  })

  it('says which Node it needs', async () => {
    const old = "data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } })"
    for (const entry of [main, server_main]) {
      const child = spawn(process.execPath, ['--import', old, entry, '--help'], { env: environmentOf({}) })
      const [complaint, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
      expect(complaint).toMatch(/^parley: needs Node 24 or newer; \S+ is Node 20\.20\.2\. .*\n$/)
      expect(code).toBe(2)
    }
  })

  it('creates an organization, a user, a token and keys that work', async () => {
    const organization = await succeed('org', 'create', '--name', `Acme ${randomUUID()}`)
    const organization_id = fieldOf(organization, 'id')
    const slug = fieldOf(organization, 'slug')
    expect(slug).toMatch(/^acme-/)
    const admin = await identify(test.database, organization.last_line)
    expect(admin).toMatchObject({ kind: 'member', access: { organization_id } })

    const email = `${randomUUID()}@Example.test`
    const user = await succeed('user', 'create', '--email', email, '--org', slug, '--role', 'viewer', '--name', 'Ada')
    expect(fieldOf(user, 'email')).toBe(email.toLowerCase())

    const token = await succeed('token', 'create', '--user', email, '--name', 'Laptop', '--expires-at', '2100-01-01')
    expect(token.last_line).toMatch(new RegExp(`^pat_${fieldOf(token, 'key_id')}\\.[A-Za-z0-9_-]{43}$`))
    const viewer = await identify(test.database, token.last_line, organization_id)
    expect(viewer).toMatchObject({ access: { actor: { type: 'user', id: fieldOf(user, 'id'), name: 'Ada' } } })

    const key = await succeed('key', 'create', '--org', organization_id)
    expect(key.last_line).toMatch(new RegExp(`^ak_${fieldOf(key, 'key_id')}\\.[A-Za-z0-9_-]{43}$`))
    const narrow = await succeed(
      'key',
      'create',
      '--org',
      slug,
      '--name',
      'N',
      '--scopes',
      'agents:read, webhooks:read',
    )
    const reader = await identify(test.database, narrow.last_line)
    expect(reader).toMatchObject({ access: { organization_id, scopes: new Set(['agents:read', 'webhooks:read']) } })
    const role = await succeed('key', 'create', '--org', slug, '--role', 'viewer')
    expect(await identify(test.database, role.last_line)).toMatchObject({ kind: 'member' })
    for (const outcome of [organization, token, key]) expect(outcome.stderr).not.toContain(outcome.last_line)
  })

  it('installs a key and a token that clients already have, and does not print them', async () => {
    const organization = await succeed('org', 'create', '--name', `Acme ${randomUUID()}`)
    const [organization_id, slug] = [fieldOf(organization, 'id'), fieldOf(organization, 'slug')]
    const email = `${randomUUID()}@example.test`
    await succeed('user', 'create', '--email', email, '--org', slug, '--role', 'viewer')
    const token = `pat_${randomUUID()}=${randomUUID()}`
    const key = `ak_${randomUUID()}/${randomUUID()}`
    const outcomes = [
      await succeed('token', 'create', '--user', email, '--token', token),
      await succeed('key', 'create', '--org', slug, '--scopes', 'agents:read', '--key', key),
    ]
    for (const { stdout } of outcomes) expect(stdout).toMatch(/^key_id: x-\S{16}\n$/)
    expect(await identify(test.database, token, organization_id)).toMatchObject({ access: { organization_id } })
    expect(await identify(test.database, key)).toMatchObject({
      access: { organization_id, scopes: new Set(['agents:read']) },
    })
  })

  it('sets a password from standard input and never prints it', { timeout: 120_000 }, async () => {
    const slug = fieldOf(await succeed('org', 'create', '--name', `Acme ${randomUUID()}`), 'slug')
    const email = `${randomUUID()}@example.test`
    await succeed('user', 'create', '--email', email, '--org', slug, '--role', 'viewer')
    const password = 'correct horse battery'
    const set = (text: string) => run(['user', 'set-password', '--email', email.toUpperCase()], {}, text)
    // Some shells write a byte order mark first.
    const outcome = await set(`\ufeff${password}\nwhat follows is not read`)
    expect(outcome, outcome.stderr).toMatchObject({ code: 0 })
    expect(outcome.stdout + outcome.stderr).not.toContain('horse')
    const { rows } = await test.database.pool.query<{ hash: string }>(
      'select hash from passwords join users on users.id = user_id where email = $1',
      [email],
    )
    const passwords = createPasswords(systemPorts)
    expect(await passwords.matches(password, rows[0]!.hash)).toBe(true)
    expect(await passwords.matches(`${password}\n`, rows[0]!.hash)).toBe(false)

    // A password that nobody could type.
    expect(await set(`${password}\0`)).toMatchObject({ code: 1, stderr: expect.stringContaining('NUL') })
    expect(await set('short')).toMatchObject({ code: 1, stderr: expect.stringContaining('fewer than 12') })
    expect(await set('x'.repeat(300))).toMatchObject({ code: 1, stderr: expect.stringContaining('more than 256') })
    expect(await set('x'.repeat(100_000))).toMatchObject({ code: 1, stderr: expect.stringContaining('4096 bytes') })
    const unknown = await run(['user', 'set-password', '--email', 'nobody@example.test'], {}, password)
    expect(unknown).toMatchObject({ code: 1, stderr: 'parley: User "nobody@example.test" not found\n' })
  })

  it('installs a given key and does not print it', async () => {
    const slug = `given-${randomUUID()}`
    const key = `ak_${randomUUID()}.${'k'.repeat(40)}`
    const made = await succeed('org', 'create', '--name', 'Given', '--slug', slug, '--key', key)
    expect(made.stdout + made.stderr).not.toContain('kkk')
    const principal = await identify(test.database, key)
    expect(principal).toMatchObject({ access: { organization_id: fieldOf(made, 'id') } })
  })

  it('derives another slug if the first is taken', async () => {
    const name = `Ünïque & Sons ${randomUUID().slice(0, 8)}`
    const first = fieldOf(await succeed('org', 'create', '--name', name), 'slug')
    const second = fieldOf(await succeed('org', 'create', '--name', name), 'slug')
    expect(first).toMatch(/^unique-sons-[0-9a-f]{8}$/)
    expect(second).toMatch(new RegExp(`^${first}-[0-9a-f]{8}$`))
  })

  it('explains in one line why it failed', async () => {
    const slug = `taken-${randomUUID()}`
    const key = `ak_${randomUUID()}.${'k'.repeat(40)}`
    await succeed('org', 'create', '--name', 'Taken', '--slug', slug, '--key', key)
    const email = `${randomUUID()}@example.test`
    const member = ['user', 'create', '--email', email, '--org', slug, '--role', 'admin']
    await succeed(...member)
    const failures: [args: string[], message: RegExp][] = [
      [['org', 'create', '--name', 'Taken', '--slug', slug], /Another organization has this slug/],
      [['org', 'create', '--name', 'Taken', '--slug', 'No Slug'], /slug must match/],
      [['org', 'create', '--name', ' '], /name must not be blank/],
      [['org', 'create', '--name', 'Other', '--key', key], /key has the id of another credential/],
      [['org', 'create', '--name', 'Other', '--key', 'secret'], /key must be ak_<id>\.<secret>/],
      [['token', 'create', '--user', email, '--token', key], /token must be pat_<id>\.<secret>/],
      [['key', 'create', '--org', slug, '--key', key], /key has the id of another credential/],
      [['key', 'create', '--org', slug, '--key', 'ak_short'], /key must be ak_<id>\.<secret>/],
      [member, /already a member/],
      [['user', 'create', '--email', 'nobody', '--org', slug, '--role', 'admin'], /email must match/],
      [['user', 'create', '--email', email, '--org', 'nowhere', '--role', 'admin'], /Organization "nowhere" not found/],
      [['token', 'create', '--user', 'nobody@example.test'], /User "nobody@example.test" not found/],
      [['key', 'create', '--org', randomUUID()], /not found/],
    ]
    for (const [args, message] of failures) {
      const { code, stdout, stderr } = await run(args)
      expect({ code, stdout }, stderr).toEqual({ code: 1, stdout: '' })
      expect(stderr).toMatch(message)
      expect(stderr).toMatch(/^parley: .*\n$/)
    }
  })

  it('exits with 2 when it is used incorrectly', async () => {
    const calls = [
      [],
      ['nonsense'],
      ['help', 'conversations', 'lst'],
      ['org'],
      ['org', 'create'],
      ['org', 'create', '--name', 'N', '--nonsense'],
      ['user', 'create', '--email', 'a@b', '--org', 'o', '--role', 'owner'],
      ['key', 'create', '--org', 'o', '--scopes', 'everything'],
      ['key', 'create', '--org', 'o', '--role', 'admin', '--scopes', 'agents:read'],
      ['token', 'create', '--user', 'a@b', '--expires-at', 'tomorrow'],
    ]
    for (const args of calls) {
      const { code, stdout, stderr } = await run(args)
      expect({ code, stdout }, args.join(' ')).toEqual({ code: 2, stdout: '' })
      expect(stderr).not.toBe('')
    }
    expect(await run(['--help'])).toMatchObject({ code: 0 })
    expect(await run(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
    expect(await run(['help', 'conversations', 'list'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Usage: parley conversations list /),
    })
  })

  it('explains what is wrong with the settings or the database', async () => {
    const args = ['org', 'create', '--name', 'N']
    const settings = await run(args, { PORT: 'many' })
    expect(settings).toMatchObject({ code: 2, stderr: expect.stringMatching(/^parley: PORT must be .*\n$/) })
    const nowhere = await run(args, { DATABASE_URL: 'postgresql://u:hidden@127.0.0.1:1/x' })
    expect(nowhere).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^parley: the database could not be reached: .*\n$/),
    })
    expect(nowhere.stderr).not.toContain('hidden')
    const clears = await run(args, { DATABASE_URL: 'postgresql://u@localhost/x?host=/tmp/%1b%5b2J' })
    expect(clears).toMatchObject({ code: 1, stderr: expect.stringContaining(String.raw`/tmp/\u001b[2J`) })
  })
})

describe('parley with the PostgreSQL of the data folder', () => {
  const onFolder = (data_dir: string) => ({ DATABASE_URL: '', PARLEY_DATA_DIR: data_dir })

  it('starts it if none is running, and stops it again', async () => {
    const environment = onFolder(join(folder, 'alone'))
    const early = await run(['org', 'create', '--name', 'Alone'], environment)
    expect(early).toMatchObject({ code: 1, stderr: expect.stringContaining('run `parley migrate`') })
    expect(await run(['migrate'], environment)).toMatchObject({ code: 0, stdout: '' })
    const made = await run(['org', 'create', '--name', 'Alone'], environment)
    expect(made, made.stderr).toMatchObject({ code: 0, last_line: expect.stringMatching(/^ak_/) })
  })

  describe('beside another', () => {
    let data_dir: string
    let environment: Record<string, string>
    beforeAll(async () => {
      data_dir = join(folder, 'shared')
      environment = { ...onFolder(data_dir), PORT: '0' }
      await run(['migrate'], environment)
    })

    it('works beside the server that owns it', async () => {
      await using owner = await startEmbeddedPostgres({ data_dir: join(data_dir, 'postgres') })
      expect(owner.adopted).toBe(false)
      expect(await run(['migrate'], environment)).toMatchObject({ code: 0 })
      const made = await run(['org', 'create', '--name', 'Beside'], environment)
      expect(made, made.stderr).toMatchObject({ code: 0, last_line: expect.stringMatching(/^ak_/) })
      const key = await run(['key', 'create', '--org', 'beside'], environment)
      expect(key).toMatchObject({ code: 0, last_line: expect.stringMatching(/^ak_/) })
    })

    it('rotates the secret key while `parley serve` runs, which then stops by itself', async () => {
      const server = start(['serve'], environment)
      const closed = once(server, 'close')
      await findUrl(server.stdout)
      const before = await readFile(join(data_dir, 'secret-key'), 'utf8')
      const rotated = await run(['secret-key', 'rotate'], environment)
      expect(rotated).toMatchObject({
        code: 0,
        stdout: 'secrets: 0\nwebhooks: 0\nidentity_keys: 0\nhooks: 0\nanswers: 0\n',
      })
      expect(rotated.stderr).toMatch(/start them again.*conversation tokens are now invalid/)
      const after = await readFile(join(data_dir, 'secret-key'), 'utf8')
      expect(after).not.toBe(before)
      expect(rotated.stdout + rotated.stderr).not.toContain(after.trim())
      expect(await closed).toEqual([1, null])
      const wrong = await run(['secret-key', 'rotate'], { ...environment, PARLEY_SECRET_KEY: after.trim() })
      expect(wrong).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/^parley: set PARLEY_SECRET_KEY_NEXT .*\n$/),
      })
    })

    it('works beside `parley serve`, which exits with 0 on a signal', async () => {
      const made = await run(['org', 'create', '--name', 'Served', '--slug', 'served'], environment)
      expect(made, made.stderr).toMatchObject({ code: 0 })
      const server = start(['serve'], environment)
      const complaints = text(server.stderr)
      const closed = once(server, 'close')
      try {
        const url = await findUrl(server.stdout)
        const { last_line } = await run(['key', 'create', '--org', 'served'], environment)
        const answer = await fetch(`${url}/admin/organization`, { headers: { authorization: `Bearer ${last_line}` } })
        expect(await answer.json()).toMatchObject({ slug: 'served' })
      } finally {
        server.kill('SIGTERM')
      }
      expect(await closed, await complaints).toEqual([0, null])
    })
  })
})

/** The address that the server logs. Keeps reading, so that a full pipe never blocks the server. */
function findUrl(stdout: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface({ input: stdout })
      .on('line', (line) => {
        const url = /ready at (http:\S+)/.exec(line)?.[1]
        if (url) resolve(url)
      })
      .on('close', () => reject(new Error('the server exited before it listened')))
  })
}
