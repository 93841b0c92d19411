// Model changes, builds and detaches at the same moment, on two nodes: at every moment each chunk that serves has its vector in the
// space that serves, and in the end the newest model has won.
import { sql } from '../../support/sql.ts'
import { expect, test } from 'vitest'
import { changeModel, giveVectors, hasVectors } from '../../../src/knowledge/vectors/vectors.ts'
import { startEmbeddingServer } from '../../support/embedding-server.ts'
import { type TestServer, startTestServer } from '../../support/server.ts'
import { embeddingsOf, portOf, storeOf, textsOf } from '../../embeddings/fixture.ts'
import { type MadeSource, addSource, countLacking, makeDataset, servingModel } from './fixture.ts'

const rounds = 40
const patience = { timeout: 120_000, interval: 20 }

/** Numbers from 0 to 1, the same each time. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

class Scene {
  readonly attached: MadeSource[] = []
  #sources = 0
  readonly server: TestServer
  readonly dataset_id: string

  constructor(server: TestServer, dataset_id: string) {
    this.server = server
    this.dataset_id = dataset_id
  }

  get #room() {
    return { embeddings: embeddingsOf(this.server) }
  }

  /** Under the dataset's lock, as every change of what serves. */
  #locked<T>(
    work: Parameters<ReturnType<typeof storeOf>['transaction']>[0] extends (tx: infer Tx) => unknown
      ? (tx: Tx) => Promise<T>
      : never,
  ) {
    return storeOf(this.server).transaction(async (tx) => {
      await tx.execute(
        sql`select id from datasets where organization_id = ${tx.organization_id} and id = ${this.dataset_id} for no key update`,
      )
      return work(tx)
    })
  }

  async build(): Promise<void> {
    const store = storeOf(this.server)
    this.#sources += 1
    const texts = textsOf(8, `source ${this.#sources}`)
    const made = await addSource(this.server, this.dataset_id, texts, { serves: false })
    for (let tries = 0; tries < 20; tries += 1) {
      await giveVectors(portOf(this.server, store), this.#room, store, {
        holder: made.dataset_source_id,
        generation: made.generation,
        wrote: async () => {},
      })
      const isServing = await this.#locked(async (tx) => {
        if (!(await hasVectors(tx, made.generation.id))) return false
        const { organization_id } = tx
        await tx.execute(
          sql`update generations set state = 'serving' where organization_id = ${organization_id} and id = ${made.generation.id}`,
        )
        await tx.execute(
          sql`update dataset_sources set serving_generation = ${made.generation.id}
              where organization_id = ${organization_id} and id = ${made.dataset_source_id}`,
        )
        return true
      })
      if (isServing) return void this.attached.push(made)
    }
    throw new Error('the space changed too often')
  }

  async detach(chance: number): Promise<void> {
    const [gone] = this.attached.splice(Math.floor(chance * this.attached.length), 1)
    if (!gone) return
    await this.#locked(async (tx) => {
      const { organization_id } = tx
      await tx.execute(
        sql`delete from dataset_sources where organization_id = ${organization_id} and id = ${gone.dataset_source_id}`,
      )
      await tx.execute(
        sql`update generations set state = 'gone', ended_at = now() where organization_id = ${organization_id} and id = ${gone.generation.id}`,
      )
    })
  }

  async choose(embedding_model: string): Promise<void> {
    await this.#locked(async (tx) => {
      await tx.execute(
        sql`update datasets set embedding_model = ${embedding_model}, embedding_dimension = 64
            where organization_id = ${tx.organization_id} and id = ${this.dataset_id}`,
      )
      await changeModel(tx, this.server.app.core.ports, this.#room, this.dataset_id)
    })
  }
}

/** Defines the tests of a file. */
export function testSeeds(seeds: readonly number[]): void {
  test.each(seeds)(
    'seed %i',
    async (seed) => {
      await using stack = new AsyncDisposableStack()
      const model = stack.use(await startEmbeddingServer())
      const server = stack.use(await startTestServer(model.environment))
      stack.use(await server.startAnother(model.environment))
      const scene = new Scene(server, await makeDataset(server))
      await Promise.all([scene.build(), scene.build(), scene.build()])

      const state = { isOver: false }
      const lacking: number[] = []
      const watching = (async () => {
        while (!state.isOver) lacking.push(await countLacking(server, scene.dataset_id))
      })()
      const chance = random(seed)
      const models = ['hashing', 'other', 'third']
      let chosen = 'hashing'
      const act = async (): Promise<void> => {
        const kind = chance()
        if (kind < 0.4) return scene.build()
        if (kind < 0.55) return scene.detach(chance())
        chosen = models[Math.floor(chance() * models.length)]!
        return scene.choose(chosen)
      }
      for (let round = 0; round < rounds; round += 4) await Promise.all([act(), act(), act(), act()])
      chosen = 'last'
      await scene.choose(chosen)
      await expect.poll(() => servingModel(server, scene.dataset_id), patience).toBe('last 64')
      state.isOver = true
      await watching
      expect(lacking.length).toBeGreaterThan(10)
      expect(lacking.filter((count) => count > 0)).toEqual([])
      // Each text was asked for once in each space.
      const asked = model.calls.flatMap(({ model: name, input }) => input.map((text) => `${name}: ${text}`))
      expect(asked.length).toBe(new Set(asked).size)
    },
    600_000,
  )
}
