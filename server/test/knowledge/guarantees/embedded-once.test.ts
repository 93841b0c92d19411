// K3, K6, K7 and K9, on one server: what a dead node has stored is not asked for again, nor is a text that is there already; what is deleted
// is gone; and organizations are apart, also for equal texts.
import type { DatasetSource } from '@parley/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeOrganization } from '../../support/actors.ts'
import { dumpDatabase } from '../../support/dump-database.ts'
import { type EmbeddingServer, startEmbeddingServer } from '../../support/embedding-server.ts'
import { eventually } from '../../support/eventually.ts'
import { type Library, atRest, piecesOf, soon, startLibrary, textOf } from '../ingest/fixture.ts'
import { converse } from '../turn/fixture.ts'
import { addSource, addText } from './texts.ts'

let embedding: EmbeddingServer
let library: Library & AsyncDisposable
/** At pause points of the first node. */
let reached: ((point: string) => Promise<void>) | null = null
beforeAll(async () => {
  embedding = await startEmbeddingServer()
  library = await startLibrary(embedding.environment, { ports: { reached: (point) => reached?.(point) } })
})
afterAll(async () => {
  await library[Symbol.asyncDispose]()
  await embedding[Symbol.asyncDispose]()
})

async function newSource(text: string): Promise<string> {
  const source_id = await addSource(library.server)
  await addText(library.server, source_id, text)
  return source_id
}

const attachAndWait = async (dataset_id: string, source_id: string) =>
  library.settled(await library.attach(dataset_id, source_id))

const batch_texts = 96
const calls_at_once = 4

test('K3: a node that dies while it embeds costs the calls under way, and nothing that was stored', async () => {
  const { server } = library
  const batches = 10
  const held = Promise.withResolvers<void>()
  embedding.calls.length = 0
  // Four are answered; then four are under way when the node is as good as dead.
  embedding.before = async () => {
    const nth = embedding.calls.length
    if (nth > calls_at_once && nth <= 2 * calls_at_once) await held.promise
  }
  const attached = await library.attach(
    await library.newDataset(),
    await newSource(textOf(batches * batch_texts, 'survivor')),
  )
  await expect.poll(() => embedding.calls.length, soon).toBe(2 * calls_at_once)
  const stored = async () =>
    (await library.rows<{ count: number }>('select count(*)::integer as count from vectors'))[0]!.count
  await expect.poll(stored, soon).toBe(calls_at_once * batch_texts)
  const [{ lease, lasts }] = (await library.rows(
    `select lease, extract(epoch from due_at - now())::float8 as lasts from work where kind = 'build_generation' and lease is not null`,
  )) as [{ lease: number; lasts: number }]
  // With the look of another node this is within 45 seconds.
  expect(lasts).toBeLessThanOrEqual(30.1)
  await using _other = await server.startAnother(embedding.environment, {})
  await eventually(async () => {
    await library.rows('update work set due_at = now() where lease = $1 and not ready', [lease])
    expect(await library.find(attached)).toMatchObject({ status: 'ready', total_chunks: batches * batch_texts })
  })
  embedding.before = null
  held.resolve()
  await atRest(library)
  expect(embedding.calls.length).toBe(batches + calls_at_once)
  expect(new Set(embedding.texts).size).toBe(batches * batch_texts)
})

test.each(['it goes on', 'the source is detached'])(
  'K3: a node that dies while it cuts and embeds holds up no other work with its calls: %s',
  async (then) => {
    const { server } = library
    const chunks = 500
    const source_id = await newSource(textOf(chunks, `cut ${then}`))
    const [dead, other] = await Promise.all([library.newDataset(), library.newDataset()])
    const held = Promise.withResolvers<void>()
    embedding.calls.length = 0
    // The first batch of chunks is stored, and its calls are under way, when the node is as good as dead.
    embedding.before = () => held.promise
    let batches = 0
    reached = async (point) => {
      if (point === 'knowledge.chunked' && (batches += 1) === 2) await held.promise
    }
    const attached = await library.attach(dead, source_id)
    await expect.poll(() => [batches, embedding.calls.length], soon).toEqual([2, 2])
    const [{ lease }] = (await library.rows('select lease from work where subject = $1', [attached.id])) as [
      { lease: number },
    ]
    embedding.before = null
    const after = then === 'it goes on' ? attached : await library.attach(other, source_id)
    if (after !== attached) await server.client.detachSource({ dataset_id: dead, dataset_source_id: attached.id })
    await using _other = await server.startAnother(embedding.environment, {})
    // Sooner than what it has claimed would expire.
    await eventually(async () => {
      await library.rows('update work set due_at = now() where lease = $1 and not ready', [lease])
      expect(await library.find(after)).toMatchObject({ status: 'ready', total_chunks: chunks })
    })
    reached = null
    held.resolve()
    await atRest(library)
    const asked = (text: string) => embedding.texts.filter((one) => one === text).length
    expect(Math.max(...piecesOf(chunks, `cut ${then}`).map(asked))).toBe(2)
    expect(embedding.texts.length - chunks).toBe(2 * batch_texts)
    expect(await library.rows('select from embedding_claims')).toEqual([])
  },
)

test('K7: a text is embedded once in an organization, whichever dataset, source or replaced file it comes from', async () => {
  const text = textOf(12, 'once')
  const dataset_id = await library.newDataset()
  const source_id = await newSource(text)
  await attachAndWait(dataset_id, source_id)
  const asked = embedding.texts.length
  const reused = { status: 'ready', total_chunks: 12, reused_chunks: 12 }
  expect(await attachAndWait(await library.newDataset(), source_id)).toMatchObject(reused)
  const twin = await attachAndWait(dataset_id, await newSource(text))
  expect(twin).toMatchObject(reused)
  await addText(library.server, twin.source_id, `${text}${piecesOf(1, 'new')[0]}\n`)
  await expect
    .poll(() => library.find(twin), soon)
    .toMatchObject({ status: 'ready', total_chunks: 13, reused_chunks: 12 })
  expect(embedding.texts.slice(asked)).toEqual(piecesOf(1, 'new'))
})

test('K9: organizations share no vector, file, answer or search, also for equal texts', async () => {
  const { server } = library
  const other = await makeOrganization(server)
  const text = textOf(4, 'equal')
  const own = await attachAndWait(await library.newDataset(), await newSource(text))
  const asked = embedding.texts.length
  const { id: their_dataset } = await other.client.createDataset({ name: 'Theirs' })
  const their_source = await addSource(server, other.id)
  await addText({ app: server.app, organization_id: other.id }, their_source, text)
  const [theirs] = await other.client.attachSources({
    dataset_id: their_dataset,
    items: { source_id: their_source, chunking_strategy: { method: 'fixed_size', chunk_size: 100 } },
  })
  const find = () => other.client.getDatasetSource({ dataset_id: their_dataset, dataset_source_id: theirs!.id })
  await expect.poll(find, soon).toMatchObject({ status: 'ready', total_chunks: 4, reused_chunks: 0 })
  // Asked for again, so that not even the time tells that somebody else has the text.
  expect(embedding.texts.slice(asked)).toEqual(piecesOf(4, 'equal'))
  const query = { query: 'equal handbook', results_count: 100 }
  await expect(other.client.queryDataset({ ...query, dataset_id: own.dataset_id })).rejects.toMatchObject({
    status: 404,
  })
  await expect(server.client.queryDataset({ ...query, dataset_id: their_dataset })).rejects.toMatchObject({
    status: 404,
  })
  const narrowed = await other.client.queryDataset({ ...query, dataset_id: their_dataset, source_ids: [own.source_id] })
  expect(narrowed.chunks).toEqual([])
  await expect(
    other.client.attachSources({ dataset_id: their_dataset, items: { source_id: own.source_id } }),
  ).rejects.toMatchObject({ status: 404 })

  await server.client.deleteSource({ source_id: own.source_id })
  await atRest(library)
  const kept = await other.client.queryDataset({ ...query, dataset_id: their_dataset })
  expect(kept).toMatchObject({ retrieval_mode: 'hybrid', degraded: [] })
  expect(kept.chunks.map(({ content, has_vector }) => [content, has_vector]).toSorted()).toEqual(
    piecesOf(4, 'equal').map((content) => [content, true]),
  )
})

/** Where what was said stays. */
const of_conversations =
  /^public\.(conversations?|conversation_\w+|transcript_items|turns|events|retrievals|dataset_retrievals|idempotency_keys) /

test('K6: what is deleted is found by no node, and erased; what a conversation has quoted stays with it', async () => {
  const { server } = library
  await using other = await server.startAnother(embedding.environment, {})
  const nodes = [server.client, server.as({ base_url: other.url })]
  const dataset_id = await library.newDataset()
  const [kept, gone, detached] = [
    await attachAndWait(dataset_id, await newSource(textOf(2, 'kept'))),
    await attachAndWait(dataset_id, await newSource(textOf(3, 'xylophone'))),
    await attachAndWait(dataset_id, await newSource(textOf(3, 'glockenspiel'))),
  ] as [DatasetSource, DatasetSource, DatasetSource]
  server.model.answer = () => 'The handbook says: xylophone 0.'
  const { conversation_id } = await converse(server, { knowledge_bases: [{ dataset_id, top_n: 20 }] })
  await server.client.sendConversationMessage({ conversation_id, text: 'What does the handbook say?' })
  expect(JSON.stringify(server.model.requests.at(-1))).toContain('xylophone 1')

  const find = async () => {
    const answers = await Promise.all(
      nodes.map((node) => node.queryDataset({ dataset_id, query: 'handbook xylophone', results_count: 100 })),
    )
    return answers.map(({ chunks }) => [...new Set(chunks.map(({ content }) => content.split(' ')[0]))].toSorted())
  }
  const all = ['glockenspiel', 'kept', 'xylophone']
  expect(await find()).toEqual([all, all])
  await server.client.deleteSource({ source_id: gone.source_id })
  expect(await find()).toEqual([all.slice(0, 2), all.slice(0, 2)])
  await server.client.detachSource({ dataset_id, dataset_source_id: detached.id })
  expect(await find()).toEqual([['kept'], ['kept']])

  await atRest(library)
  await expect.poll(() => library.rows(`select from blobs where state = 'deleting' or uses = 0`), soon).toEqual([])
  const hex = Buffer.from('xylophone').toString('hex')
  const said = (await dumpDatabase(server)).filter((row) => row.includes('xylophone') || row.includes(hex))
  expect(said.filter((row) => !of_conversations.test(row))).toEqual([])
  const { conversation } = await server.client.getConversation({ conversation_id })
  expect(conversation!.items.at(-1)!.content).toEqual(['The handbook says: xylophone 0.'])
  expect(await library.rows(`select from chunks where content like 'glockenspiel%'`)).toEqual([])
  expect(await library.find(kept)).toMatchObject({ status: 'ready', serving: true })
})
