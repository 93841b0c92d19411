// The walk-throughs of CONTRIBUTING.md: each step has its place, and what is new needs few lines elsewhere. contributing.long.test.ts
// tries what they add.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { readGuide, root } from './markdown.ts'
import { type WalkThrough, findExcess, followSteps, readWalkThroughs } from './walkthroughs.ts'

const walkThroughs = readWalkThroughs(readGuide('CONTRIBUTING.md'))

const read = (file: string) => (existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : null)

test('there is one for each thing', () => {
  expect(walkThroughs.map(({ title }) => title)).toEqual([
    'How to add an operation',
    'How to add a room',
    'How to add a job or a timer',
    'How to add a setting',
    'How to add a channel',
    'How to add an action',
    'How to add a console page',
  ])
  for (const { title, steps } of walkThroughs) expect(steps.length, title).toBeGreaterThan(3)
})

test.each(walkThroughs.map((one) => [one.title, one] as const))('%s: at most three lines elsewhere', (_title, one) => {
  expect(findExcess(one)).toEqual([])
})

test('the steps have their places in the sources, and add what is formatted and parses', async () => {
  const written = followSteps(
    walkThroughs.flatMap(({ steps }) => steps),
    read,
  )
  const folder = await mkdtemp(join(tmpdir(), 'parley-steps-'))
  try {
    await cp(join(root, '.oxfmtrc.json'), join(folder, '.oxfmtrc.json'))
    for (const [file, source] of written) {
      await mkdir(join(folder, dirname(file)), { recursive: true })
      await writeFile(join(folder, file), source)
    }
    const { code, output } = await run(join(root, 'node_modules/oxfmt/bin/oxfmt'), folder)
    expect(code, output).toBe(0)
    expect(output).toMatch(/\b[3-9]\d files\b/)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

async function run(tool: string, cwd: string): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [tool, '--check', '.'], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: code as number | null, output: out + err }
}

test('a walk-through that breaks the promise is found', () => {
  const step = (file: string, code = 'line\n', place = 'at the end') => ({ file, code, place })
  const own = ['server/src/<room>/', 'contract/src/<room>.ts']
  const excessOf = (...steps: WalkThrough['steps']) =>
    findExcess({ title: '', steps, own, elsewhere: ['server/src/rooms.ts'], unfinished: [] })

  const entry = step('server/src/rooms.ts', "import { a } from './a.ts'\nimport { b } from './b.ts'\n1\n2\n3\n")
  expect(excessOf(entry, step('server/src/notes/room.ts', '1\n2\n3\n4\n'), step('contract/src/notes.ts'))).toEqual([])
  expect(excessOf(entry, step('server/src/rooms.ts', '4\n'))).toEqual(['4 lines elsewhere: 1 2 3 4'])
  expect(excessOf(entry, step('server/src/app.ts'))).toEqual(['server/src/app.ts is in no column'])
  expect(excessOf(entry, step('server/src/notes/a.ts'), step('contract/src/other.ts'))).toEqual([
    'contract/src/other.ts is in no column',
  ])
  expect(excessOf(step('server/src/notes/a.ts'))).toEqual(['server/src/rooms.ts gets no line'])
})
