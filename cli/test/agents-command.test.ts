// `parley agents` as a program: its way to the server, its exit codes, and what a server leaves behind that goes away in the middle.
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { makeKey, makeOrganization, makeUser } from '../../server/test/support/actors.ts'
import { type Fixture, apply, createFixture, readAll, readFiles, writeFiles } from './agents-fixture.ts'
import { runHere } from './run-here.ts'

const files = {
  'a/agent.yaml': 'key: a\nname: A\nconfig: { instructions: !file prompt.md }\n',
  'a/prompt.md': 'Be brief.\n',
  'b/agent.yaml': 'key: b\nname: B\nconfig: { instructions: Carry. }\n',
}

let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

const run = (args: string[], environment: Record<string, string> = {}) =>
  runHere(['agents', ...args], { PARLEY_URL: fixture.server.url, ...environment })

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

describe('parley agents', () => {
  it('needs no database, tells what differs by its exit code, applies, and exports', async () => {
    const organization = await makeOrganization(fixture.server)
    const key = { PARLEY_API_KEY: organization.key }
    const folder = await fixture.newFolder(files)
    const dry = await run(['apply', folder, '--dry-run', '--exit-code', '--publish'], key)
    expect(dry, dry.stderr).toMatchObject({ code: 2, stderr: '' })
    expect(dry.stdout).toBe(`a: new agent; new version 1; publish version 1
b: new agent; new version 1; publish version 1
2 to change, 0 up to date
`)
    expect((await run(['apply', folder, '--dry-run'], key)).code).toBe(0)
    expect(await readAll(organization.client)).toEqual([])

    const done = await run(['apply', folder, '--publish'], key)
    expect(done, done.stderr).toMatchObject({ code: 0, stderr: '' })
    expect(done.stdout).toMatch(/^a: created \S+, made version 1, published version 1$/m)
    const same = await run(['apply', folder, '--dry-run', '--exit-code', '--publish'], key)
    expect(same).toMatchObject({ code: 0, stdout: '0 to change, 2 up to date\n' })

    const copy = await fixture.newFolder()
    const exported = await run(['export', copy], key)
    expect(exported, exported.stderr).toMatchObject({ code: 0, stderr: '' })
    expect(Object.keys(await readFiles(copy))).toEqual([
      'a/agent.yaml',
      'a/instructions.md',
      'b/agent.yaml',
      'b/instructions.md',
    ])
  })

  it('takes the key of a file, and a personal access token with its organization', async () => {
    const organization = await makeOrganization(fixture.server)
    const user = await makeUser(fixture.server, organization.id)
    const folder = await fixture.newFolder({ ...files, 'key.txt': `${user.token}\n` })
    const args = ['apply', folder, '--key-file', join(folder, 'key.txt'), '--url', `${fixture.server.url}/`]
    const applied = await run([...args, '--org', organization.id], { PARLEY_URL: 'http://127.0.0.1:1' })
    expect(applied, applied.stderr).toMatchObject({ code: 0 })
    expect(await readAll(organization.client)).toHaveLength(2)
  })

  it('says why it could not be done, never with the key', async () => {
    const folder = await fixture.newFolder(files)
    const key = { PARLEY_API_KEY: fixture.server.admin_key }
    const reader = await makeKey(fixture.server, { only: ['agents:read'] })
    const failures: [args: string[], environment: Record<string, string>, message: RegExp][] = [
      [[folder], {}, /^parley: there is no key: set PARLEY_API_KEY, or name a file with --key-file\n$/],
      [[folder], { PARLEY_API_KEY: 'ak_x\u00e9.secret' }, /^parley: PARLEY_API_KEY does not hold a key\n$/],
      [[folder, '--key-file', join(folder, 'nowhere')], key, /^parley: the key file cannot be read: ENOENT/],
      [[folder], { PARLEY_API_KEY: 'ak_unknown.secretsecret' }, /^parley: the server answers 401: Invalid or missing/],
      [[folder], { PARLEY_API_KEY: reader }, /^parley: the server answers 403: The credential does not hold a scope/],
      [[folder, '--url', 'ftp://localhost'], key, /^parley: the URL must be like/],
      [[folder, '--url', 'http://u:secret@localhost'], key, /^parley: the URL must be like/],
      [
        [folder, '--url', 'http://127.0.0.1:1'],
        key,
        /^parley: the server at http:\/\/127\.0\.0\.1:1 cannot be reached: /,
      ],
      [[join(folder, 'nowhere')], key, /^parley: there is no folder /],
    ]
    for (const [args, environment, message] of failures) {
      const { code, stderr, stdout } = await run(['apply', ...args], environment)
      expect({ code }, stderr).toEqual({ code: 1 })
      expect(stderr).toMatch(message)
      for (const output of [stderr, stdout]) expect(output).not.toMatch(/secret|\.[A-Za-z0-9_-]{43}/)
    }
    await writeFiles(folder, { 'a/agent.yaml': 'key: A\nname: A\n', 'b/agent.yaml': 'key: b\nname: 1\n' })
    const faulty = await run(['apply', folder, '--dry-run', '--exit-code', '--url', 'http://127.0.0.1:1'], key)
    expect(faulty).toMatchObject({ code: 1, stdout: '' })
    expect(faulty.stderr).toMatch(/^parley: 2 faults; nothing was changed:\n {2}.*a\/agent\.yaml: key .*\n {2}.*\n$/)
  })

  it('ends with 2 when it was called wrongly', async () => {
    const calls = [[], ['apply'], ['apply', 'x', '--key', 'ak_x'], ['export', 'x', '--format', 'toml'], ['delete', 'x']]
    for (const args of calls) expect(await run(args)).toMatchObject({ code: 2, stdout: '' })
  })

  it('waits where a limit asks it to', async () => {
    const organization = await makeOrganization(fixture.server)
    const folder = await fixture.newFolder(files)
    const limited = new Set<string>()
    await using proxy = await serve((incoming, response) => {
      const call = `${incoming.method} ${incoming.url}`
      if (limited.has(call)) return forward(incoming, response)
      limited.add(call)
      incoming.resume()
      response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '0' }).end('{"detail":"Too many"}')
    })
    const done = await run(['apply', folder, '--url', proxy.url], { PARLEY_API_KEY: organization.key })
    expect(done, done.stderr).toMatchObject({ code: 0 })
    expect(limited.size).toBeGreaterThan(4)
    expect(await readAll(organization.client)).toHaveLength(2)
  })
})

/** `hold`: the server does it, and its answer is never seen. */
function forward(incoming: IncomingMessage, response: ServerResponse, hold = false): void {
  const { method, url, headers } = incoming
  const onward = request(`${fixture.server.url}${url}`, { method: method!, headers }, (answer) => {
    if (hold) answer.resume().on('end', () => incoming.socket.destroy())
    else answer.pipe(response.writeHead(answer.statusCode!, answer.headers))
  })
  incoming.pipe(onward)
}

describe('a server that goes away in the middle', () => {
  const changed = {
    ...files,
    'a/prompt.md': 'Be kind.\n',
    'b/agent.yaml': 'key: b\nname: BB\nactive: false\nconfig: { instructions: Carry more. }\n',
  }

  test.each([
    ['before it does what it was asked', 'lost'],
    ['after it did, before it answers', 'held'],
  ])(
    '%s, at any call: applying again comes to the same end',
    async (_when, way) => {
      let was_complete = false
      for (let fatal = 1; !was_complete; fatal += 1) {
        expect(fatal).toBeLessThan(60)
        const organization = await makeOrganization(fixture.server)
        const folder = await fixture.newFolder(files)
        let calls = 0
        await using proxy = await serve((incoming, response) => {
          calls += 1
          if (calls < fatal) return forward(incoming, response)
          if (calls === fatal && way === 'held') return forward(incoming, response, true)
          incoming.socket.destroy()
        })
        const cut = fixture.server.as({ token: organization.key, base_url: proxy.url })
        /** The first death may come in the making, or in the change of it. */
        const attempt = () =>
          apply(cut, folder, { publish: true }).then(
            () => true,
            () => false,
          )
        const was_made = await attempt()
        if (!was_made) await apply(organization.client, folder, { publish: true })
        const made = await readAll(organization.client)
        expect(made.map(({ name }) => name).sort()).toEqual(['A', 'B'])
        for (const { versions } of made) expect(versions).toMatchObject([{ version: 1, published: true }])

        await writeFiles(folder, changed)
        was_complete = was_made && (await attempt())
        if (!was_complete) await apply(organization.client, folder, { publish: true })
        const after = await readAll(organization.client)
        expect(after.map(({ name, active }) => [name, active]).sort()).toEqual([
          ['A', true],
          ['BB', false],
        ])
        for (const { versions } of after) {
          expect(versions).toMatchObject([
            { version: 2, published: true },
            { version: 1, published: true },
          ])
        }
        expect((await apply(organization.client, folder, { publish: true })).count).toBe(0)
      }
    },
    120_000,
  )
})
