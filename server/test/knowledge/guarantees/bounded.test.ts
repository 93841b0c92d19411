// K12: bounds hold, and what is hostile fails alone. The bounds themselves are in SPEC.md, which names the settings of those that have one.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { blobSettings } from '../../../src/blobs/settings.ts'
import { embeddingSettings } from '../../../src/embeddings/settings.ts'
import { crawlSettings } from '../../../src/knowledge/crawl/settings.ts'
import { searchSettings } from '../../../src/knowledge/search/settings.ts'
import { knowledgeSettings } from '../../../src/knowledge/settings.ts'
import { docx, paragraph } from '../convert/files.ts'
import { type Library, soon, startLibrary, textOf } from '../ingest/fixture.ts'

let library: Library & AsyncDisposable
beforeAll(async () => {
  library = await startLibrary({ PARLEY_LIMIT_UNPACKED_BYTES: '200000' })
})
afterAll(() => library[Symbol.asyncDispose]())

test(
  'K12: a hostile file fails alone, with its reason, and only public addresses are fetched',
  { timeout: 300_000 },
  async () => {
    const { client } = library.server
    const dataset_id = await library.newDataset()
    const bomb = docx(paragraph('x'), [{ name: 'word/media/image.xml', content: Buffer.alloc(10_000_000) }])
    const send = async (name: string, content: string | Uint8Array<ArrayBuffer>) => {
      const [source] = await client.createSources({ file: new File([content], name) })
      return source!.id
    }
    const source_ids = [await send('bomb.docx', Uint8Array.from(bomb)), await send('whole.txt', textOf(3, 'whole'))]
    const urls = ['http://127.0.0.1:9/', 'http://169.254.169.254/latest/meta-data', 'http://[::ffff:10.0.0.1]/']
    const pages = await client.createSources({ items: urls.map((name) => ({ name, type: 'URL' as const })) })
    await client.attachSources({ dataset_id, items: { source_ids: [...source_ids, ...pages.map(({ id }) => id)] } })
    const states = async () => {
      const { data } = await client.listDatasetSources({ dataset_id, limit: 100 })
      const of = new Map(data.map((one) => [one.source_id, one]))
      return [...source_ids, ...pages.map(({ id }) => id)].map((id) => {
        const { status, status_reason } = of.get(id)!
        return [status, status_reason?.code ?? null]
      })
    }
    await expect
      .poll(states, { timeout: 120_000, interval: 50 })
      .toEqual([['failed', 'too_large'], ['ready', null], ...urls.map(() => ['failed', 'refused_address'])])
    await expect
      .poll(async () => (await client.queryDataset({ dataset_id, query: 'whole' })).chunks.length, soon)
      .toBeGreaterThan(0)
  },
)

const settings = [blobSettings, crawlSettings, embeddingSettings, knowledgeSettings, searchSettings].flatMap(
  (group) => group.settings,
)
const units: Record<string, number> = { KiB: 1024, MiB: 2 ** 20, GiB: 2 ** 30, min: 60 }

/** `PARLEY_…`, 10 GiB */
function boundsIn(text: string): [string, number][] {
  const found = text.matchAll(/`(PARLEY_LIMIT_\w+)`, ([\d,]+)(?: (KiB|MiB|GiB|min))?/g)
  return [...found].map(([, name, amount, unit]) => [
    name!,
    Number(amount!.replaceAll(',', '')) * (unit === undefined ? 1 : units[unit]!),
  ])
}

test('K12: each limit that is a setting stands in SPEC.md, as it is by default', () => {
  const spec = readFileSync(join(import.meta.dirname, '../../../src/knowledge/SPEC.md'), 'utf8')
  const limits = settings.filter(({ name }) => name.startsWith('PARLEY_LIMIT_'))
  expect(limits.length).toBeGreaterThan(15)
  expect(Object.fromEntries(boundsIn(spec))).toEqual(
    Object.fromEntries(limits.map(({ name, default: value }) => [name, Number(value)])),
  )
})
