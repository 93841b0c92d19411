// oxlint-disable vitest/no-standalone-expect -- a class that tests share
// The connection to PostgreSQL is lost at each statement of a re-embedding in turn, and each call of the model fails in turn: the old
// space or the new one serves, whole, and nothing is left over.
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { changeModel, giveVectors } from '../../../src/knowledge/vectors/vectors.ts'
import { type EmbeddingServer, type Trouble, startEmbeddingServer } from '../../support/embedding-server.ts'
import {
  type Fault,
  type PassingStatement,
  type PostgresProxy,
  startPostgresProxy,
} from '../../support/postgres-proxy.ts'
import { type TestServer, startTestServer } from '../../support/server.ts'
import { embeddingsOf, portOf, storeOf, textsOf } from '../../embeddings/fixture.ts'
import { addSource, countLacking, eventsOf, makeDataset, serve, servingModel } from './fixture.ts'

const own_tables = /\b(embedding_spaces|embedding_claims|vectors|generation_spaces|generations|chunks|datasets)\b/
const of_work = /^(lock|end|retry|add)_work$/
/** What a node looks after once a minute, which may be within a play. */
const of_each_minute =
  /^(find_datasets_awaiting_vectors|forget_embedding_claims|forget_replaced_generations)$|from vectors\s+where used_at/
const isOwn = ({ name, text }: PassingStatement) =>
  !of_each_minute.test(name) && (own_tables.test(text) || of_work.test(name))

const patience = { timeout: 120_000, interval: 50 }

class Play {
  readonly server: TestServer
  readonly model: EmbeddingServer
  #plays = 0

  constructor(server: TestServer, model: EmbeddingServer) {
    this.server = server
    this.model = model
  }

  /** What waits is due; and where a connection is lost, a lease that was not renewed has run out. */
  async #hasten(fault: Fault | null): Promise<void> {
    const { pool } = this.server.database
    await pool.query(`update work set due_at = now(), ready = true where kind = 'embed_dataset' and lease is null`)
    if (!fault) return
    await pool.query(
      `update work set due_at = now() where kind = 'embed_dataset' and lease is not null and not ready
         and due_at < now() + interval '25 seconds'`,
    )
  }

  /** Two sources that serve with all of their vectors; the first has three batches. */
  async prepare(label: string): Promise<string> {
    const { server } = this
    const store = storeOf(server)
    const dataset_id = await makeDataset(server)
    for (const [part, size] of [
      [`${label} one`, 200],
      [`${label} two`, 20],
    ] as const) {
      const made = await addSource(server, dataset_id, textsOf(size, `${dataset_id} ${part}`), { serves: false })
      await giveVectors(portOf(server, store), { embeddings: embeddingsOf(server) }, store, {
        holder: made.dataset_source_id,
        generation: made.generation,
        wrote: async () => {},
      })
      await serve(server, made)
    }
    this.model.calls.length = 0
    return dataset_id
  }

  async run(label: string, arm: () => Fault | null): Promise<Fault | null> {
    const { server } = this
    const { pool } = server.database
    const dataset_id = await this.prepare(label)
    // A new space each time, whose first vectors are looked at more closely.
    this.#plays += 1
    const chosen = `other-${this.#plays}`
    await pool.query(`update datasets set embedding_model = $2, embedding_dimension = 32 where id = $1`, [
      dataset_id,
      chosen,
    ])
    const fault = arm()
    await this.#choose(dataset_id)
    await expect
      .poll(async () => {
        await this.#hasten(fault)
        expect([label, await countLacking(server, dataset_id)]).toEqual([label, 0])
        return servingModel(server, dataset_id)
      }, patience)
      .toBe(`${chosen} 32`)
    await expect
      .poll(async () => {
        await this.#hasten(fault)
        return this.#countLeft(dataset_id)
      }, patience)
      .toEqual({ works: 0, claims: 0, spaces: 0 })
    fault?.release()
    expect([label, (await eventsOf(server, dataset_id)).map(({ type }) => type)]).toEqual([
      label,
      ['dataset.reembedded'],
    ])
    return fault
  }

  /** As a caller who sends the request again until it is answered. */
  async #choose(dataset_id: string): Promise<void> {
    const { core } = this.server.app
    for (let tries = 1; ; tries += 1) {
      try {
        const room = { embeddings: embeddingsOf(this.server) }
        return await storeOf(this.server).transaction((tx) => changeModel(tx, core.ports, room, dataset_id))
      } catch (error) {
        if (tries === 20) throw error
      }
    }
  }

  async #countLeft(dataset_id: string): Promise<{ works: number; claims: number; spaces: number }> {
    const { rows } = await this.server.database.pool.query<{ works: number; claims: number; spaces: number }>(
      `select (select count(*) from work where kind = 'embed_dataset' and subject = $1::text)::integer as works,
              (select count(*) from embedding_claims)::integer as claims,
              (select count(*) from generation_spaces s join generations g on g.id = s.generation_id
                 join datasets d on d.id = g.dataset_id
               where d.id = $1::uuid and s.space_id is distinct from d.space_id)::integer as spaces`,
      [dataset_id],
    )
    return rows[0]!
  }
}

/** Every nth statement. */
export function testFaults(every: number): void {
  let proxy: PostgresProxy
  let play: Play
  const stack = new AsyncDisposableStack()
  beforeAll(async () => {
    proxy = stack.use(await startPostgresProxy(inject('postgres_url')))
    const model = stack.use(await startEmbeddingServer())
    const environment = { ...model.environment, PARLEY_DATABASE_CONNECTIONS: '6' }
    play = new Play(stack.use(await startTestServer(environment, { connectThrough: proxy.through })), model)
  })
  afterAll(() => stack.disposeAsync())

  for (const when of ['before', 'after'] as const) {
    test(`the connection is lost ${when} a statement is answered`, { timeout: 1_200_000 }, async () => {
      const all = await findStatements(proxy, play)
      const names = [...all].filter((_name, index) => index % every === 0)
      expect(names.length).toBeGreaterThan(15 / every)
      const unhit: string[] = []
      for (const name of names) {
        const counts = (statement: PassingStatement) => statement.name === name
        const fault = await play.run(name, () => proxy.failStatement(1, { when, how: 'cut', counts }))
        if (fault!.hits.length === 0) unhit.push(name)
      }
      expect(unhit).toEqual([])
    })
  }

  test('each call of the model fails in turn, in each way', { timeout: 1_200_000 }, async () => {
    const troubles: Trouble[] = [{ status: 429 }, { status: 500 }, 'reset', 'half', 'nan', 'broken']
    for (const [index, trouble] of troubles.entries()) {
      // Four calls are needed, and each failing one is made again.
      const failing = (index % 4) + 1
      play.model.trouble = (call) => (play.model.calls.indexOf(call) + 1 === failing ? trouble : null)
      await play.run(JSON.stringify(trouble), () => null)
      play.model.trouble = null
      expect(play.model.calls.length).toBe(5)
    }
  })
}

async function findStatements(proxy: PostgresProxy, play: Play): Promise<Set<string>> {
  const names = new Set<string>()
  const note = (statement: PassingStatement) => {
    if (isOwn(statement)) names.add(statement.name)
    return false
  }
  await play.run('nothing', () => proxy.failStatement(1, { when: 'before', how: 'cut', counts: note }))
  return names
}
