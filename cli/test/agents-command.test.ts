// `parley agents` as a program: connecting to the server, and exit codes.
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeKey, makeOrganization, makeUser } from '../../server/test/support/actors.ts'
import { readAll } from './agents-fixture.ts'
import { type Fixture, createFixture, readFiles, writeFiles } from './files-fixture.ts'
import { startHttpServer } from '../../sdk/test/support/http-server.ts'
import { files, forward } from './cut-off.ts'
import { runHere } from './run-here.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

const run = (args: string[], environment: Record<string, string> = {}) =>
  runHere(['agents', ...args], { PARLEY_URL: fixture.server.url, ...environment })

describe('parley agents', () => {
  it('needs no database, reports differences by its exit code, applies and exports', async () => {
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
    const diff = await run(['diff', folder, '--exit-code'], key)
    expect(diff).toMatchObject({ code: 2, stdout: expect.stringMatching(/^a: new agent; new version 1\n/) })
    expect(await readAll(organization.client)).toEqual([])

    const done = await run(['apply', folder, '--publish'], key)
    expect(done, done.stderr).toMatchObject({ code: 0, stderr: '' })
    expect(done.stdout).toMatch(/^a: created \S+, created version 1, published version 1$/m)
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

  it('prints one object for each agent, or file, with --json', async () => {
    const { key } = await makeOrganization(fixture.server)
    const folder = await fixture.newFolder(files)
    const json = async (...args: string[]) => {
      const { stdout } = await run([...args, '--json'], { PARLEY_API_KEY: key })
      return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as unknown]))
    }
    const changes = ['new agent', 'new version 1']
    const difference = { agent_id: null, changes, difference: '', done: [] }
    const both = [
      { key: 'a', ...difference },
      { key: 'b', ...difference },
    ]
    expect(await json('diff', folder)).toEqual(both)
    expect(await json('apply', folder, '--dry-run')).toEqual(both)
    expect(await json('apply', folder)).toMatchObject([
      {
        key: 'a',
        agent_id: expect.any(String),
        changes,
        done: [expect.stringMatching(/^created /), 'created version 1'],
      },
      { key: 'b' },
    ])
    expect(await json('apply', folder)).toMatchObject([
      { key: 'a', agent_id: expect.any(String), changes: [], done: [] },
      { key: 'b' },
    ])
    expect(await json('export', await fixture.newFolder())).toHaveLength(4)
  })

  it('accepts a key file, and a personal access token with its organization', async () => {
    const organization = await makeOrganization(fixture.server)
    const user = await makeUser(fixture.server, organization.id)
    const folder = await fixture.newFolder({ ...files, 'key.txt': `${user.token}\n` })
    const args = ['apply', folder, '--key-file', join(folder, 'key.txt'), '--url', `${fixture.server.url}/`]
    const applied = await run([...args, '--org', organization.id], { PARLEY_URL: 'http://127.0.0.1:1' })
    expect(applied, applied.stderr).toMatchObject({ code: 0 })
    expect(await readAll(organization.client)).toHaveLength(2)
  })

  it('explains why it failed, and never prints the key', async () => {
    const folder = await fixture.newFolder(files)
    const empty = await fixture.newFolder()
    const key = { PARLEY_API_KEY: fixture.server.admin_key }
    const reader = await makeKey(fixture.server, { only: ['agents:read'] })
    const failures: [args: string[], environment: Record<string, string>, message: RegExp, code: number][] = [
      [[folder], {}, /^parley: no API key was given; set PARLEY_API_KEY or pass --key-file\n$/, 2],
      [[folder], { PARLEY_API_KEY: 'ak_x\u00e9.secret' }, /^parley: PARLEY_API_KEY does not contain a valid key\n$/, 2],
      [[folder, '--key-file', join(folder, 'nowhere')], key, /^parley: could not read the key file: ENOENT/, 2],
      [
        [folder],
        { PARLEY_API_KEY: 'ak_unknown.secretsecret' },
        /^parley: the server responded with 401: Invalid or missing/,
        4,
      ],
      [
        [folder],
        { PARLEY_API_KEY: reader },
        /^parley: the server responded with 403: The credential has none of the scopes/,
        4,
      ],
      [[folder, '--url', 'ftp://localhost'], key, /^parley: the URL must look like/, 2],
      [[folder, '--url', 'http://u:secret@localhost'], key, /^parley: the URL must look like/, 2],
      [
        [folder, '--url', 'http://127.0.0.1:1'],
        key,
        /^parley: could not connect to the server at http:\/\/127\.0\.0\.1:1: /,
        5,
      ],
      [[join(folder, 'nowhere')], key, /^parley: the folder .* does not exist/, 2],
      [[empty], key, /contains no agent\.yaml/, 2],
    ]
    for (const [args, environment, message, expected] of failures) {
      const { code, stderr, stdout } = await run(['apply', ...args], environment)
      expect({ code }, stderr).toEqual({ code: expected })
      expect(stderr).toMatch(message)
      for (const output of [stderr, stdout]) expect(output).not.toMatch(/secret|\.[A-Za-z0-9_-]{43}/)
    }
    await writeFiles(folder, { 'a/agent.yaml': 'key: A\nname: A\n', 'b/agent.yaml': 'key: b\nname: 1\n' })
    const faulty = await run(['apply', folder, '--dry-run', '--exit-code', '--url', 'http://127.0.0.1:1'], key)
    expect(faulty).toMatchObject({ code: 1, stdout: '' })
    expect(faulty.stderr).toMatch(/^parley: 2 faults; nothing was changed:\n {2}.*a\/agent\.yaml: key .*\n {2}.*\n$/)
  })

  it('exits with 2 when it is used incorrectly', async () => {
    const calls = [
      [],
      ['apply'],
      ['apply', 'x', '--key', 'ak_x'],
      ['apply', 'x', '--exit-code'],
      ['export', 'x', '--format', 'toml'],
      ['delete', 'x'],
    ]
    for (const args of calls) expect(await run(args)).toMatchObject({ code: 2, stdout: '' })
  })

  it('waits when it is rate limited', async () => {
    const organization = await makeOrganization(fixture.server)
    const folder = await fixture.newFolder(files)
    const limited = new Set<string>()
    await using proxy = await startHttpServer((incoming, response) => {
      const call = `${incoming.method} ${incoming.url}`
      if (limited.has(call)) return forward(fixture, incoming, response)
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
