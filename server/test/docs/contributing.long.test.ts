// What CONTRIBUTING.md says of adding this and that, done on a copy of the sources: all of it at once.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { readGuide, root } from './markdown.ts'
import { type Step, followSteps, readWalkThroughs } from './walkthroughs.ts'

const workspaces = ['contract', 'embedded-postgres', 'server', 'sdk', 'cli', 'console', 'widget', 'site']
const others = [
  '.oxfmtrc.json',
  '.oxlintrc.json',
  'bench',
  'docs',
  'examples',
  'package.json',
  'scripts',
  'tsconfig.json',
  'vitest.config.ts',
]

const walkThroughs = readWalkThroughs(readGuide('CONTRIBUTING.md'))
const steps = walkThroughs.flatMap((one) => one.steps)

let copy: string
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'parley-contributing-'))
  const isWanted = (path: string) => !['node_modules', 'dist'].includes(basename(path))
  for (const name of [...workspaces, ...others]) {
    await cp(join(root, name), join(copy, name), { recursive: true, filter: isWanted })
  }
  await linkModules()
})
afterAll(() => rm(copy, { recursive: true, force: true }))

/** The installed packages, save the workspaces: those are the copy's own. */
async function linkModules(): Promise<void> {
  const [from, to] = [join(root, 'node_modules'), join(copy, 'node_modules')]
  await mkdir(join(to, '@parley'), { recursive: true })
  for (const name of await readdir(from)) {
    if (name !== '@parley' && name !== 'parley') await symlink(join(from, name), join(to, name))
  }
  for (const name of ['contract', 'embedded-postgres', 'server', 'sdk', 'widget'])
    await symlink(join(copy, name), join(to, '@parley', name))
  await symlink(join(copy, 'cli'), join(to, 'parley'))
  // What a workspace has in another version than the root.
  const own = join(root, 'site', 'node_modules')
  if (existsSync(own)) await symlink(own, join(copy, 'site', 'node_modules'))
}

const read = (file: string) => (existsSync(join(copy, file)) ? readFileSync(join(copy, file), 'utf8') : null)

/** Answers the files that were written. */
async function follow(some: Step[]): Promise<string[]> {
  const written = followSteps(some, read)
  for (const [file, source] of written) {
    await mkdir(dirname(join(copy, file)), { recursive: true })
    await writeFile(join(copy, file), source)
  }
  return [...written.keys()]
}

async function run(args: string[], more: Record<string, string> = {}): Promise<{ code: number; output: string }> {
  const { PATH = '', HOME = '', TMPDIR = tmpdir() } = process.env
  const env = { PATH, HOME, TMPDIR, NO_COLOR: '1', PARLEY_TEST_DATABASE_URL: inject('postgres_url'), ...more }
  const child = spawn(process.execPath, args, { cwd: copy, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: code as number, output: out + err }
}

async function succeed(...args: Parameters<typeof run>): Promise<string> {
  const { code, output } = await run(...args)
  expect(code, output).toBe(0)
  return output
}

const installed = (path: string) => join(root, 'node_modules', path)
const tsc = installed('typescript/bin/tsc')
const vitest = [installed('vitest/vitest.mjs'), 'run', '--project', 'unit', '--project', 'server']

/** The second check of types looks only at what has changed. */
const remembering = ['--incremental', '--tsBuildInfoFile', '.types.tsbuildinfo']

// One after another: each goes on from what the one before it has left.
it('does not compile as long as only the contract is written', { timeout: 1_800_000 }, async () => {
  const isContract = ({ file }: Step) => file.startsWith('contract/')
  await follow(steps.filter(isContract))
  const { code, output } = await run([tsc, '-p', '.', ...remembering])
  expect(code).not.toBe(0)
  const unfinished = walkThroughs.flatMap((one) => one.unfinished)
  expect(unfinished).toHaveLength(4)
  for (const file of unfinished) expect(output).toContain(`${file}(`)

  await follow(steps.filter((step) => !isContract(step)))
  // The SDK's types follow from the contract.
  await succeed(['scripts/generate.ts'])
  await succeed([tsc, '-p', '.', ...remembering])
  await succeed([tsc, '-p', 'console'])
})

it('keeps the rules', { timeout: 1_800_000 }, async () => {
  const files = [...new Set(steps.map(({ file }) => file))]
  await succeed([installed('oxlint/bin/oxlint'), '--quiet', ...files.filter((file) => /\.tsx?$/.test(file))])
  await succeed(['scripts/generate.ts'])
  const reference = await readFile(join(copy, 'docs', 'openapi.json'), 'utf8')
  for (const name of ['"operationId": "countAgents"', '"operationId": "createMail"', '"SetValueAction"']) {
    expect(reference).toContain(name)
  }
  expect(await readFile(join(copy, 'docs', 'settings.md'), 'utf8')).toContain('PARLEY_LIMIT_MAIL_CHARACTERS')
  await succeed([installed('vite/bin/vite.js'), 'build', 'console', '--logLevel', 'warn'])
  expect(JSON.parse(await readFile(join(copy, 'console/dist/paths.json'), 'utf8'))).toContain('/status')
})

it('passes its tests, and those that look at everything', { timeout: 1_800_000 }, async () => {
  const own = steps.map(({ file }) => file).filter((file) => file.endsWith('.test.ts'))
  expect(own).toHaveLength(6)
  const ofEverything = [
    'console/src/layers.test.ts',
    'server/layers.test.ts',
    'server/src/settings.test.ts',
    'server/test/architecture.test.ts',
    'server/test/database/indexes.test.ts',
    'server/test/docs/anyreach.test.ts',
    'server/test/docs/scaling.test.ts',
  ]
  const output = await succeed([...vitest, ...own, ...ofEverything])
  expect(output).toMatch(new RegExp(`Test Files\\s+${own.length + ofEverything.length} passed`))
  // Of what was added alone. It writes the recordings, too.
  const ofOperations = ['server/test/contract/contract.test.ts', 'server/test/wire/wire.test.ts']
  const isAdded = 'countAgents|[mM]ail|recordings.{1,3}agents$|the contract itself|every recording has its walk'
  const judged = await succeed([...vitest, ...ofOperations, '-t', isAdded, '--reporter=verbose'], {
    PARLEY_RECORD_WIRE: '1',
  })
  expect(judged).toMatch(/Test Files\s+2 passed/)
  for (const name of ['countAgents', 'createMail', 'listMails']) {
    expect(judged).toContain(`${name} works, and its response matches its schema`)
    expect(judged).toContain(`${name} has a successful answer`)
  }
  const recorded = await readFile(join(copy, 'server/test/wire/recordings/mailbox.txt'), 'utf8')
  expect(recorded).toContain('### listMails: what waits')
})
