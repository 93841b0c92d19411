// The work that gives the chunks of a dataset their vectors: in the next space until it can switch, in the one that serves where some
// are missing. What a space leaves that is not used any more is erased here, too.
import type { KnowledgeFault } from '@parley/contract'
import type { Core } from '../../calls/core.ts'
import { type RootStore, type TransactionStore, openReservedStore } from '../../database/store.ts'
import { EmbeddingFailed, type Space, giveUpClaims } from '../../embeddings/embeddings.ts'
import type { Outcome, WorkItem, WorkKind, WorkPort } from '../../work/port.ts'
import { lease_ms, spare_delays_ms } from '../ingest/leases.ts'
import { exhausted, judgeFailure } from '../rules/tries.ts'
import { eraseSpace } from '../search/index-chunks.ts'
import type { Knowledge } from '../services.ts'
import { Needless, fillSpace } from './fill.ts'
import { embed_dataset_work, failReembedding, look_ms, switchSpace } from './reembedding.ts'
import {
  type DatasetSpaces,
  awaitVectors,
  countTries,
  beginLeaving,
  dropLeftover,
  findDatasetSpaces,
  findLacking,
  findLeftover,
  lockDatasetSpaces,
} from './rows.ts'

/** After a model that serves has failed for good: when its missing vectors are tried again. */
const tried_again_ms = 600_000
/** How often the model of a dataset can change before the rest waits for the next run. */
const max_rounds = 100
/** Rows of an index in one commit. */
const most_erased = 5000

export const faultOfEmbedding: Record<EmbeddingFailed['kind'], KnowledgeFault> = {
  timeout: 'embedding_failed',
  failed: 'embedding_failed',
  not_configured: 'embedding_failed',
  rejected: 'embedding_rejected',
  unauthorized: 'embedding_unauthorized',
  dimension_mismatch: 'dimension_mismatch',
  budget_stopped: 'embedding_failed',
}

type Services = { core: Core; room: Pick<Knowledge, 'embeddings'> }

export function embedDatasetWork(services: Services): WorkKind {
  return {
    name: embed_dataset_work,
    lease_ms,
    delays_ms: spare_delays_ms,
    share: { node: 4, organization: 2, owner: 1 },
    run: (item, port) => new EmbedDataset(services, item, port).run(),
    giveUp: (tx, item) => fail(tx, services, item.subject, { space: null, ...exhausted }),
  }
}

class EmbedDataset {
  readonly #services: Services
  readonly #item: WorkItem
  readonly #port: WorkPort
  readonly #store: RootStore
  #made = 0

  constructor(services: Services, item: WorkItem, port: WorkPort) {
    this.#services = services
    this.#item = item
    this.#port = port
    this.#store = openReservedStore(services.core.database, item.organization_id!)
  }

  async run(): Promise<Outcome> {
    const { subject: id } = this.#item
    await this.#port.commit((tx) => giveUpClaims(tx, id))
    for (let round = 0; round < max_rounds; round += 1) {
      const dataset = await findDatasetSpaces(this.#store, id)
      if (!dataset) return { next: 'done' }
      const { space_id, next_space_id, reembedding_status } = dataset
      const target = reembedding_status === 'running' ? next_space_id : space_id
      const outcome = target === null ? 'over' : await this.#fill(target, dataset)
      if (outcome === 'over') {
        await this.#eraseLeftovers()
        return { next: 'done' }
      }
      if (outcome !== 'again') return outcome
    }
    return { next: { again_in_ms: 0 } }
  }

  /** `again`: the dataset has changed, or its new space serves now. */
  async #fill(space_id: string, dataset: DatasetSpaces): Promise<Outcome | 'again' | 'over'> {
    const { embeddings } = this.#services.room
    const isNext = dataset.reembedding_status === 'running'
    const space = await embeddings.findSpace(this.#store, space_id)
    if (!space) return 'over'
    // The model of a space that serves is looked for each minute; without that of the next one, the re-embedding fails.
    if (!isNext && !(await embeddings.isCallable(this.#store, space))) {
      if (await findLacking(this.#store, dataset.id, space_id))
        await this.#port.commit((tx) => awaitVectors(tx, dataset.id, look_ms))
      return 'over'
    }
    try {
      const isComplete = await this.#fillAll(space)
      if (!isComplete) return 'again'
      if (dataset.embedding_tries > 0) await this.#port.commit((tx) => countTries(tx, dataset.id, space_id, 0))
      if (!isNext) return 'over'
      const { core } = this.#services
      await core.ports.reached?.('knowledge.switching_space')
      const switched = await this.#port.commit((tx) => switchSpace(tx, core.ports, this.#item.subject, space))
      if (switched) await core.ports.reached?.('knowledge.switched_space')
      return 'again'
    } catch (error) {
      if (error instanceof Needless) return 'again'
      if (!(error instanceof EmbeddingFailed)) throw error
      return error.kind === 'budget_stopped'
        ? this.#waitForBudget(dataset, isNext)
        : this.#endTry(error, space, dataset)
    }
  }

  /** False: the dataset has another space meanwhile. */
  async #fillAll(space: Space): Promise<boolean> {
    const { subject: id } = this.#item
    for (;;) {
      this.#port.signal.throwIfAborted()
      const generation = await findLacking(this.#store, id, space.id)
      if (!generation) return true
      const wrote = (tx: TransactionStore) => requireSpace(tx, id, space)
      try {
        const filling = { holder: id, generation, space, wrote }
        const { made } = await fillSpace(this.#services.room, this.#port, this.#store, filling)
        this.#made += made
      } catch (error) {
        if (error instanceof EmbeddingFailed) this.#made += error.made
        // It was replaced or detached meanwhile, unless the dataset has another space.
        if (!(error instanceof Needless)) throw error
        if (!(await isSpaceOf(this.#store, id, space))) return false
      }
    }
  }

  /** No failed try: looks again until the budget has something left. */
  async #waitForBudget({ id }: DatasetSpaces, isNext: boolean): Promise<Outcome | 'over'> {
    if (isNext) return { next: { again_in_ms: look_ms } }
    await this.#port.commit((tx) => awaitVectors(tx, id, look_ms))
    return 'over'
  }

  /** A run that got on is not counted as a failed try. */
  #endTry(error: EmbeddingFailed, space: Space, { id, embedding_tries, reembedding_status }: DatasetSpaces): Outcome {
    const services = this.#services
    const tries = this.#made > 0 ? 1 : embedding_tries + 1
    const failure = {
      code: faultOfEmbedding[error.kind],
      message: error.message,
      final: !error.may_pass,
      retry_after_ms: error.retry_after_ms,
    }
    const after = judgeFailure(failure, tries, services.core.ports.random())
    if ('retry_in_ms' in after) {
      const { retry_in_ms } = after
      return {
        next: this.#made > 0 ? { again_in_ms: retry_in_ms } : { retry: error.message, after_ms: retry_in_ms },
        write: (tx) => countTries(tx, id, space.id, tries),
      }
    }
    const reason = { space: reembedding_status === 'running' ? space : null, ...after.fail }
    return {
      next: 'done',
      async write(tx) {
        await countTries(tx, id, space.id, 0)
        await fail(tx, services, id, reason)
      },
    }
  }

  async #eraseLeftovers(): Promise<void> {
    const { subject: dataset_id, organization_id } = this.#item
    for (let round = 0; round < max_rounds; round += 1) {
      const space_id = await findLeftover(this.#store, dataset_id)
      if (space_id === null) return
      const of = { organization_id: organization_id!, dataset_id, space_id }
      for (let hasMore = true; hasMore;) {
        this.#port.signal.throwIfAborted()
        hasMore = await this.#port.commit((tx) => eraseUnlessUsed(tx, of))
      }
    }
  }
}

/** A part of what the space left; true: there is more. Nothing if the dataset uses it again. */
async function eraseUnlessUsed(
  tx: TransactionStore,
  of: { organization_id: string; dataset_id: string; space_id: string },
): Promise<boolean> {
  const dataset = await lockDatasetSpaces(tx, of.dataset_id)
  if (dataset && [dataset.space_id, dataset.next_space_id].includes(of.space_id)) return false
  await beginLeaving(tx, of.dataset_id, of.space_id)
  if (await eraseSpace(tx, of, most_erased)) return true
  await dropLeftover(tx, of.dataset_id, of.space_id)
  return false
}

interface Failed {
  /** Null: whichever is under way. */
  space: Space | null
  code: KnowledgeFault
  message: string
}

/** A re-embedding is marked as failed; missing vectors of the space that serves are tried again later. */
async function fail(
  tx: TransactionStore,
  { core, room }: Services,
  dataset_id: string,
  { space, code, message }: Failed,
): Promise<void> {
  const dataset = await findDatasetSpaces(tx, dataset_id)
  if (!dataset) return
  const { next_space_id, reembedding_status } = dataset
  const next = reembedding_status === 'running' ? next_space_id : null
  const failed = space ?? (next === null ? null : await room.embeddings.findSpace(tx, next))
  if (failed === null) await awaitVectors(tx, dataset_id, tried_again_ms)
  else await failReembedding(tx, core.ports, dataset_id, { space: failed, reason: { code, message } })
}

async function isSpaceOf(store: RootStore | TransactionStore, dataset_id: string, space: Space): Promise<boolean> {
  const dataset = await findDatasetSpaces(store, dataset_id)
  if (!dataset) return false
  const { space_id, next_space_id, reembedding_status } = dataset
  return reembedding_status === 'running' ? next_space_id === space.id : space_id === space.id
}

async function requireSpace(tx: TransactionStore, dataset_id: string, space: Space): Promise<void> {
  if (!(await isSpaceOf(tx, dataset_id, space))) throw new Needless()
}
