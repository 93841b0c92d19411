// README.md does what it says: its commands run against a server, and what it names is there.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { operations } from '@parley/contract'
import { createProgram } from '../../../cli/src/program.ts'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { validateAgentConfig } from '../../src/agents/rules/config.ts'
import { settings } from '../../src/config/config.ts'
import { type ServerProcess, startServerProcess } from '../support/process.ts'
import { codeBlocks, readGuide, root, sectionOf } from './markdown.ts'

const readme = readGuide('README.md')

describe('the commands of README.md', () => {
  let folder: string
  let server: ServerProcess
  let url: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-readme-'))
    // As root a PostgreSQL runs as another user, who must be able to pass through.
    await chmod(folder, 0o711)
    server = startServerProcess({ PARLEY_DATA_DIR: join(folder, 'data') })
    url = await server.ready
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  async function runParley(commands: string): Promise<string> {
    const parley = `'${process.execPath}' '${join(root, 'cli', 'src', 'main.ts')}'`
    const script = commands.replaceAll('npx parley', parley)
    const env = { PATH: process.env['PATH'], PARLEY_DATA_DIR: join(folder, 'data'), PARLEY_URL: url }
    return (await promisify(execFile)('bash', ['-euc', script], { cwd: folder, env })).stdout
  }

  it('talk to the sample agent and to one of your own, with answers of the shape that is shown', async () => {
    const shell = createShell(folder, url)
    const [, sample_agent] = /Sample agent\s+(\S+)/.exec(server.output) ?? []
    expect(codeBlocks(sectionOf(readme, 'Start')).at(-1)!.text).toMatch(/^ {2}Sample agent {4}\S+$/m)

    const blocks = codeBlocks(sectionOf(readme, 'A first conversation'))
    expect(blocks.map(({ language }) => language)).toEqual(
      Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? 'sh' : 'json')),
    )
    let answer: unknown
    for (const { language, text } of blocks) {
      if (language === 'json') expect(shapeOf(answer)).toEqual(shapeOf(JSON.parse(text.replaceAll('\n', ' '))))
      else answer = await shell(text, { AGENT: sample_agent, CONVERSATION: read(answer, 'conversation', 'id') })
    }
    expect(answer).toMatchObject({ code: 'conversation_not_active' })

    for (const { text } of codeBlocks(sectionOf(readme, 'An agent of your own'))) {
      answer = await shell(text, { AGENT: read(answer, 'agent_id') })
    }
    // What publishing answers.
    expect(answer).toEqual([])

    const [create] = codeBlocks(sectionOf(readme, 'A first conversation'))
    const CONVERSATION = read(await shell(create!.text, { AGENT: sample_agent }), 'conversation', 'id')
    const [stream] = codeBlocks(sectionOf(readme, 'Streams'))
    expect(await shell(stream!.text, { CONVERSATION })).toMatch(
      /^event: turn\.started\n[^]*event: turn\.completed\n.*\n\n$/,
    )

    for (const { text } of codeBlocks(sectionOf(readme, 'Secrets'))) answer = await shell(text, {})
    expect(answer).toEqual({ name: 'SHOP', created_at: expect.any(String), updated_at: expect.any(String) })

    for (const { text } of codeBlocks(sectionOf(readme, 'Webhooks'))) answer = await shell(text, {})
    expect(answer).toMatchObject({ active: true, secret: expect.stringMatching(/^whsec_/) })

    for (const { text } of codeBlocks(sectionOf(readme, 'Signing in'))) answer = await shell(text, {})
    expect(answer).toMatchObject({ session: { way: 'api_key', credential: { name: 'First admin key' } } })
  })

  it('show a tool that a configuration can hold, with nothing in it that has no effect', () => {
    const [tool] = codeBlocks(sectionOf(readme, 'Tools'))
    const verdict = validateAgentConfig({ tools: [JSON.parse(tool!.text)] }, { agent_config_bytes: 100_000 })
    expect(verdict).toEqual({ faults: [], warnings: [] })
  })

  it('make an organization, a user, a token and a key beside the running server', async () => {
    const [commands] = codeBlocks(sectionOf(readme, 'The command line'))
    const stdout = await runParley(commands!.text)
    const key = stdout.trimEnd().split('\n').at(-1)
    const agents = await fetch(`${url}/core/agents`, { headers: { authorization: `Bearer ${key}` } })
    expect(await agents.json()).toMatchObject({ data: [] })
  })

  it('keep agents as files', async () => {
    const [commands, output] = codeBlocks(sectionOf(readme, 'Agents as files'))
    const stdout = await runParley(commands!.text)
    // How many agents are up to date depends on what the other commands have made.
    expect(stdout).toContain(output!.text.slice(0, output!.text.lastIndexOf(',')))
  })
})

type Shell = (commands: string, copied: Record<string, string | undefined>) => Promise<unknown>

/** Runs commands one by one; where they set a variable to an id, it is the one that the reader copies. */
function createShell(folder: string, url: string): Shell {
  const assignments: string[] = []
  return async (commands, copied) => {
    let answer: unknown
    for (const command of commands
      .replaceAll('http://127.0.0.1:8080', url)
      .trim()
      .split(/(?<!\\)\n/)) {
      const [, name, value] = /^([A-Z]+)=(.*)$/.exec(command) ?? []
      if (name === undefined) {
        const script = [...assignments, command].join('\n')
        const { stdout } = await promisify(execFile)('bash', ['-euc', script], { cwd: folder })
        answer = stdout.startsWith('event: ') ? stdout : JSON.parse(stdout)
      } else {
        const isId = /^[0-9a-f-]{36}$/.test(value!)
        if (isId) expect(copied[name], `${name} is nowhere to be copied from`).toBeTypeOf('string')
        assignments.push(isId ? `${name}=${copied[name]}` : command)
      }
    }
    return answer
  }
}

function read(value: unknown, ...path: string[]): string | undefined {
  const found = path.reduce((at, key) => (at as Record<string, unknown> | undefined)?.[key], value)
  return typeof found === 'string' ? found : undefined
}

/** Keys and types; of texts and numbers nothing but that they are. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf)
  if (typeof value !== 'object' || value === null) return value === null ? null : typeof value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, shapeOf(entry)]))
}

describe.each(['README.md', 'CONTRIBUTING.md'])('%s names what is there:', (name) => {
  const guide = readGuide(name)
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }

  test('files', () => {
    const links = [...guide.matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1]!)
    const paths = [...guide.matchAll(/`((?:contract|server|sdk|cli|console|docs|scripts)\/[\w./-]+)`/g)].map(
      (match) => match[1]!,
    )
    for (const path of [...links, ...paths]) expect(existsSync(join(root, path)), path).toBe(true)
  })

  test('sections', () => {
    const headings = [...guide.matchAll(/^## (.+)$/gm)].map((match) => match[1]!.toLowerCase().replaceAll(' ', '-'))
    for (const [, anchor] of guide.matchAll(/\]\(#([^)]+)\)/g)) expect(headings).toContain(anchor)
  })

  test('npm scripts', () => {
    const scripts = [...guide.matchAll(/npm (?:run )?([a-z:]+)/g)].map((match) => match[1]!)
    const own = scripts.filter((script) => script !== 'ci')
    expect(own.length).toBeGreaterThan(0)
    for (const script of own) expect(Object.keys(manifest.scripts)).toContain(script)
  })

  test('settings', () => {
    const ofTests = ['PARLEY_TEST_DATABASE_URL', 'PARLEY_TEST_CHROMIUM']
    const ofClients = ['PARLEY_URL', 'PARLEY_API_KEY', 'PARLEY_ORG']
    const known = [...settings.map((setting) => setting.name), ...ofTests, ...ofClients]
    const named = [...guide.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)].map((match) => match[0])
    for (const setting of named) expect(known).toContain(setting)
  })

  test('operations', () => {
    const paths = Object.values(operations).map(({ method, path }) => `${method} ${path}`)
    for (const [, operation] of guide.matchAll(/`((?:GET|POST|PUT|PATCH|DELETE) \/[^`]*)`/g)) {
      expect(paths).toContain(operation)
    }
  })

  test('commands of the command line', () => {
    for (const [, words] of guide.matchAll(/npx parley ((?:[a-z][a-z-]* ?)+)/g)) {
      const names = words!.trim().split(' ')
      const command = names.reduce(
        (at, word) => at?.commands.find((one) => one.name() === word),
        createProgram() as Command,
      )
      expect(command, words).toBeDefined()
    }
  })
})

type Command = ReturnType<typeof createProgram> | undefined
