// Hostile files sent to a server in a process of its own: each fails with its reason, the server answers meanwhile, and after each of them
// its memory is below 1.2 of before.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pass } from 'node:timers/promises'
import { type Client, createClient } from '@parley/sdk'
import { expect, test } from 'vitest'
import { admin_key, nodeEnvironment } from '../../kill/child.ts'
import { createTestDatabase } from '../../support/database.ts'
import { never_busy } from '../../support/process.ts'
import { type Part, compoundFile, docx, paragraph, pdf, pdfOf, row, xlsx } from '../convert/files.ts'
import { textOf } from '../ingest/fixture.ts'

const mib = 2 ** 20
const most_growth = 1.2
const bomb: Part = { name: 'word/media/image.xml', content: Buffer.alloc(300 * mib) }
const laughs = `<!DOCTYPE w [<!ENTITY a "${'ha'.repeat(100)}">${Array.from({ length: 9 }, (_, at) => `<!ENTITY ${'bcdefghij'[at]} "${`&${'abcdefghi'[at]};`.repeat(10)}">`).join('')}]>`
const whole = pdf(['One', 'Two', 'Three'])
const locked = `/Encrypt << /Filter /Standard /V 1 /R 2 /O <${'41'.repeat(32)}> /U <${'42'.repeat(32)}> /P -4 >> /ID [<61> <61>]`

/** The kinds of the specification; `null`: it becomes ready. */
const files: readonly (readonly [string, string, () => string | Buffer, string | null])[] = [
  ['truncated', 'a.pdf', () => whole.subarray(0, whole.indexOf('Three') + 3), 'corrupt'],
  ['encrypted', 'a.pdf', () => pdf(['Secret'], locked), 'encrypted'],
  ['encrypted office file', 'a.docx', () => compoundFile('EncryptedPackage'), 'encrypted'],
  ['mislabelled', 'a.docx', () => whole, null],
  ['empty', 'a.pdf', () => '', 'empty'],
  ['10,000 pages', 'a.pdf', () => pdf(Array.from({ length: 10_000 }, () => '')), 'too_many_pages'],
  ['deep objects', 'a.pdf', () => pdfOf([`${'[ '.repeat(200_000)}${'] '.repeat(200_000)}`]), 'corrupt'],
  ['a zip bomb in a DOCX', 'a.docx', () => docx(paragraph('x'), [bomb]), 'too_large'],
  ['a zip bomb in an XLSX', 'a.xlsx', () => xlsx([{ name: 'A', rows: '' }], [bomb]), 'too_large'],
  ['names with paths', 'a.docx', () => docx('', [{ name: '../../etc/cron.d/x', content: 'x' }]), 'corrupt'],
  ['XML entities', 'a.xlsx', () => xlsx([{ name: 'A', rows: row(1, ['&j;']), before: laughs }]), 'corrupt'],
  ['one line of 50 MiB', 'a.txt', () => Buffer.alloc(50 * mib, 97), 'too_large'],
  ['1,000,000 columns', 'a.csv', () => `${'a,'.repeat(1_000_000)}\n1`, 'too_large'],
  ['JSON 10,000 deep', 'a.json', () => '['.repeat(10_000) + ']'.repeat(10_000), 'corrupt'],
  ['broken UTF-8', 'a.txt', () => Buffer.concat([Buffer.from(textOf(20, 'broken')), Buffer.alloc(100, 0xc3)]), null],
  ['HTML of scripts', 'a.html', () => `<html><body><script>${'x();'.repeat(mib / 4)}</script>`, 'no_text'],
  ['20 MiB of text', 'a.txt', () => textOf(205_000, 'long'), 'too_many_chunks'],
]

interface Memory {
  held_bytes: number
  rss_bytes: number
}

async function startMemoryNode(environment: Record<string, string>) {
  const script = join(import.meta.dirname, 'memory-node.ts')
  const child = spawn(process.execPath, ['--expose-gc', script], {
    // The allocator of glibc gives large buffers back at once; by default it keeps up to some hundred MiB of them.
    env: {
      PATH: process.env['PATH'],
      ...never_busy,
      ...environment,
      MALLOC_ARENA_MAX: '2',
      MALLOC_MMAP_THRESHOLD_: '131072',
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async <T>() => JSON.parse((await lines.next()).value!) as T
  const { url } = await next<{ url: string }>()
  return {
    url,
    async measure(): Promise<Memory> {
      child.stdin.write('measure\n')
      return next<Memory>()
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      await new Promise((resolve) => child.once('close', resolve))
    },
  }
}

/** What ended a moment ago, such as a connection with its buffers, may need another collection. */
async function measureSettled({ measure }: { measure(): Promise<Memory> }, enough_bytes: number): Promise<Memory> {
  let memory = await measure()
  for (let tries = 1; tries < 20 && memory.held_bytes >= enough_bytes; tries += 1) {
    await pass(250)
    memory = await measure()
  }
  return memory
}

/** Sends it, and answers why it failed; null: it is ready. */
async function ingest(client: Client, dataset_id: string, name: string, content: string | Buffer) {
  const [source] = await client.createSources({ file: new File([Uint8Array.from(Buffer.from(content))], name) })
  const [attached] = await client.attachSources({ dataset_id, items: { source_id: source!.id } })
  const path = { dataset_id, dataset_source_id: attached!.id }
  const find = () => client.getDatasetSource(path)
  await expect.poll(async () => (await find()).status, { timeout: 150_000, interval: 100 }).toMatch(/^(ready|failed)$/)
  const { status_reason } = await find()
  await client.deleteSource({ source_id: source!.id })
  return status_reason?.code ?? null
}

async function startWorld() {
  await using stack = new AsyncDisposableStack()
  const { connection_string } = stack.use(await createTestDatabase())
  const data_dir = await mkdtemp(join(tmpdir(), 'parley-memory-'))
  stack.defer(() => rm(data_dir, { recursive: true, force: true }))
  const node = stack.use(await startMemoryNode(nodeEnvironment(connection_string, 'http://127.0.0.1:9', data_dir)))
  const client = createClient({ base_url: node.url, token: admin_key })
  const { id: dataset_id } = await client.createDataset({ name: 'Hostile' })
  // What it keeps from the first of each is no growth.
  expect(await ingest(client, dataset_id, 'a.txt', textOf(2000, 'plain'))).toBeNull()
  expect(await ingest(client, dataset_id, 'a.pdf', whole)).toBeNull()
  const owned = stack.move()
  return { node, client, dataset_id, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const inMib = (bytes: number) => `${(bytes / mib).toFixed(0)} MiB`

test(
  'K12: after each hostile file the server answers, and its memory is below 1.2 of before',
  { timeout: 900_000 },
  async () => {
    await using world = await startWorld()
    const { node, client, dataset_id } = world
    const before = await node.measure()
    const grown: string[] = []
    for (const [kind, name, make, code] of files) {
      expect([kind, await ingest(client, dataset_id, name, make())]).toEqual([kind, code])
      expect((await client.getHealth({})).status).toBeDefined()
      const { held_bytes, rss_bytes } = await measureSettled(node, most_growth * before.held_bytes)
      const growth = held_bytes / before.held_bytes
      process.stdout.write(
        `${kind}: ${inMib(held_bytes)} held, ${growth.toFixed(2)} of before, ${inMib(rss_bytes)} resident\n`,
      )
      if (growth >= most_growth) grown.push(`${kind}: ${growth.toFixed(2)}`)
    }
    const { chunks } = await client.queryDataset({ dataset_id, query: 'handbook' })
    expect(chunks).toEqual([])
    expect(grown).toEqual([])
  },
)

test(
  'K12: large texts, one after the other, take no more memory than the first of them',
  { timeout: 300_000 },
  async () => {
    await using world = await startWorld()
    const { node, client, dataset_id } = world
    const before = await node.measure()
    const resident: number[] = []
    for (let time = 1; time <= 5; time += 1) {
      expect(await ingest(client, dataset_id, 'a.txt', textOf(205_000, `long ${time}`))).toBe('too_many_chunks')
      const { held_bytes, rss_bytes } = await measureSettled(node, most_growth * before.held_bytes)
      process.stdout.write(
        `${time}: ${inMib(held_bytes)} held, ${inMib(rss_bytes)} of ${inMib(before.rss_bytes)} resident\n`,
      )
      expect(held_bytes / before.held_bytes).toBeLessThan(most_growth)
      resident.push(rss_bytes)
    }
    // A measurement can find buffers that go a moment later; what stays would be in all of them, and more with each text.
    expect(Math.min(...resident.slice(-3)) / Math.max(...resident.slice(0, 2))).toBeLessThan(1.25)
  },
)
