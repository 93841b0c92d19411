// Vectors that wait: for a model that can be called, for one that fails for a while; and those that nothing needs any more.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addEmbedding } from '../../../src/knowledge/vectors/reembedding.ts'
import { awaitVectors } from '../../../src/knowledge/vectors/rows.ts'
import { changeModel, giveVectors, hasVectors } from '../../../src/knowledge/vectors/vectors.ts'
import { type EmbeddingServer, startEmbeddingServer } from '../../support/embedding-server.ts'
import { startProviderServer } from '../../support/provider-server.ts'
import { type TestServer, startTestServer } from '../../support/server.ts'
import { countVectors, embeddingsOf, portOf, storeOf, textsOf } from '../../embeddings/fixture.ts'
import { addSource, countLacking, detach, eventsOf, makeDataset, readDataset, serve, servingModel } from './fixture.ts'

let model: EmbeddingServer
let server: TestServer
let stack: AsyncDisposableStack
const patience = { timeout: 40_000, interval: 20 }

beforeEach(async () => {
  stack = new AsyncDisposableStack()
  model = stack.use(await startEmbeddingServer())
})
afterEach(() => stack.disposeAsync())

const start = async (environment: Record<string, string>) => (server = stack.use(await startTestServer(environment)))
const store = () => storeOf(server)
const room = () => ({ embeddings: embeddingsOf(server) })
const query = (text: string, values: unknown[] = []) => server.database.pool.query(text, values)
/** As if the time of waiting work had come. */
const hurry = (kind: string) =>
  query('update work set due_at = now(), ready = true where kind = $1 and lease is null', [kind])
const hurryArrivals = (kind: string) => query('update work_arrivals set due_at = now() where kind = $1', [kind])
const runMinute = async (kind: string) => {
  await hurryArrivals(kind)
  await hurry(kind)
}

async function build(dataset_id: string, texts: string[]) {
  const made = await addSource(server, dataset_id, texts, { serves: false })
  await giveVectors(portOf(server, store()), room(), store(), {
    holder: made.dataset_source_id,
    generation: made.generation,
    wrote: async () => {},
  })
  expect(await store().transaction((tx) => hasVectors(tx, made.generation.id))).toBe(true)
  await serve(server, made)
  return made
}

describe('without a model', () => {
  test('a source serves by words; its vectors follow by themselves once there is one', async () => {
    await start({})
    const dataset_id = await makeDataset(server)
    await build(dataset_id, textsOf(20))
    expect(await servingModel(server, dataset_id)).toBe(null)
    expect((await readDataset(server, dataset_id)).vectors_awaited_at).not.toBe(null)
    // The same database, with a model on every node: one without it would fail the work of the one that has it.
    await server.app[Symbol.asyncDispose]()
    await using _node = await server.startAnother(model.environment)
    await expect
      .poll(async () => {
        await query('update datasets set vectors_awaited_at = now() where id = $1 and space_id is null', [dataset_id])
        await runMinute('find_embedding_models')
        return servingModel(server, dataset_id)
      }, patience)
      .toBe('hashing 64')
    expect(await countLacking(server, dataset_id)).toBe(0)
    expect((await readDataset(server, dataset_id)).vectors_awaited_at).toBe(null)
  })

  test('a dataset whose model cannot be called any more serves new content by words, and gets its vectors later', async () => {
    await start(model.environment)
    const dataset_id = await makeDataset(server)
    await build(dataset_id, ['before'])
    const [space] = (await query('select space_id from datasets where id = $1', [dataset_id])).rows as {
      space_id: string
    }[]
    // Its provider has no settings here.
    await query(`update embedding_spaces set provider = 'google' where id = $1`, [space!.space_id])
    await build(dataset_id, ['meanwhile'])
    expect(await countLacking(server, dataset_id)).toBe(1)
    await query(`update embedding_spaces set provider = 'openai-compatible' where id = $1`, [space!.space_id])
    await query('update datasets set vectors_awaited_at = now() where id = $1', [dataset_id])
    await expect
      .poll(async () => {
        await runMinute('find_embedding_models')
        return countLacking(server, dataset_id)
      }, patience)
      .toBe(0)
    expect(model.texts).toEqual(['before', 'meanwhile'])
  })

  test('a model that is taken away after it was found is looked for again', async () => {
    await start(model.environment)
    const dataset_id = await makeDataset(server)
    await build(dataset_id, ['before'])
    await query(`update embedding_spaces set provider = 'google'`)
    await build(dataset_id, ['meanwhile'])
    // As if it had been found, and was gone again before its work began.
    await store().transaction(async (tx) => {
      await awaitVectors(tx, dataset_id, null)
      addEmbedding(tx, dataset_id)
    })
    const awaited = async () => (await readDataset(server, dataset_id)).vectors_awaited_at
    await expect.poll(awaited, patience).not.toBe(null)
  })

  test('a model that is named and cannot be called leaves the space that serves', async () => {
    await start(model.environment)
    const dataset_id = await makeDataset(server)
    await build(dataset_id, ['one'])
    await query(`update datasets set embedding_model = 'google/gemini-embedding-001' where id = $1`, [dataset_id])
    await store().transaction((tx) => changeModel(tx, server.app.core.ports, room(), dataset_id))
    expect(await servingModel(server, dataset_id)).toBe('hashing 64')
    const { reembedding_status, vectors_awaited_at } = await readDataset(server, dataset_id)
    expect([reembedding_status, vectors_awaited_at === null]).toEqual([null, false])
    // Nor is it given up when it is looked for in vain.
    await query('update datasets set vectors_awaited_at = now() where id = $1', [dataset_id])
    const waits = 'select vectors_awaited_at > now() as waits from datasets where id = $1'
    await expect
      .poll(async () => {
        await runMinute('find_embedding_models')
        return (await query(waits, [dataset_id])).rows
      }, patience)
      .toEqual([{ waits: true }])
  })

  test('such a model is taken as soon as its provider can be called', async () => {
    await start(model.environment)
    const google = stack.use(await startProviderServer())
    const body = Buffer.from(JSON.stringify({ embedding: { values: Array(64).fill(0.1) } }))
    const route = google.addRoute({ headers: { 'content-type': 'application/json' }, chunks: [body] })
    const dataset_id = await makeDataset(server)
    await build(dataset_id, ['one'])
    await query(
      `update datasets set embedding_model = 'google/gemini-embedding-001', embedding_dimension = 64 where id = $1`,
      [dataset_id],
    )
    await store().transaction((tx) => changeModel(tx, server.app.core.ports, room(), dataset_id))
    expect(await servingModel(server, dataset_id)).toBe('hashing 64')
    // From now on every node has the key.
    await server.app[Symbol.asyncDispose]()
    await using _node = await server.startAnother({
      ...model.environment,
      GOOGLE_GENERATIVE_AI_API_KEY: 'key',
      GOOGLE_GENERATIVE_AI_BASE_URL: route.base_url,
    })
    await query('update datasets set vectors_awaited_at = now() where id = $1', [dataset_id])
    await expect
      .poll(async () => {
        await runMinute('find_embedding_models')
        return servingModel(server, dataset_id)
      }, patience)
      .toBe('gemini-embedding-001 64')
    expect(route.requests).toHaveLength(1)
  })

  test('one that failed is not started again by itself', async () => {
    await start(model.environment)
    const dataset_id = await makeDataset(server)
    await build(dataset_id, ['one'])
    model.trouble = { status: 401 }
    await query(`update datasets set embedding_model = 'other', embedding_dimension = 32 where id = $1`, [dataset_id])
    await store().transaction((tx) => changeModel(tx, server.app.core.ports, room(), dataset_id))
    const status = async () => (await readDataset(server, dataset_id)).reembedding_status
    await expect.poll(status, patience).toBe('failed')
    model.trouble = null
    await query('update datasets set vectors_awaited_at = now() where id = $1', [dataset_id])
    await expect
      .poll(async () => {
        await runMinute('find_embedding_models')
        return (await readDataset(server, dataset_id)).vectors_awaited_at
      }, patience)
      .toBe(null)
    expect(await status()).toBe('failed')
  })
})

describe('a re-embedding whose model fails for a while', () => {
  const choose = async (dataset_id: string) => {
    await query(`update datasets set embedding_model = 'other', embedding_dimension = 32 where id = $1`, [dataset_id])
    await store().transaction((tx) => changeModel(tx, server.app.core.ports, room(), dataset_id))
  }
  const workOf = async (dataset_id: string) =>
    (await query(`select tries, lease, due_at from work where kind = 'embed_dataset' and subject = $1`, [dataset_id]))
      .rows[0] as { tries: number; lease: string | null; due_at: Date } | undefined

  test('follows Retry-After, and six tries without progress are its last', async () => {
    await start(model.environment)
    const dataset_id = await makeDataset(server)
    await build(dataset_id, ['one'])
    model.trouble = { status: 429, headers: { 'retry-after': '60' } }
    await choose(dataset_id)
    const triesOf = async () => (await readDataset(server, dataset_id)).embedding_tries
    await expect.poll(triesOf, patience).toBe(1)
    await expect.poll(async () => (await workOf(dataset_id))?.lease, patience).toBe(null)
    const { rows } = await query(
      `select extract(epoch from due_at - now())::integer as seconds from work where kind = 'embed_dataset'`,
    )
    expect((rows[0] as { seconds: number }).seconds).toBeGreaterThan(40)
    const asked = () => model.calls.filter(({ model: name }) => name === 'other').length
    await expect
      .poll(async () => {
        await hurry('embed_dataset')
        return (await readDataset(server, dataset_id)).reembedding_status
      }, patience)
      .toBe('failed')
    expect(asked()).toBe(6)
    expect(await eventsOf(server, dataset_id)).toMatchObject([{ data: { reason: { code: 'embedding_failed' } } }])
  })

  test('another model does not wait for the pause of the one before, and has six tries of its own', async () => {
    await start(model.environment)
    const dataset_id = await makeDataset(server)
    await build(dataset_id, ['one'])
    model.trouble = ({ model: name }) => (name === 'other' ? { status: 503 } : null)
    await choose(dataset_id)
    const triesOf = async () => (await readDataset(server, dataset_id)).embedding_tries
    for (const tries of [1, 2, 3, 4, 5]) {
      await expect.poll(triesOf, patience).toBe(tries)
      await expect.poll(async () => (await workOf(dataset_id))?.lease, patience).toBe(null)
      if (tries < 5) await hurry('embed_dataset')
    }
    const calls: string[] = []
    model.trouble = ({ model: name }) => (calls.push(name) === 1 ? { status: 503 } : null)
    await query(`update datasets set embedding_model = 'third', embedding_dimension = 32 where id = $1`, [dataset_id])
    await store().transaction((tx) => changeModel(tx, server.app.core.ports, room(), dataset_id))
    await expect.poll(triesOf, patience).toBe(1)
    await expect.poll(async () => (await workOf(dataset_id))?.lease, patience).toBe(null)
    expect((await readDataset(server, dataset_id)).reembedding_status).toBe('running')
    await hurry('embed_dataset')
    await expect.poll(() => servingModel(server, dataset_id), patience).toBe('third 32')
    expect(calls).toEqual(['third', 'third'])
  })

  test('tries with progress are not counted', async () => {
    await start(model.environment)
    const dataset_id = await makeDataset(server)
    await build(dataset_id, textsOf(96 * 9))
    // Every other call fails.
    let calls = 0
    model.trouble = () => ((calls += 1) % 2 === 0 ? { status: 500 } : null)
    await choose(dataset_id)
    await expect
      .poll(async () => {
        await hurry('embed_dataset')
        return servingModel(server, dataset_id)
      }, patience)
      .toBe('other 32')
    expect(await countLacking(server, dataset_id)).toBe(0)
  })
})

describe('vectors that nothing needs any more', () => {
  const age = (days: number) => query(`update vectors set used_at = now() - $1 * interval '1 day'`, [days])

  test('are deleted after 7 days; those of texts that serve stay', async () => {
    await start(model.environment)
    const dataset_id = await makeDataset(server)
    await build(dataset_id, ['stays', 'in both'])
    const gone = await build(dataset_id, ['goes', 'in both'])
    await detach(server, gone)
    await age(6.9)
    await runMinute('remove_unused_vectors')
    await expect
      .poll(
        async () =>
          (
            await query(
              `select from work where kind = 'remove_unused_vectors' and not ready and lease is null and due_at > now()`,
            )
          ).rowCount,
        patience,
      )
      .toBe(1)
    expect(await countVectors(server)).toBe(3)
    await age(7.1)
    await expect
      .poll(async () => {
        await runMinute('remove_unused_vectors')
        return countVectors(server)
      }, patience)
      .toBe(2)
    expect(await countLacking(server, dataset_id)).toBe(0)
    const { rows } = await query(
      `select count(*)::integer as count from vectors where used_at > now() - interval '1 hour'`,
    )
    expect(rows).toEqual([{ count: 2 }])
  })

  test('of a space that no dataset uses', async () => {
    await start(model.environment)
    const dataset_id = await makeDataset(server)
    await build(dataset_id, ['one'])
    await query(`update datasets set embedding_model = 'other', embedding_dimension = 32 where id = $1`, [dataset_id])
    await store().transaction((tx) => changeModel(tx, server.app.core.ports, room(), dataset_id))
    await expect.poll(() => servingModel(server, dataset_id), patience).toBe('other 32')
    expect(await countVectors(server)).toBe(2)
    await expect.poll(async () => (await query('select from generation_spaces')).rowCount, patience).toBe(1)
    await age(8)
    await expect
      .poll(async () => {
        await runMinute('remove_unused_vectors')
        return countVectors(server)
      }, patience)
      .toBe(1)
    expect(await countLacking(server, dataset_id)).toBe(0)
  })
})
