// Which folder of the console may import which: pages share code only through the shared folders, which form layers.
import { glob, readFile } from 'node:fs/promises'
import { join, normalize } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'

/** A shared folder imports only the ones before it. Every other folder is a page: it has a `route.ts`, and no other folder imports it. */
const shared = [
  'base',
  'texts',
  'session',
  'live',
  'ui',
  'agent-names',
  'billing',
  'shell',
  'charts',
  'passages',
  'transcript',
  'tester',
  'settings',
  'mcp-tools',
  'people',
  'handling',
] as const satisfies readonly string[]

interface Import {
  from: string
  to: string
}

const folderOf = (path: string) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : null)
const levelOf = (folder: string) => shared.findIndex((name) => name === folder)

/** Says what is wrong with an import of one file by another; both are paths within `src`. */
function findFault({ from, to }: Import): string | null {
  const [user, used] = [folderOf(from), folderOf(to)]
  // app.tsx, main.tsx and router.tsx put everything together.
  if (user === null) return null
  if (used === null) return `${from} imports ${to}, which is above every folder`
  if (user === used) return null
  if (levelOf(used) === -1) return `${from} imports ${to} of another page. Move what both need to a shared folder.`
  if (levelOf(user) !== -1 && levelOf(user) < levelOf(used)) return `${from} imports ${to} of a later layer`
  return null
}

/** Static and lazy imports, and re-exports, of files of the console. */
function importsOf(from: string, source: string): Import[] {
  const named = source.matchAll(/(?:\bfrom|\bimport\(?)\s*'(\.[^']+)'/g)
  return [...named].map(([, name]) => ({ from, to: normalize(join(from, '..', name!)) }))
}

let files: string[]
let imports: Import[]
beforeAll(async () => {
  const found = await Array.fromAsync(glob('**/*.{ts,tsx}', { cwd: import.meta.dirname }))
  files = found.filter((file) => !file.endsWith('.test.ts'))
  const read = async (file: string) => importsOf(file, await readFile(join(import.meta.dirname, file), 'utf8'))
  imports = (await Promise.all(files.map(read))).flat()
})

test('no folder imports what comes after it, and no page another page', () => {
  expect(imports.map(findFault).filter((fault) => fault !== null)).toEqual([])
  expect(imports.length).toBeGreaterThan(files.length)
})

test('every folder is a page with a route, or shared', () => {
  const folders = new Set(files.map(folderOf).filter((folder) => folder !== null))
  const pages = [...folders].filter((folder) => levelOf(folder) === -1)
  expect(pages.filter((page) => !files.includes(`${page}/route.ts`))).toEqual([])
  expect(shared.filter((folder) => !folders.has(folder))).toEqual([])
})

describe('a planted import is found', () => {
  const faultsOf = (from: string, source: string) => importsOf(from, source).map(findFault)

  test.each([
    ['overview/charts.tsx', "import { readFilters } from '../inbox/filters.ts'", 'another page'],
    ['inbox/inbox-page.tsx', "void import('../conversation/conversation-page.tsx')", 'another page'],
    ['agents/versions/comparison.tsx', "export { inboxTexts } from '../../inbox/texts.ts'", 'another page'],
    ['ui/dialog.tsx', "import {\n  Shell,\n} from '../shell/shell.tsx'", 'a later layer'],
    ['tester/texts.ts', "import type { View } from '../overview/view.ts'", 'another page'],
    ['members/members.tsx', "import { router } from '../router.tsx'", 'above every folder'],
  ])('in %s', (from, source, fault) => {
    expect(faultsOf(from, source)).toEqual([expect.stringContaining(fault)])
  })

  test.each([
    ['router.tsx', "import { inboxRoute } from './inbox/route.ts'"],
    ['inbox/filters.ts', "import { isJsonObject } from '../base/json.ts'"],
    ['tester/trial-talk.tsx', "import { Transcript } from '../transcript/transcript.tsx'"],
    ['agents/fields/list-field.tsx', "import { agentTexts } from '../texts.ts'"],
  ])('%s may do this', (from, source) => {
    expect(faultsOf(from, source)).toEqual([null])
  })
})
