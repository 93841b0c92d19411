// Follows the instructions of CONTRIBUTING.md for operations, actions and console pages on a copy of the sources.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { codeBlocks, readGuide, root, sectionOf } from './markdown.ts'

const workspaces = ['contract', 'embedded-postgres', 'server', 'sdk', 'cli', 'console']
const others = [
  '.oxfmtrc.json',
  '.oxlintrc.json',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
  'scripts',
  'docs',
]

let copy: string
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'parley-contributing-'))
  const isOtherTest = (path: string) => path.endsWith('.test.ts') && !path.endsWith('contract/contract.test.ts')
  const isWanted = (path: string) =>
    !['node_modules', 'fixtures', 'dist'].includes(basename(path)) && !isOtherTest(path)
  for (const name of [...workspaces, ...others]) {
    await cp(join(root, name), join(copy, name), { recursive: true, filter: isWanted })
  }
  await linkModules()
})
afterAll(() => rm(copy, { recursive: true, force: true }))

/** The installed packages, except the workspaces, which come from the copy. */
async function linkModules(): Promise<void> {
  const [from, to] = [join(root, 'node_modules'), join(copy, 'node_modules')]
  await mkdir(join(to, '@parley'), { recursive: true })
  for (const name of await readdir(from)) {
    if (name !== '@parley' && name !== 'parley') await symlink(join(from, name), join(to, name))
  }
  for (const name of ['contract', 'embedded-postgres', 'server', 'sdk'])
    await symlink(join(copy, name), join(to, '@parley', name))
  await symlink(join(copy, 'cli'), join(to, 'parley'))
}

/** The first line of a block names the file and the place for the rest. */
async function apply(block: string): Promise<string> {
  const [, file, place, code] = /^\/\/ (\S+), (.+)\n([^]*)$/.exec(block) ?? []
  if (file === undefined || place === undefined || code === undefined) throw new Error(`no place: ${block}`)
  const path = join(copy, file)
  await mkdir(dirname(path), { recursive: true })
  if (place === 'a new file') await writeFile(path, code, { flag: 'wx' })
  else await writeFile(path, insert(await readFile(path, 'utf8'), place, code))
  return file
}

function insert(source: string, place: string, code: string): string {
  if (place === 'at the end') return `${source}\n${code}`
  if (place === 'first of the imports') return source.replace(/^import /m, () => `${code}import `)
  const at = findPlace(source, place)
  return source.slice(0, at) + code + source.slice(at)
}

function findPlace(source: string, place: string): number {
  const found = patternOf(place)?.exec(source)
  if (!found) throw new Error(`no such place: ${place}`)
  return found.index + found[0].length
}

function patternOf(place: string): RegExp | null {
  if (place === 'after the imports') return /[^]*^(import .*|\} from '.*')\n/m
  const [, end, name] = /^(first|last) in (\w+)$/.exec(place) ?? []
  if (name === undefined) return null
  return end === 'first'
    ? new RegExp(`^(export )?const ${name}\\b.* = \\{\\n`, 'm')
    : new RegExp(`^const ${name} = \\[\\n( .*\\n)*`, 'm')
}

async function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  const { PATH = '', HOME = '', TMPDIR = tmpdir() } = process.env
  const env = { PATH, HOME, TMPDIR, NO_COLOR: '1', PARLEY_TEST_DATABASE_URL: inject('postgres_url') }
  const child = spawn(process.execPath, args, { cwd: copy, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code, output: out + err }
}

const installed = (path: string) => join(root, 'node_modules', path)
const done = { code: 0 }

it('adds an operation by its steps', { timeout: 120_000 }, async () => {
  const blocks = codeBlocks(sectionOf(readGuide('CONTRIBUTING.md'), 'How to add an operation'))
  const [contract, ...rest] = blocks.filter(({ language }) => language === 'ts').map((block) => block.text)
  // Checks only what changed since the previous run.
  const incrementally = ['--incremental', '--tsBuildInfoFile', join(copy, '.tsbuildinfo')]
  const typecheck = () => run(installed('typescript/bin/tsc'), '-p', '.', ...incrementally)

  const unchanged = await typecheck()
  expect(unchanged, unchanged.output).toMatchObject(done)

  expect(await apply(contract!)).toMatch(/^contract\//)
  const incomplete = await typecheck()
  expect(incomplete.code).not.toBe(0)
  expect(incomplete.output).toContain('agents/room.ts')

  const files = []
  for (const block of rest) files.push(await apply(block))
  const complete = await typecheck()
  expect(complete, complete.output).toMatchObject(done)

  for (const tool of ['oxfmt/bin/oxfmt', 'oxlint/bin/oxlint']) {
    const checked = await run(installed(tool), ...(tool.startsWith('oxfmt') ? ['--check'] : ['--quiet']), ...files)
    expect(checked, checked.output).toMatchObject(done)
  }

  const generated = await run('scripts/generate.ts')
  expect(generated, generated.output).toMatchObject(done)
  expect(await readFile(join(copy, 'docs', 'openapi.json'), 'utf8')).toContain('"operationId": "countAgents"')

  const tests = files.filter((file) => file.endsWith('.test.ts'))
  expect(tests).toHaveLength(2)
  const vitest = [installed('vitest/vitest.mjs'), 'run', '--project', 'server', '-t', 'countAgents']
  const tested = await run(...vitest, ...tests)
  expect(tested, tested.output).toMatchObject(done)
  expect(tested.output).toMatch(/Test Files\s+2 passed/)
})

it('adds a console page by its steps', { timeout: 120_000 }, async () => {
  const blocks = codeBlocks(sectionOf(readGuide('CONTRIBUTING.md'), 'How to add a console page'))
  const files = []
  for (const block of blocks.filter(({ language }) => /^tsx?$/.test(language))) files.push(await apply(block.text))
  expect(new Set(files.map((file) => file.replace(/[^/]*$/, '')))).toEqual(
    new Set(['console/src/status/', 'console/src/']),
  )

  const checks = [
    [installed('typescript/bin/tsc'), '-p', 'console'],
    [installed('oxfmt/bin/oxfmt'), '--check', ...files],
    [installed('oxlint/bin/oxlint'), '--quiet', ...files],
    [installed('vite/bin/vite.js'), 'build', 'console', '--logLevel', 'warn'],
  ]
  for (const check of checks) {
    const checked = await run(...check)
    expect(checked, checked.output).toMatchObject(done)
  }
  expect(JSON.parse(await readFile(join(copy, 'console/dist/paths.json'), 'utf8'))).toContain('/status')
})
