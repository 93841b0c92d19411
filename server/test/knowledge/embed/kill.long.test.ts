// kill -9 between and within batches of a re-embedding: the next process goes on from the last commit, and at most four calls of each
// kill are made twice (K3, K7).
import { expect, test } from 'vitest'
import { openStore } from '../../../src/database/store.ts'
import { changeModel, giveVectors, hasVectors } from '../../../src/knowledge/vectors/vectors.ts'
import { startEmbeddingServer } from '../../support/embedding-server.ts'
import { startServerProcess } from '../../support/process.ts'
import { type TestServer, startTestServer } from '../../support/server.ts'
import { embeddingsOf, portOf, storeOf, textsOf } from '../../embeddings/fixture.ts'
import { addSource, countLacking, eventsOf, makeDataset, serve, servingModel } from './fixture.ts'

const calls_needed = 24
const patience = { timeout: 120_000, interval: 50 }

async function fill(server: TestServer, dataset_id: string): Promise<void> {
  const store = storeOf(server)
  const room = { embeddings: embeddingsOf(server) }
  for (const part of ['one', 'two', 'three']) {
    const texts = textsOf((96 * calls_needed) / 3, part)
    const made = await addSource(server, dataset_id, texts, { serves: false })
    await giveVectors(portOf(server, store), room, store, {
      holder: made.dataset_source_id,
      generation: made.generation,
      wrote: async () => {},
    })
    expect(await store.transaction((tx) => hasVectors(tx, made.generation.id))).toBe(true)
    await serve(server, made)
  }
}

test('a re-embedding that is killed three times asks for at most four batches twice, each time', async () => {
  await using stack = new AsyncDisposableStack()
  const model = stack.use(await startEmbeddingServer())
  const server = stack.use(await startTestServer(model.environment))
  const dataset_id = await makeDataset(server)
  await fill(server, dataset_id)
  await server.database.pool.query(
    `update datasets set embedding_model = 'other', embedding_dimension = 32 where id = $1`,
    [dataset_id],
  )
  const environment = {
    ...model.environment,
    DATABASE_URL: server.connection_string,
    PARLEY_DATA_DIR: server.app.core.config.data_dir,
    PARLEY_DEFAULT_MODEL: 'demo/parley-demo',
  }
  model.calls.length = 0
  const { ports } = server.app.core
  // Only the processes that are killed work from here on.
  await server.app[Symbol.asyncDispose]()
  const store = openStore(server.database, server.organization_id)
  await store.transaction((tx) => changeModel(tx, ports, { embeddings: embeddingsOf(server) }, dataset_id))
  const kill_at = [5, 12, 19]
  for (const calls of kill_at) {
    const node = startServerProcess(environment)
    model.before = async () => {
      if (model.calls.length >= calls) node.child.kill('SIGKILL')
    }
    expect([await node.exited, node.output]).toEqual(['SIGKILL', expect.any(String)])
  }
  model.before = null
  await using _last = startServerProcess(environment)
  await expect.poll(() => servingModel(server, dataset_id), patience).toBe('other 32')
  expect(await countLacking(server, dataset_id)).toBe(0)
  expect(model.calls.length - calls_needed).toBeLessThanOrEqual(4 * kill_at.length)
  expect(model.calls.length).toBeGreaterThanOrEqual(calls_needed)
  expect(await eventsOf(server, dataset_id)).toHaveLength(1)
})
