// README.md and the guides are correct: their blocks run against a server, in order. Blocks that cannot run say why, and are checked.
import { chmod, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@parley/sdk'
import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest'
import { validateAgentConfig } from '../../src/agents/rules/config.ts'
import { type ServerProcess, startServerProcess } from '../support/process.ts'
import { type CodeBlock, codeBlocks, pages, readGuide, root } from './markdown.ts'
import { PageRunner } from './page-runner.ts'
import { checkCommands } from './static-checks.ts'

const blocksOf = (page: string) => codeBlocks(readGuide(page))
const isConfiguration = ({ language, mark }: CodeBlock) => language === 'json' && /^(config|tool)$/.test(mark)
const isLeftOut = ({ mark }: CodeBlock) => mark.startsWith('not run:')
const isRun = (block: CodeBlock) => !isConfiguration(block) && !isLeftOut(block)

/** As it is when a reader has read the first page. */
async function untilSampleIsReady(url: string, folder: string): Promise<void> {
  const key = await readFile(join(folder, 'data', 'admin-key'), 'utf8')
  const client = createClient({ base_url: url, token: key.trim() })
  const ready = async () => {
    const { data } = await client.listDatasets({})
    return data.find(({ name }) => name === 'Harbour Lane')?.counts.ready
  }
  // Not `expect.poll`, which works within tests only.
  await vi.waitFor(async () => expect(await ready()).toBe(2), { timeout: 60_000, interval: 100 })
}

describe('the blocks of', () => {
  let folder: string
  let server: ServerProcess
  let url: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-guides-'))
    // When the tests run as root, PostgreSQL runs as another user, which must be able to enter the folder.
    await chmod(folder, 0o711)
    // Programs in the guides import the SDK, as they would in the repository.
    for (const name of ['node_modules', 'examples']) await symlink(join(root, name), join(folder, name))
    server = startServerProcess({ PARLEY_DATA_DIR: join(folder, 'data'), PARLEY_ALLOW_PRIVATE_HOSTS: '127.0.0.1' })
    url = await server.ready
    await untilSampleIsReady(url, folder)
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  it.each(pages)('%s', { timeout: 120_000 }, async (page) => {
    const blocks = blocksOf(page).filter(isRun)
    await using runner = await PageRunner.start({ folder, url, readBanner: () => server.output })
    for (const block of blocks) await runner.runBlock(block)
  })
})

test('the front page stays short', () => {
  expect(readGuide('README.md').split('\n').length).toBeLessThanOrEqual(121)
})

describe('blocks that do not run', () => {
  const left_out = pages.flatMap((page) =>
    blocksOf(page)
      .filter(isLeftOut)
      .map((block) => ({ page, ...block })),
  )

  it('say why', () => {
    for (const { mark, page } of left_out) expect(mark, page).toMatch(/^not run: .{10,}$/)
  })

  it('are few', () => {
    const all = pages.flatMap((page) => blocksOf(page))
    expect(all.length).toBeGreaterThan(60)
    expect(left_out.length).toBeLessThan(all.length / 5)
  })

  it.each(left_out.filter(({ language }) => language === 'sh'))('name existing commands: $page, $mark', ({ text }) => {
    expect(checkCommands(text)).toEqual([])
  })
})

describe('the check of commands that do not run', () => {
  test.each([
    ['curl http://127.0.0.1:8080/core/nothing', 'no operation: GET /core/nothing'],
    ['curl -X PUT http://127.0.0.1:8080/core/conversations', 'no operation: PUT /core/conversations'],
    ['npm run nothing', 'no npm script: nothing'],
    ['npx parley org delete', 'no such command: parley org delete'],
    ['npx parley org create --nothing x', 'no such option: parley org create --nothing'],
    ['PORT=none npm start', 'PORT'],
    ['PARLEY_NOTHING=1 npm start', 'no such setting: PARLEY_NOTHING'],
    ['rm -rf data', 'not a command of a guide: rm'],
  ])('%s', (command, fault) => {
    expect(checkCommands(command).join('\n')).toContain(fault)
  })

  it('accepts commands that exist', () => {
    const commands = `PORT=8081 npm start\ncurl -s -X POST "http://127.0.0.1:8080/core/webhooks/$W/test" -d '{}'\nnpx parley org create --name Acme`
    expect(checkCommands(commands)).toEqual([])
  })
})

const configurations = pages.flatMap((page) =>
  blocksOf(page)
    .filter(isConfiguration)
    .map((block) => ({ page, ...block })),
)

it.each(configurations)('a configuration in $page is valid and has no unknown fields', ({ mark, text }) => {
  const shown: unknown = JSON.parse(text)
  const config = mark === 'tool' ? { tools: [shown] } : shown
  expect(validateAgentConfig(config, { agent_config_bytes: 100_000 })).toEqual({ faults: [], warnings: [] })
})
