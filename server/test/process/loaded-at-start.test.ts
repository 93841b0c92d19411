// What a start must not load: it takes time and memory from everybody, and few need it. `npm run bench:start` measures starts.
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { startServerProcess } from '../support/process.ts'

/** Loaded by `base/later.ts`, or by `import()` where a caller waits anyway. */
const loaded_later = [
  // Models, the HTTP client, MCP.
  ...['@ai-sdk/anthropic', '@ai-sdk/azure', '@ai-sdk/google', '@ai-sdk/openai', '@ai-sdk/provider-utils', 'zod'],
  ...['undici', '@modelcontextprotocol/client', '@modelcontextprotocol/server'],
  // Files of knowledge bases and their storage.
  ...['@e965/xlsx', '@mozilla/readability', 'chardet', 'eld', 'fast-xml-parser', 'file-type', 'htmlparser2', 'jszip'],
  ...['linkedom', 'mammoth', 'papaparse', 'turndown', 'unpdf', 'yauzl'],
  // Backups.
  ...['pg-copy-streams', 'tar-stream'],
  // Numbering plans, comparisons, sign-in by an identity provider.
  ...['libphonenumber-js', 'diff', 'openid-client', 'oauth4webapi'],
  // Pages and metrics.
  ...['@scalar/fastify-api-reference', 'prom-client', 'pino-pretty'],
  // Only its types are used.
  'typebox',
]

const source = join(import.meta.dirname, '..', '..', 'src')
const recorder = join(import.meta.dirname, '..', 'fixtures', 'record-packages.js')

/** What a server has loaded when it ends, after a start on an empty database. */
async function loadedByStart(): Promise<{ packages: string[]; parts_of_node: string[] }> {
  await using database = await createTestDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'parley-packages-'))
  const written = join(folder, 'packages.json')
  await using server = startServerProcess({
    DATABASE_URL: database.connection_string,
    PARLEY_DATA_DIR: join(folder, 'data'),
    NODE_OPTIONS: `--import=${pathToFileURL(recorder).href}`,
    PARLEY_TEST_PACKAGES: written,
    // Not the compiled code of all tests.
    NODE_COMPILE_CACHE: '',
  })
  await server.ready
  await server[Symbol.asyncDispose]()
  const loaded = JSON.parse(await readFile(written, 'utf8')) as { packages: string[]; parts_of_node: string[] }
  await rm(folder, { recursive: true, force: true })
  return loaded
}

test('a first start loads no package that few processes need, and strips no types after an installation', async () => {
  // Again, because sources may have changed since the packages were installed.
  await promisify(execFile)(process.execPath, [join(source, 'compile-ahead.js')])
  const { packages, parts_of_node } = await loadedByStart()
  expect(packages).toContain('fastify')
  expect(packages.filter((name) => loaded_later.includes(name) || name.startsWith('@opentelemetry/'))).toEqual([])
  expect(parts_of_node).toContain('NativeModule http')
  // Node's HTTP client (http/node-http.ts) and its stripper of types.
  expect(parts_of_node.filter((name) => /undici|amaro/.test(name))).toEqual([])
})

/** The file and what it imports before compiled code is in place. */
async function importedBy(path: string): Promise<string[]> {
  const [text] = (await readFile(path, 'utf8')).split('\nkeepCompiledCode()')
  const imports = [...text!.matchAll(/^import .* from '(\.[^']+)'|import\('(\.[^']+)'\)/gm)].map(([, always, later]) =>
    join(dirname(path), (always ?? later)!),
  )
  return [path, ...(await Promise.all(imports.map(importedBy))).flat()]
}

test('until compiled code is in place, nothing has to be stripped of its types', async () => {
  const files = await importedBy(join(source, 'main.js'))
  expect(files).toContain(join(source, 'compile-cache.js'))
  expect(files.filter((path) => !path.endsWith('.js'))).toEqual([])
})
