// Gone is gone: what is detached, deleted or replaced is erased soon, and with a deleted source everything that it said.
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { finishConversion } from '../../../src/knowledge/ingest/conversion-work.ts'
import { endStuckIngestion } from '../../../src/knowledge/ingest/stuck-work.ts'
import { inPieces, never, storeOf } from '../../blobs/fixture.ts'
import { type EmbeddingServer, startEmbeddingServer } from '../../support/embedding-server.ts'
import { dumpDatabase } from '../../support/dump-database.ts'
import { refusal } from '../../support/server.ts'
import { type Library, atRest, soon, startLibrary, textOf } from './fixture.ts'

let embedding: EmbeddingServer
let library: Library & AsyncDisposable
let pauses: (point: string) => Promise<void> = async () => {}
beforeAll(async () => {
  embedding = await startEmbeddingServer()
  library = await startLibrary(embedding.environment, { ports: { reached: (at) => pauses(at) } })
})
afterAll(async () => {
  await library[Symbol.asyncDispose]()
  await embedding[Symbol.asyncDispose]()
})

const countVectors = async () => (await library.rows<{ count: number }>('select count(*) from vectors'))[0]!.count

test('a detach erases the chunks, and keeps vectors: what is attached again is not embedded again', async () => {
  const source_id = await library.newFile(textOf(12, 'detached'))
  const dataset_id = await library.newDataset()
  const attached = await library.settled(await library.attach(dataset_id, source_id))
  const [vectors, texts] = [await countVectors(), embedding.texts.length]
  await library.server.client.detachSource({ dataset_id, dataset_source_id: attached.id })
  await atRest(library)
  expect(await library.rows('select from generations where dataset_source_id = $1', [attached.id])).toEqual([])
  expect(await library.rows(`select from chunks where content like 'detached%'`)).toEqual([])
  expect(await countVectors()).toBe(vectors)
  const again = await library.settled(await library.attach(dataset_id, source_id))
  expect(again).toMatchObject({ status: 'ready', reused_chunks: 12 })
  expect(embedding.texts.length).toBe(texts)
})

test('a deleted source leaves nothing in the whole database: no file, text, chunk or vector of its own', async () => {
  const { client } = library.server
  const shared = textOf(3, 'shared')
  const source_id = await library.newFile(`${textOf(5, 'xylophone')}${shared}`)
  const other = await library.newFile(shared)
  const [one, two] = [await library.newDataset(), await library.newDataset()]
  const attached = [await library.attach(one, source_id), await library.attach(two, source_id)]
  for (const each of attached) await library.settled(each)
  const kept = await library.settled(await library.attach(one, other))
  await library.replaceFile(source_id, `${textOf(6, 'xylophone again')}${shared}`)
  for (const each of attached) {
    await expect.poll(() => library.find(each), soon).toMatchObject({ status: 'ready', total_chunks: 9 })
  }
  const before = await countVectors()
  await client.deleteSource({ source_id })
  await atRest(library)
  await expect.poll(() => library.rows(`select from blobs where state = 'deleting' or uses = 0`), soon).toEqual([])
  expect(await countVectors()).toBe(before - 11)
  const dump = (await dumpDatabase(library.server)).join('\n')
  const hex = (text: string) => Buffer.from(text).toString('hex')
  expect([dump.includes('shared 0'), dump.includes(hex('shared 0'))]).toEqual([true, true])
  expect([dump.includes('xylophone'), dump.includes(hex('xylophone'))]).toEqual([false, false])
  expect(await library.textsOf(kept)).toHaveLength(3)
  const { data } = await client.listDatasetSourceChunks({ dataset_id: one, dataset_source_id: kept.id })
  expect(data.map(({ has_vector }) => has_vector)).toEqual([true, true, true])
})

test('a text that was converted for a source that is gone, or has another content, goes at once', async () => {
  const { core } = library.server.app
  const store = storeOf(library.server)
  const put = () => core.blobs.put(store, inPieces(Buffer.from('late')), { max_bytes: 100, signal: never })
  const source_id = await library.newFile(textOf(1, 'newer'))
  const late = { characters: 4, page_starts: null, media_type: 'text/plain' as const, language: 'en', warnings: [] }
  for (const conversion of [
    { source_id: crypto.randomUUID(), revision: 1 },
    { source_id, revision: 0 },
  ]) {
    const blob = await put()
    await store.transaction((tx) => finishConversion(tx, conversion, { ...late, blob }))
    await expect.poll(() => library.rows('select from blobs where id = $1', [blob.id]), soon).toEqual([])
  }
  expect(await library.server.client.getSource({ source_id })).toMatchObject({ status: 'ready', characters: 100 })
})

test('a source whose chunks were erased before it is deleted leaves no vector; a text of another one keeps its own', async () => {
  const { client } = library.server
  const common = textOf(3, 'common')
  const source_id = await library.newFile(`${textOf(5, 'trombone')}${common}`)
  const [one, two] = [await library.newDataset(), await library.newDataset()]
  const kept = await library.settled(await library.attach(two, await library.newFile(common)))
  const before = await countVectors()
  const detached = await library.settled(await library.attach(one, source_id))
  expect(await countVectors()).toBe(before + 5)
  await client.detachSource({ dataset_id: one, dataset_source_id: detached.id })
  await atRest(library)
  expect(await countVectors()).toBe(before + 5)
  await client.deleteSource({ source_id })
  await expect.poll(countVectors, soon).toBe(before)
  const left = 'select from vectors where left_source_id = $1'
  await expect.poll(() => library.rows(left, [source_id]), soon).toEqual([])
  const { data } = await client.listDatasetSourceChunks({ dataset_id: two, dataset_source_id: kept.id })
  expect(data.map(({ has_vector }) => has_vector)).toEqual([true, true, true])
})

test('of a deleted dataset the answer waits for few words; the rest is erased, and its id is taken until then', async () => {
  const { client } = library.server
  const addWords = (to: string, words: number) =>
    library.rows(
      `insert into dataset_words (dataset_id, organization_id, word, text, chunks)
       select $1, $2, n, 'w' || n, 1 from generate_series(1, $3::integer) n on conflict do nothing`,
      [to, library.server.organization_id, words],
    )
  // The planner knows the words of others, and expects one of each new dataset.
  const other = crypto.randomUUID()
  await addWords(other, 2000)
  await library.rows('analyze dataset_words')
  await library.rows('delete from dataset_words where dataset_id = $1', [other])
  const dataset_id = await library.newDataset({ id: crypto.randomUUID() })
  await library.settled(await library.attach(dataset_id, await library.newFile(textOf(3, 'bassoon'))))
  // As a large dataset has them.
  await addWords(dataset_id, 20_000)
  const count = async () =>
    (
      await library.rows<{ count: number }>('select count(*) from dataset_words where dataset_id = $1', [dataset_id])
    )[0]!.count
  const words = await count()
  const release = Promise.withResolvers<void>()
  onTestFinished(() => release.resolve())
  pauses = (at) => (at === 'knowledge.erased' ? release.promise : Promise.resolve())
  await client.deleteDataset({ dataset_id })
  expect(await count()).toBeGreaterThan(words - 10_000)
  expect(await refusal(client.queryDataset({ dataset_id, query: 'bassoon' }))).toMatchObject({ status: 404 })
  const create = () => client.createDataset({ id: dataset_id, name: 'Again' })
  expect(await refusal(create())).toMatchObject({ status: 409, code: 'dataset_id_taken' })
  release.resolve()
  await expect.poll(count, soon).toBe(0)
  await atRest(library)
  expect(await create()).toMatchObject({ id: dataset_id, counts: { sources: 0, chunks: 0 } })
})

test('what was replaced is not searched any more, and can be read for 30 days', async () => {
  const dataset_id = await library.newDataset()
  const attached = await library.settled(await library.attach(dataset_id, await library.newFile(textOf(4, 'early'))))
  await library.replaceFile(attached.source_id, textOf(5, 'late'))
  await expect.poll(() => library.find(attached), soon).toMatchObject({ status: 'ready', total_chunks: 5 })
  await atRest(library)
  const statesOf = () =>
    library.rows(
      'select state, is_indexed, total_chunks from generations where dataset_source_id = $1 order by number',
      [attached.id],
    )
  const serving = { state: 'serving', is_indexed: true, total_chunks: 5 }
  expect(await statesOf()).toEqual([{ state: 'replaced', is_indexed: false, total_chunks: 4 }, serving])
  const age = async (days: number) => {
    await library.rows(
      `update generations set ended_at = now() - $1 * interval '1 day' where dataset_source_id = $2 and state = 'replaced'`,
      [days, attached.id],
    )
    await endStuckIngestion(library.server.app.core, new AbortController().signal)
    await atRest(library)
  }
  await age(29.9)
  expect(await library.rows(`select from chunks where content like 'early%'`)).toHaveLength(4)
  await age(30.1)
  expect(await statesOf()).toEqual([serving])
  expect(await library.rows(`select from chunks where content like 'early%'`)).toEqual([])
})

test('a crawled source brings its pages, and takes along those that it brought', async () => {
  const { client } = library.server
  const [parent, page, other] = await Promise.all(
    ['parent', 'page', 'other'].map((word) => library.newFile(textOf(2, word))),
  )
  // As a crawl leaves it.
  await library.rows('update sources set parent_source_id = $1 where id = any($2::uuid[])', [parent, [page, other]])
  const dataset_id = await library.newDataset()
  const own = await library.settled(await library.attach(dataset_id, other!))
  const attached = await library.settled(await library.attach(dataset_id, parent!))
  const listed = async () => (await client.listDatasetSources({ dataset_id })).data
  await expect.poll(async () => (await listed()).map(({ status }) => status), soon).toEqual(['ready', 'ready', 'ready'])
  const by = new Map((await listed()).map(({ source_id, attached_by }) => [source_id, attached_by]))
  expect(Object.fromEntries(by)).toEqual({ [parent!]: 'caller', [page!]: 'crawl', [other!]: 'caller' })
  await client.detachSource({ dataset_id, dataset_source_id: attached.id })
  expect((await listed()).map(({ id }) => id)).toEqual([own.id])
  await client.deleteSource({ source_id: parent! })
  expect(await listed()).toEqual([])
  expect(await library.rows('select from sources where id = any($1::uuid[])', [[parent, page, other]])).toEqual([])
  await atRest(library)
})
