// The metrics of a server: who can read them, that the guide lists them, and what knowledge bases measure.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EmbeddingServer, startEmbeddingServer } from '../support/embedding-server.ts'
import { type Library, startLibrary } from '../knowledge/ingest/fixture.ts'

const token = 'metrics-token'
let embeddings: EmbeddingServer
let library: Library & AsyncDisposable

beforeAll(async () => {
  embeddings = await startEmbeddingServer()
  library = await startLibrary({
    ...embeddings.environment,
    PARLEY_METRICS_PORT: '0',
    PARLEY_METRICS_TOKEN: token,
  })
})
afterAll(async () => {
  await library?.[Symbol.asyncDispose]()
  await embeddings?.[Symbol.asyncDispose]()
})

const ask = (path = '', authorization = `Bearer ${token}`, method = 'GET') =>
  fetch(`${library.server.app.metrics_url!}${path}`, { method, headers: { authorization } })
const read = async () => (await ask()).text()

/** The counts of a histogram by its labels, as in `search done`. */
async function countsOf(name: string): Promise<Record<string, number>> {
  const found = (await read()).matchAll(new RegExp(`^${name}_count\\{\\w+="(\\w+)",outcome="(\\w+)"\\} (\\d+)$`, 'gm'))
  return Object.fromEntries([...found].map(([, label, outcome, count]) => [`${label} ${outcome}`, Number(count)]))
}

test('only who has the token reads them, from their own address and port', async () => {
  const { url, app } = library.server
  expect(new URL(app.metrics_url!).hostname).toBe('127.0.0.1')
  const answer = await ask()
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  for (const wrong of ['', 'Bearer', `Bearer ${token}x`, `bearer${token}`])
    expect((await ask('', wrong)).status).toBe(401)
  expect((await ask('/more')).status).toBe(404)
  expect((await ask('', `Bearer ${token}`, 'POST')).status).toBe(404)
  expect((await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(404)
})

test('the guide lists every metric, and no label holds an id', async () => {
  const guide = readFileSync(join(import.meta.dirname, '../../../docs/guides/production.md'), 'utf8')
  const listed = [...guide.matchAll(/^\| `(parley_\w+)` \|/gm)].map(([, name]) => name!)
  const text = await read()
  const told = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name!)
  expect(listed.toSorted()).toEqual(told.toSorted())
  expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/)
})

test('ingestion is measured by state and outcome, searches by part and outcome', async () => {
  const { server } = library
  const dataset_id = await library.newDataset()
  const good = await library.attach(dataset_id, await library.newUpload('Goods can be returned within 30 days.'))
  const bad = await library.attach(dataset_id, await library.newUpload('%PDF-1.4\nbroken', 'bad.pdf'))
  expect((await library.settled(good)).status).toBe('ready')
  expect((await library.settled(bad)).status).toBe('failed')
  expect(await countsOf('parley_ingestion_seconds')).toEqual({
    'converting_to_markdown done': 1,
    'converting_to_markdown failed': 1,
    'chunking done': 1,
    'embedding done': 1,
  })

  const query = (text: string) => server.client.queryDataset({ dataset_id, query: text })
  await query('returned goods')
  const once = { 'embedding done': 1, 'search done': 1, 'total found': 1 }
  expect(await countsOf('parley_retrieval_seconds')).toEqual(once)
  embeddings.trouble = { status: 500 }
  await query('goods returned')
  await query('zebras')
  embeddings.trouble = null
  expect(await countsOf('parley_retrieval_seconds')).toEqual({
    'embedding done': 1,
    'embedding failed': 2,
    'search done': 3,
    'total found': 2,
    'total nothing': 1,
  })
})
