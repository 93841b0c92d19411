// The space of a dataset: chosen by the first build, replaced by a re-embedding in one commit, filled later if there was no model.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { TransactionStore } from '../../../src/database/store.ts'
import { changeModel, giveVectors, hasVectors, reembeddingCounts } from '../../../src/knowledge/vectors/vectors.ts'
import { type EmbeddingServer, startEmbeddingServer } from '../../support/embedding-server.ts'
import { type TestServer, startTestServer } from '../../support/server.ts'
import { embeddingsOf, faultOf, hashOf, portOf, storeOf, textsOf } from '../../embeddings/fixture.ts'
import {
  type MadeSource,
  addSource,
  countLacking,
  detach,
  eventsOf,
  makeDataset,
  readDataset,
  serve,
  servingModel,
} from './fixture.ts'

let model: EmbeddingServer
let server: TestServer
/** At pause points. */
let reached: ((point: string) => Promise<void>) | null = null
const patience = { timeout: 40_000, interval: 20 }

beforeAll(async () => {
  model = await startEmbeddingServer()
  server = await startTestServer(model.environment, { ports: { reached: (point) => reached?.(point) } })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await model[Symbol.asyncDispose]()
})
beforeEach(() => {
  model.trouble = null
  model.before = null
  model.calls.length = 0
})

const room = () => ({ embeddings: embeddingsOf(server) })
const store = () => storeOf(server)

/** As a build does: vectors, then the switch. */
async function build(
  made: MadeSource,
  wrote: (tx: TransactionStore, done: number, reused: number) => Promise<void> = async () => {},
) {
  await giveVectors(portOf(server, store()), room(), store(), {
    holder: made.dataset_source_id,
    generation: made.generation,
    wrote,
  })
  const isReady = await store().transaction((tx) => hasVectors(tx, made.generation.id))
  if (isReady) await serve(server, made)
  return isReady
}

async function choose(dataset_id: string, embedding_model: string | null, embedding_dimension: number | null = null) {
  await store().transaction(async (tx) => {
    await server.database.pool.query(
      'update datasets set embedding_model = $2, embedding_dimension = $3 where id = $1',
      [dataset_id, embedding_model, embedding_dimension],
    )
    await changeModel(tx, server.app.core.ports, room(), dataset_id)
  })
}

const status = async (id: string) => (await readDataset(server, id)).reembedding_status

/** A dataset whose sources serve with all of their vectors. */
async function makeFilled(sizes: number[]): Promise<string> {
  const dataset_id = await makeDataset(server)
  for (const [index, size] of sizes.entries()) {
    const made = await addSource(server, dataset_id, textsOf(size, `${dataset_id} ${index}`), { serves: false })
    expect(await build(made)).toBe(true)
  }
  model.calls.length = 0
  return dataset_id
}

describe('a build', () => {
  test('of a dataset without a model takes the default, which the dataset keeps', async () => {
    const dataset_id = await makeDataset(server)
    const progress: number[][] = []
    const made = await addSource(server, dataset_id, textsOf(120, 'first'), { serves: false })
    expect(await build(made, async (_tx, done, reused) => void progress.push([done, reused]))).toBe(true)
    expect(await servingModel(server, dataset_id)).toBe('hashing 64')
    expect(progress.at(-1)).toEqual([120, 0])
    expect(await countLacking(server, dataset_id)).toBe(0)
  })

  test('counts what it did not have to ask for', async () => {
    const dataset_id = await makeDataset(server)
    await build(await addSource(server, dataset_id, textsOf(50, 'once'), { serves: false }))
    model.calls.length = 0
    const progress: number[][] = []
    const again = await addSource(server, dataset_id, [...textsOf(50, 'once'), 'one more'], { serves: false })
    await build(again, async (_tx, done, reused) => void progress.push([done, reused]))
    expect(model.texts).toEqual(['one more'])
    expect(progress.at(-1)).toEqual([51, 50])
  })

  test('counts its own vectors as made, also those of a run that failed', async () => {
    const dataset_id = await makeDataset(server)
    const made = await addSource(server, dataset_id, textsOf(96 * 4, 'run again'), { serves: false })
    model.trouble = () => (model.calls.length > 2 ? { status: 500 } : null)
    expect((await faultOf(build(made))).made).toBe(192)
    model.trouble = null
    const progress: number[][] = []
    await build(made, async (_tx, done, reused) => void progress.push([done, reused]))
    expect(progress.at(-1)).toEqual([96 * 4, 0])
  })

  test('fails where the model fails, and serves nothing', async () => {
    const dataset_id = await makeDataset(server)
    const made = await addSource(server, dataset_id, ['unlucky'], { serves: false })
    model.trouble = { status: 401 }
    expect(await faultOf(build(made))).toMatchObject({ kind: 'unauthorized' })
    expect(await store().transaction((tx) => hasVectors(tx, made.generation.id))).toBe(false)
  })

  test('whose dataset got another space meanwhile asks for its vectors there', async () => {
    const dataset_id = await makeDataset(server)
    const made = await addSource(server, dataset_id, ['between two models'], { serves: false })
    await giveVectors(portOf(server, store()), room(), store(), {
      holder: made.dataset_source_id,
      generation: made.generation,
      wrote: async () => {},
    })
    await choose(dataset_id, 'other', 32)
    expect(await servingModel(server, dataset_id)).toBe('other 32')
    expect(await store().transaction((tx) => hasVectors(tx, made.generation.id))).toBe(false)
    expect(await build(made)).toBe(true)
    expect(await countLacking(server, dataset_id)).toBe(0)
  })
})

describe('a re-embedding', () => {
  test('fills the next space while the old one serves, and switches in one commit', async () => {
    const dataset_id = await makeFilled([150, 40])
    const held = Promise.withResolvers<void>()
    model.before = () => held.promise
    await choose(dataset_id, 'other', 32)
    await expect.poll(() => model.calls.length, patience).toBeGreaterThan(0)
    expect(await servingModel(server, dataset_id)).toBe('hashing 64')
    expect(await status(dataset_id)).toBe('running')
    expect(await reembeddingCounts(store(), [dataset_id])).toEqual([{ dataset_id, done_chunks: 0, total_chunks: 190 }])
    held.resolve()
    await expect.poll(() => servingModel(server, dataset_id), patience).toBe('other 32')
    expect(await status(dataset_id)).toBe(null)
    expect(await countLacking(server, dataset_id)).toBe(0)
    expect(model.calls.every(({ model: name, dimensions }) => name === 'other' && dimensions === 32)).toBe(true)
    const data = { dataset_id, name: 'Manual', embedding_model: 'other', embedding_dimension: 32, chunks: 190 }
    expect(await eventsOf(server, dataset_id)).toEqual([{ type: 'dataset.reembedded', data }])
    const left =
      'select from generation_spaces s join generations g on g.id = s.generation_id where g.dataset_id = $1 and s.space_id <> (select space_id from datasets where id = $1)'
    await expect.poll(async () => (await server.database.pool.query(left, [dataset_id])).rowCount, patience).toBe(0)
  })

  test('new content has vectors in both, so that neither side is short of it', async () => {
    const dataset_id = await makeFilled([30])
    const held = Promise.withResolvers<void>()
    model.before = (call) => (call.input[0]!.includes(dataset_id) ? held.promise : Promise.resolve())
    await choose(dataset_id, 'other', 32)
    await expect.poll(() => model.calls.length, patience).toBeGreaterThan(0)
    expect(await build(await addSource(server, dataset_id, ['new content'], { serves: false }))).toBe(true)
    expect(
      model.calls
        .filter(({ input }) => input[0] === 'new content')
        .map((call) => call.model)
        .toSorted(),
    ).toEqual(['hashing', 'other'])
    held.resolve()
    await expect.poll(() => servingModel(server, dataset_id), patience).toBe('other 32')
    expect(await countLacking(server, dataset_id)).toBe(0)
  })

  test('where the old model cannot answer any more, new content serves by words', async () => {
    const dataset_id = await makeFilled([5])
    const held = Promise.withResolvers<void>()
    model.before = ({ model: name, input }) =>
      name === 'other' && input[0] !== 'late' ? held.promise : Promise.resolve()
    model.trouble = ({ model: name }) => (name === 'hashing' ? { status: 404 } : null)
    await choose(dataset_id, 'other', 32)
    await expect.poll(() => model.calls.length, patience).toBeGreaterThan(0)
    expect(await build(await addSource(server, dataset_id, ['late'], { serves: false }))).toBe(true)
    expect(await countLacking(server, dataset_id)).toBe(1)
    held.resolve()
    await expect.poll(() => servingModel(server, dataset_id), patience).toBe('other 32')
    expect(await countLacking(server, dataset_id)).toBe(0)
  })

  test('the newest choice wins', async () => {
    const dataset_id = await makeFilled([96 * 10])
    const held = Promise.withResolvers<void>()
    model.before = () => held.promise
    await choose(dataset_id, 'other', 32)
    await expect.poll(() => model.calls.length, patience).toBeGreaterThan(0)
    await choose(dataset_id, 'newest', 16 * 5)
    held.resolve()
    await expect.poll(() => servingModel(server, dataset_id), patience).toBe('newest 80')
    expect((await eventsOf(server, dataset_id)).map(({ data }) => data)).toMatchObject([{ embedding_model: 'newest' }])
    // Only the calls that were under way are finished.
    expect(model.calls.filter((call) => call.model === 'other').length).toBeLessThanOrEqual(4)
  })

  test('choosing the old model undoes it', async () => {
    const dataset_id = await makeFilled([200])
    const held = Promise.withResolvers<void>()
    model.before = () => held.promise
    await choose(dataset_id, 'other', 32)
    await expect.poll(() => model.calls.length, patience).toBeGreaterThan(0)
    await choose(dataset_id, null)
    held.resolve()
    expect(await status(dataset_id)).toBe(null)
    const left = 'select from work where kind = $1 and subject = $2'
    await expect
      .poll(async () => (await server.database.pool.query(left, ['embed_dataset', dataset_id])).rowCount, patience)
      .toBe(0)
    expect(await servingModel(server, dataset_id)).toBe('hashing 64')
    expect(await eventsOf(server, dataset_id)).toEqual([])
  })

  test('choosing the old model while its space is being erased fills that again', async () => {
    const dataset_id = await makeFilled([12])
    const { pool } = server.database
    const signs = `from signed_generations s join generations g on g.number = s.generation
      join datasets d on d.id = g.dataset_id and s.space_id = d.space_id where d.id = $1`
    // Signs of so many chunks that they are erased in two commits.
    await pool.query(
      `insert into chunk_signs (generation, centre, position, bits, length, along)
       select s.generation, s.centre, n, repeat('0', 64)::bit varying, 0, 0 from generate_series(1000, 7000) n, (select s.* ${signs}) s`,
      [dataset_id],
    )
    await using stack = new AsyncDisposableStack()
    const gate = await pool.connect()
    stack.defer(() => gate.release(true))
    await gate.query('select pg_advisory_lock(77)')
    await pool.query(`create function wait_at_gate() returns trigger language plpgsql as
      $$ begin perform pg_advisory_xact_lock_shared(77); return null; end $$;
      create trigger gate after delete on chunk_signs for each statement execute function wait_at_gate()`)
    stack.defer(async () => void (await pool.query('drop function wait_at_gate cascade')))
    stack.defer(async () => void (await gate.query('select pg_advisory_unlock_all()')))
    const held = Promise.withResolvers<void>()
    model.before = () => held.promise
    await choose(dataset_id, 'other', 32)
    await expect.poll(() => model.calls.length, patience).toBe(1)
    await pool.query('update datasets set embedding_model = null, embedding_dimension = null where id = $1', [
      dataset_id,
    ])
    held.resolve()
    const countWaiting = async (what: string) =>
      (
        await pool.query(
          `select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database() and ${what}`,
        )
      ).rowCount
    await expect.poll(() => countWaiting(`locktype = 'advisory'`), patience).toBe(1)
    expect(await servingModel(server, dataset_id)).toBe('other 32')
    // It gets the dataset's lock between the two.
    const choosing = store().transaction((tx) => changeModel(tx, server.app.core.ports, room(), dataset_id))
    await expect.poll(() => countWaiting(`locktype <> 'advisory'`), patience).toBe(1)
    await gate.query('select pg_advisory_unlock(77)')
    await choosing
    await expect.poll(() => servingModel(server, dataset_id), patience).toBe('hashing 64')
    const { rows } = await pool.query(
      `select s.signed, s.is_complete, (select count(*)::integer from chunk_signs c
         where c.generation = s.generation and c.centre = s.centre and c.position < 12) as signs ${signs}`,
      [dataset_id],
    )
    expect(rows).toEqual([{ signed: 12, is_complete: true, signs: 12 }])
  })

  test('a fault stops it as failed; the old space goes on; another start resumes it without asking again', async () => {
    const dataset_id = await makeFilled([96 * 5])
    model.trouble = () => (model.calls.length > 2 ? { status: 401 } : null)
    await choose(dataset_id, 'other', 32)
    await expect.poll(() => status(dataset_id), patience).toBe('failed')
    expect(await servingModel(server, dataset_id)).toBe('hashing 64')
    expect((await readDataset(server, dataset_id)).reembedding_error).toMatch(/refused the key/)
    expect(await eventsOf(server, dataset_id)).toMatchObject([
      {
        type: 'dataset.reembedding_failed',
        data: { embedding_model: 'other', reason: { code: 'embedding_unauthorized' } },
      },
    ])
    const stored = model.calls.slice(0, 2).flatMap(({ input }) => input)
    model.trouble = null
    model.calls.length = 0
    await store().transaction((tx) => changeModel(tx, server.app.core.ports, room(), dataset_id))
    expect(await status(dataset_id)).toBe('running')
    await expect.poll(() => servingModel(server, dataset_id), patience).toBe('other 32')
    expect(model.texts.filter((text) => stored.includes(text))).toEqual([])
  })

  test('what is detached meanwhile holds it up no more, and leaves no vector', async () => {
    const dataset_id = await makeFilled([10])
    const gone = await addSource(server, dataset_id, ['to be deleted'], { serves: false })
    await build(gone)
    const held = Promise.withResolvers<void>()
    model.before = ({ model: name, input }) =>
      name === 'other' && input.includes('to be deleted') ? held.promise : Promise.resolve()
    await choose(dataset_id, 'other', 32)
    await expect
      .poll(
        () =>
          model.texts.includes('to be deleted') &&
          model.calls.some((call) => call.model === 'other' && call.input.includes('to be deleted')),
        patience,
      )
      .toBe(true)
    await detach(server, gone)
    held.resolve()
    await expect.poll(() => servingModel(server, dataset_id), patience).toBe('other 32')
    const vectors = `select from vectors v join embedding_spaces s on s.id = v.space_id where s.model = 'other' and v.text_hash = sha256('to be deleted')`
    expect((await server.database.pool.query(vectors)).rowCount).toBe(0)
  })

  test('gives up first what a run on a node that died has claimed: other work waits for the same texts', async () => {
    const dataset_id = await makeFilled([1])
    const { space_id } = await readDataset(server, dataset_id)
    await server.database.pool.query(
      `insert into embedding_claims (organization_id, space_id, text_hash, holder, expires_at)
       values ($1, $2, $3, $4, now() + interval '10 minutes')`,
      [server.organization_id, space_id, hashOf('claimed'), dataset_id],
    )
    await choose(dataset_id, null)
    expect(await build(await addSource(server, await makeDataset(server), ['claimed'], { serves: false }))).toBe(true)
  })

  test('a source that begins to serve right before the switch holds it up until it has its vectors', async () => {
    const dataset_id = await makeFilled([10])
    const lacking: number[] = []
    reached = async (point) => {
      if (point === 'knowledge.switching_space' && lacking.length === 0) {
        lacking.push(-1)
        await addSource(server, dataset_id, ['at the last moment'])
      }
      if (point === 'knowledge.switched_space') lacking.push(await countLacking(server, dataset_id))
    }
    await choose(dataset_id, 'other', 32)
    await expect.poll(() => lacking.length, patience).toBe(2)
    reached = null
    expect(lacking).toEqual([-1, 0])
    expect(model.texts).toContain('at the last moment')
  })

  test('a dataset without chunks has the new space at once', async () => {
    const dataset_id = await makeDataset(server)
    await choose(dataset_id, 'other', 32)
    expect(await servingModel(server, dataset_id)).toBe('other 32')
    expect(await status(dataset_id)).toBe(null)
  })
})
