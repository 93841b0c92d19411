// Every import of src against the table of layers, and every written table against its owner.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path/posix'
import { describe, expect, test } from 'vitest'
import { type Layer, layers } from './layers.ts'

interface Source {
  /** Within src. */
  path: string
  text: string
}

interface Import {
  from: string
  to: string
}

const root = join(import.meta.dirname, '..')
const src = join(root, 'server', 'src')
const sources: Source[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
  .map((path) => ({ path, text: readFileSync(join(src, path), 'utf8') }))

const statement = /^(?:import|export)\b(?:[^'";]*?\bfrom\s+)?'(\.[^']+)'|\bimport\(\s*'(\.[^']+)'/gm

function importsOf({ path, text }: Source): Import[] {
  return [...text.matchAll(statement)]
    .map(([, named, called]) => ({ from: path, to: normalize(join(dirname(path), named ?? called!)) }))
    .filter(({ to }) => to.endsWith('.ts'))
}

/** Empty for the files of src itself, which put everything together. */
const folderOf = (path: string) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '')

function findMisplaced(files: Source[], table: readonly Layer[]): string[] {
  const place = new Map(table.map(({ folder }, index) => [folder, index]))
  const unknown = new Set(files.map(({ path }) => folderOf(path)).filter((folder) => folder && !place.has(folder)))
  const upward = files.flatMap(importsOf).filter(({ from, to }) => {
    const [own, other] = [folderOf(from), folderOf(to)]
    if (own === '' || own === other || unknown.has(own)) return false
    return other === '' || (place.get(other) ?? Infinity) >= place.get(own)!
  })
  return [...[...unknown].map((folder) => `${folder}/ is in no layer`), ...upward.map(tell)]
}

function findPrivate(files: Source[], table: readonly Layer[]): string[] {
  const rooms = new Map(table.filter(({ kind }) => kind !== 'foundation').map((layer) => [layer.folder, layer]))
  const isShown = (to: string) => {
    const room = folderOf(to)
    const rest = to.slice(room.length + 1)
    return rest === `${room}.ts` || ['rules', ...(rooms.get(room)!.open ?? [])].includes(folderOf(rest))
  }
  return files
    .flatMap(importsOf)
    .filter(({ from, to }) => folderOf(from) !== '' && folderOf(from) !== folderOf(to))
    .filter(({ to }) => rooms.has(folderOf(to)) && !isShown(to))
    .map(tell)
}

/** Each as the files that import each other. */
function findCycles(files: Source[]): string[][] {
  const graph = new Map(files.map((file) => [file.path, importsOf(file).map(({ to }) => to)]))
  const reached = (start: string) => {
    const seen = new Set<string>()
    const left = [...(graph.get(start) ?? [])]
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      if (seen.has(next)) continue
      seen.add(next)
      left.push(...(graph.get(next) ?? []))
    }
    return seen
  }
  const reach = new Map([...graph.keys()].map((path) => [path, reached(path)]))
  const cyclic = [...reach].filter(([path, seen]) => seen.has(path)).map(([path]) => path)
  const cycleOf = (path: string) => cyclic.filter((other) => reach.get(path)!.has(other) && reach.get(other)!.has(path))
  return [...new Set(cyclic.map((path) => cycleOf(path).toSorted().join(' ')))].map((names) => names.split(' '))
}

function findTrespasses(files: Source[], table: readonly Layer[]): string[] {
  const owner = new Map(table.flatMap(({ folder, tables = [] }) => tables.map((name) => [name, folder])))
  const writing = /\b(?:insert into|update|delete from)\s+([a-z_]+)/gi
  return files.flatMap(({ path, text }) =>
    [...text.matchAll(writing)]
      .map(([, name]) => name!)
      .filter((name) => owner.has(name) && owner.get(name) !== folderOf(path))
      .map((name) => `${path} writes ${name}`),
  )
}

/** What calls itself pure and is where nothing keeps it so: lint looks at these folders. */
function findUnkept(files: Source[]): string[] {
  const isKept = (path: string) => /(^base|\/machine|\/rules)\//.test(path)
  return files.filter(({ path, text }) => /\bPure\b/.test(headOf(text)) && !isKept(path)).map(({ path }) => path)
}

/** The files that lint finds something in, once for each finding, as it is set up here. */
function lint(planted: Record<string, string>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'parley-lint-'))
  try {
    cpSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
    for (const [path, text] of Object.entries(planted)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    const oxlint = join(root, 'node_modules/oxlint/bin/oxlint')
    const { stdout } = spawnSync(process.execPath, [oxlint, '--format=json'], { cwd: folder, encoding: 'utf8' })
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { filename: string }[] }
    return diagnostics.map(({ filename }) => filename.slice('server/src/'.length)).toSorted()
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The comment that opens a file. */
const headOf = (text: string) => /^(?:\/\/.*\n)*/.exec(text)![0]

const tell = ({ from, to }: Import) => `${from} -> ${to}`

/** By those of migrations, which the room calls. */
const written_by_functions = new Set(['web_widget_allowances', 'web_widget_active_counts', 'web_widget_freed'])

describe('src', () => {
  test('a folder imports only folders above it', () => expect(findMisplaced(sources, layers)).toEqual([]))
  test('a room is entered by its face', () => expect(findPrivate(sources, layers)).toEqual([]))
  test('no file imports itself by way of others', () => expect(findCycles(sources)).toEqual([]))
  test('a table is written by its owner', () => expect(findTrespasses(sources, layers)).toEqual([]))

  test('what is pure is where lint keeps it so', () => expect(findUnkept(sources)).toEqual([]))

  test('the table has what there is', () => {
    const folders = new Set(sources.map(({ path }) => folderOf(path)).filter((folder) => folder !== ''))
    expect(new Set(layers.map(({ folder }) => folder))).toEqual(folders)
    const written = sources.map(({ text }) => text).join('\n')
    for (const name of layers.flatMap(({ tables = [] }) => tables)) {
      if (written_by_functions.has(name)) continue
      expect(written, name).toMatch(new RegExp(`(insert into|update)\\s+${name}\\b`, 'i'))
    }
  })
})

describe('a violation is found', () => {
  const table: Layer[] = [
    { folder: 'base', kind: 'foundation' },
    { folder: 'agents', kind: 'room', tables: ['agents'] },
    { folder: 'webhooks', kind: 'room', open: ['machine'] },
  ]
  const file = (path: string, text: string): Source => ({ path, text })

  test('an import of a folder below, by type, by re-export or late', () => {
    for (const line of [
      "import type { A } from '../../webhooks/webhooks.ts'",
      "export { a } from '../../webhooks/webhooks.ts'",
      "import {\n  a,\n  b,\n} from '../../webhooks/webhooks.ts'",
      "const late = () => import('../../webhooks/webhooks.ts')",
    ]) {
      expect(findMisplaced([file('agents/rules/a.ts', line)], table)).toEqual([
        'agents/rules/a.ts -> webhooks/webhooks.ts',
      ])
    }
  })

  test('an import of what puts everything together, and a folder that is in no layer', () => {
    expect(findMisplaced([file('agents/a.ts', "import { a } from '../app.ts'")], table)).toEqual([
      'agents/a.ts -> app.ts',
    ])
    expect(findMisplaced([file('odd/a.ts', '')], table)).toEqual(['odd/ is in no layer'])
  })

  test('an import past the face of a room', () => {
    const importing = (path: string) => file('webhooks/a.ts', `import { a } from '../agents/${path}'`)
    expect(findPrivate([importing('queries.ts')], table)).toEqual(['webhooks/a.ts -> agents/queries.ts'])
    expect(findPrivate([importing('agents.ts'), importing('rules/a.ts')], table)).toEqual([])
    expect(findPrivate([file('x/a.ts', "import '../webhooks/machine/a.ts'")], table)).toEqual([])
  })

  test('a cycle', () => {
    const files = [
      file('base/a.ts', "import { b } from './b.ts'"),
      file('base/b.ts', "import type { C } from './c.ts'"),
      file('base/c.ts', "import { a } from './a.ts'"),
      file('base/d.ts', "import { a } from './a.ts'"),
    ]
    expect(findCycles(files)).toEqual([['base/a.ts', 'base/b.ts', 'base/c.ts']])
  })

  test('a table that another room writes', () => {
    const writes = file('webhooks/a.ts', 'statement(`with a as (select 1)\n  update agents set name = $1`)')
    expect(findTrespasses([writes, file('agents/a.ts', 'insert into agents')], table)).toEqual([
      'webhooks/a.ts writes agents',
    ])
  })

  test('a pure file that no rule of lint looks at', () => {
    const pure = '// Adds up.\n// Pure: no clock.\nexport const a = 1\n'
    expect(findUnkept([file('agents/a.ts', pure), file('agents/rules/a.ts', pure)])).toEqual(['agents/a.ts'])
  })

  test('an import, a clock or a random source in what is pure', () => {
    const line =
      "import { readFile } from 'node:fs/promises'\nexport const read = [readFile, Date.now, Math.random, fetch]\n"
    const found = lint({ 'server/src/agents/rules/planted.ts': line, 'server/src/base/planted.ts': line })
    expect(found).toEqual(['agents/rules/planted.ts', 'base/planted.ts'].flatMap((path) => Array(4).fill(path)))
  })
})
