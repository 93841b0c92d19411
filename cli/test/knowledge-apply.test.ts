// `parley knowledge apply` against a real server.
import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '@parley/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeOrganization } from '../../server/test/support/actors.ts'
import { type TestServer, startTestServer } from '../../server/test/support/server.ts'
import { applyKnowledge } from '../src/knowledge/apply.ts'
import { writeFiles } from './files-fixture.ts'
import { runHere } from './run-here.ts'

let server: TestServer
let home: string
beforeAll(async () => {
  server = await startTestServer()
  home = await mkdtemp(join(tmpdir(), 'parley-knowledge-'))
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(home, { recursive: true, force: true })
})

const shop = { 'returns.md': '# Returns\n\nWithin 14 days.', 'guides/fees.txt': 'Delivery costs 5 euros.' }

async function start(files: Record<string, string>): Promise<{ client: Client; folder: string }> {
  const folder = await mkdtemp(join(home, 'folder-'))
  await writeFiles(folder, files)
  return { client: server.as({ token: (await makeOrganization(server)).key }), folder }
}

type Options = { prune?: boolean; wait?: boolean; dry_run?: boolean }

async function applyAndTell(client: Client, folder: string, options: Options = {}) {
  let printed = ''
  const all = { dataset: 'Shop', prune: false, wait: false, dry_run: false, ...options }
  const count = await applyKnowledge(client, folder, all, (text) => void (printed += text))
  return { count, printed }
}

/** Without the line that has the id. */
async function apply(client: Client, folder: string, options: Options = {}) {
  const { count, printed } = await applyAndTell(client, folder, options)
  return { count, printed: printed.replace(/^Shop: dataset_id .*\n/m, '') }
}

async function readSources(client: Client, name = 'Shop') {
  const [dataset] = (await client.listDatasets({ name })).data
  const { data } = await client.listDatasetSources({ dataset_id: dataset!.id, limit: 100 })
  return new Map(data.map(({ sources }) => [sources.name, sources]))
}

describe('apply', () => {
  it('creates the knowledge base and sends every file, and nothing the second time', async () => {
    const { client, folder } = await start({ ...shop, ' a name .md ': 'With spaces.' })
    const first = await apply(client, folder)
    expect(first.count).toBe(4)
    expect(first.printed).toContain('Shop: new knowledge base\n')
    expect(first.printed).toContain('guides/fees.txt: new\n')
    expect(first.printed).toContain('returns.md: sent\n')
    const sources = await readSources(client)
    expect([...sources.keys()].toSorted()).toEqual([' a name .md ', 'guides/fees.txt', 'returns.md'])

    expect(await apply(client, folder)).toEqual({ count: 0, printed: '0 changed, 3 up to date\n' })
    const again = await readSources(client)
    expect([...again.values()].map(({ id, revision }) => [id, revision]).toSorted()).toEqual(
      [...sources.values()].map(({ id, revision }) => [id, revision]).toSorted(),
    )
  })

  it('says the id, by which the agents of this server name the knowledge base', async () => {
    const { client, folder } = await start(shop)
    const before = await applyAndTell(client, folder, { dry_run: true })
    expect(before.printed).not.toContain('dataset_id')
    const { printed } = await applyAndTell(client, folder)
    const told = `Shop: dataset_id ${(await client.listDatasets({ name: 'Shop' })).data[0]!.id}\n`
    expect(printed.split('\n').slice(0, 3).join('\n')).toBe(
      'Shop: new knowledge base\nguides/fees.txt: new\nreturns.md: new',
    )
    expect(printed).toContain(told)
    for (const dry_run of [true, false]) {
      const again = await applyAndTell(client, folder, { dry_run })
      expect(again.printed.startsWith(told)).toBe(true)
    }
  })

  it('replaces a file whose content differs, and only that', async () => {
    const { client, folder } = await start(shop)
    await apply(client, folder)
    const before = await readSources(client)
    await writeFiles(folder, { 'returns.md': '# Returns\n\nWithin 30 days.' })
    const { count, printed } = await apply(client, folder)
    expect({ count, printed }).toEqual({
      count: 1,
      printed: 'returns.md: changed\nreturns.md: replaced\n1 changed, 1 up to date\n',
    })
    const after = await readSources(client)
    expect(after.get('returns.md')!.id).toBe(before.get('returns.md')!.id)
    expect(after.get('returns.md')!.revision).toBe(before.get('returns.md')!.revision + 1)
    expect(after.get('guides/fees.txt')!.revision).toBe(before.get('guides/fees.txt')!.revision)
  })

  it('takes out what is not in the folder only when asked, and keeps what another knowledge base has', async () => {
    const { client, folder } = await start({ ...shop, 'shared.md': 'Shared.' })
    await apply(client, folder)
    const sources = await readSources(client)
    const other = await client.createDataset({ name: 'Other' })
    await client.attachSources({ dataset_id: other.id, items: { source_id: sources.get('shared.md')!.id } })
    await unlink(join(folder, 'shared.md'))
    await unlink(join(folder, 'returns.md'))

    expect(await apply(client, folder)).toEqual({
      count: 0,
      printed: '2 not in the folder; --prune takes them out\n0 changed, 1 up to date\n',
    })
    const { count, printed } = await apply(client, folder, { prune: true })
    expect(count).toBe(2)
    expect(printed).toContain('shared.md: detached\n')
    expect(printed).toContain('returns.md: deleted\n')
    expect([...(await readSources(client)).keys()]).toEqual(['guides/fees.txt'])
    expect([...(await readSources(client, 'Other')).keys()]).toEqual(['shared.md'])
    expect((await client.listSources({})).data.map(({ name }) => name).toSorted()).toEqual([
      'guides/fees.txt',
      'shared.md',
    ])
  })

  it('waits until all can be found, and fails with what failed', async () => {
    const { client, folder } = await start(shop)
    await apply(client, folder, { wait: true })
    const [dataset] = (await client.listDatasets({ name: 'Shop' })).data
    const { chunks } = await client.queryDataset({ dataset_id: dataset!.id, query: 'delivery costs' })
    expect(chunks[0]).toMatchObject({ source_name: 'guides/fees.txt', content: 'Delivery costs 5 euros.' })
    await writeFiles(folder, { 'empty.md': '' })
    await expect(apply(client, folder, { wait: true })).rejects.toThrow(/^1 failed:\n {2}empty\.md: /)
    // Sent once: the same content would fail again.
    const { count, printed } = await apply(client, folder)
    expect(count).toBe(0)
    expect(printed).toMatch(/^empty\.md: failed before: .+\n0 changed, 3 up to date\n$/)
  })

  it.runIf(process.platform === 'linux')('sends the other files where names are refused', async () => {
    const { client, folder } = await start({ ...shop, 'a\nb.md': 'x', 'a\u202Etxt.md': 'x' })
    await writeFile(Buffer.concat([Buffer.from(`${folder}/b`), Buffer.from([0xff])]), 'x')
    expect(await apply(client, folder, { dry_run: true })).toMatchObject({
      printed: expect.stringContaining('b\uFFFD: its name is not UTF-8; rename it\n') as string,
    })
    const refused = await apply(client, folder).catch((error: Error) => error.message)
    expect(refused).toMatch(/^3 of 5 changes were refused:\n/)
    expect(refused).toContain('name must not contain U+000A, which')
    expect(refused).toContain('name must not contain U+202E, which')
    expect(refused).toContain('  b\uFFFD: its name is not UTF-8; rename it')
    expect([...(await readSources(client)).keys()].toSorted()).toEqual(['guides/fees.txt', 'returns.md'])
  })

  it('changes nothing in a dry run', async () => {
    const { client, folder } = await start(shop)
    const { count, printed } = await apply(client, folder, { dry_run: true })
    expect({ count, printed }).toEqual({
      count: 3,
      printed: 'Shop: new knowledge base\nguides/fees.txt: new\nreturns.md: new\n2 to change, 0 up to date\n',
    })
    expect((await client.listDatasets({ name: 'Shop' })).data).toEqual([])
  })

  it('makes one knowledge base when two runs begin at once', async () => {
    const { client, folder } = await start({})
    await Promise.all([apply(client, folder), apply(client, folder)])
    expect((await client.listDatasets({ name: 'Shop' })).data).toHaveLength(1)
    await client.deleteDataset({ dataset_id: (await client.listDatasets({ name: 'Shop' })).data[0]!.id })
    await apply(client, folder)
    expect((await client.listDatasets({ name: 'Shop' })).data).toHaveLength(1)
  })

  it('refuses a name that several have, and takes an id', async () => {
    const { client, folder } = await start(shop)
    const { id } = await client.createDataset({ name: 'Shop' })
    await client.createDataset({ name: 'Shop' })
    await expect(apply(client, folder)).rejects.toThrow(/^2 knowledge bases are named Shop; pass the id of one: /)
    await applyKnowledge(client, folder, { dataset: id, prune: false, wait: false, dry_run: false }, () => {})
    expect((await client.listDatasetSources({ dataset_id: id })).data).toHaveLength(2)
  })
})

describe('the command', () => {
  it('exits with 2 for differences if asked to and for a folder that is not there, and with 3 for part of the files', async () => {
    const { key } = await makeOrganization(server)
    const environment = { PARLEY_URL: server.url, PARLEY_API_KEY: key, PATH: process.env['PATH'] ?? '' }
    const folder = await mkdtemp(join(home, 'folder-'))
    await writeFiles(folder, shop)
    const run = (...more: string[]) =>
      runHere(['knowledge', 'apply', folder, '--dataset', 'Shop', ...more], environment)
    expect(await run('--exit-code')).toMatchObject({ code: 2, stderr: 'parley: --exit-code needs --dry-run\n' })
    const dry = await run('--dry-run', '--json')
    const [first, ...rest] = dry.stdout.trimEnd().split('\n')
    expect(JSON.parse(first!)).toEqual({ dataset_id: null, path: 'guides/fees.txt', change: 'new', done: null })
    expect([rest.length, dry.stderr]).toEqual([1, 'Shop: new knowledge base\n2 to change, 0 up to date\n'])
    expect(await run('--dry-run', '--exit-code')).toMatchObject({ code: 2, last_line: '2 to change, 0 up to date' })
    expect(await run()).toMatchObject({ code: 0, last_line: '2 changed, 0 up to date' })
    expect(await run('--dry-run', '--exit-code')).toMatchObject({ code: 0, last_line: '0 to change, 2 up to date' })
    const missing = await runHere(['knowledge', 'apply', join(home, 'nothing'), '--dataset', 'Shop'], environment)
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('does not exist') as string })
    await writeFiles(folder, { 'empty.md': '' })
    expect(await run('--wait')).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^parley: 1 failed:\n {2}empty\.md: /) as string,
    })
  })
})
