// Vectors of queries: kept in memory for a while, and not asked for while the model fails. Everything is apart by organization, so
// that none can tell what another asks, or make its model pause.
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import type { Ports } from '../base/ports.ts'
import type { Core } from '../calls/core.ts'
import type { RootStore } from '../database/store.ts'
import type { EmbeddingCaller } from './adapters/embedding-models.ts'
import type { EndedCall, Usage } from '../usage/usage.ts'
import { calledModel, callModel, within } from './call-model.ts'
import { CallSlots } from './call-slots.ts'
import type { QueryBounds, Space } from './port.ts'
import { EmbeddingFailed } from './failure.ts'

const kept = { most: 1000, ms: 600_000 }

/** A model that failed so often in a row is not asked for a while. */
const failures_in_a_row = 5
const pause_ms = 10_000

/** Calls at once on a node, apart from those for documents; the rest waits within its bound. */
const calls_at_once = 32

/** Organizations and models whose failures are counted. */
const max_counted = 10_000

interface Health {
  failures: number
  paused_until: number
}

export class QueryVectors {
  readonly #ports: Pick<Ports, 'clock'>
  readonly #log: Pick<Logger, 'warn'>
  readonly #callerFor: (store: RootStore, space: Space) => Promise<EmbeddingCaller>
  readonly #kept: LRUCache<string, Float32Array>
  readonly #health = new LRUCache<string, Health>({ max: max_counted })
  readonly #slots = new CallSlots(calls_at_once)
  readonly #usage: Usage

  constructor(
    { ports, log, usage }: Pick<Core, 'ports' | 'log' | 'usage'>,
    callerFor: (store: RootStore, space: Space) => Promise<EmbeddingCaller>,
  ) {
    this.#ports = ports
    this.#log = log
    this.#usage = usage
    this.#callerFor = callerFor
    const perf = { now: () => ports.clock.monotonic() }
    this.#kept = new LRUCache({ max: kept.most, ttl: kept.ms, ttlResolution: 0, perf })
  }

  async embed(store: RootStore, space: Space, text: string, bounds: QueryBounds): Promise<Float32Array> {
    const { organization_id } = store
    const key = `${organization_id} ${space.id} ${createHash('sha256').update(text).digest('base64')}`
    const known = this.#kept.get(key)
    if (known) return known
    const model = `${space.provider}/${space.model}`
    const subject = `${organization_id} ${model}`
    this.#refusePaused(subject, model)
    try {
      const vector = await this.#ask(store, space, text, bounds)
      this.#health.delete(subject)
      this.#kept.set(key, vector)
      return vector
    } catch (error) {
      if (error instanceof EmbeddingFailed) this.#noteFailure(subject, error)
      throw error
    }
  }

  #ask(store: RootStore, space: Space, text: string, bounds: QueryBounds): Promise<Float32Array> {
    const { clock } = this.#ports
    const id = `${space.provider}/${space.model}`
    return within(clock, { ...bounds, id }, (signal) =>
      this.#slots.within(store.organization_id, signal, async () => {
        const caller = await this.#callerFor(store, space)
        const call = { caller, space, texts: [text], kind: 'query' as const, timeout_ms: bounds.timeout_ms }
        const { organization_id } = store
        const counting = { organization_id, kind: 'embedding', purpose: 'knowledge', agent_id: null } as const
        const begun = await this.#usage.begin(counting, calledModel({ ...call, signal }))
        const end = (ended: EndedCall) => void begun.end(ended)
        const [vector] = await callModel(clock, { ...call, signal }, { end })
        return vector!
      }),
    )
  }

  #refusePaused(subject: string, model: string): void {
    const { failures, paused_until } = this.#health.get(subject) ?? { failures: 0, paused_until: 0 }
    if (failures >= failures_in_a_row && this.#ports.clock.monotonic() < paused_until)
      throw new EmbeddingFailed(
        'failed',
        `The embedding model ${model} failed ${failures_in_a_row} times in a row and is not asked for ${pause_ms / 1000} seconds.`,
      )
  }

  #noteFailure(subject: string, error: EmbeddingFailed): void {
    const failures = (this.#health.get(subject)?.failures ?? 0) + 1
    if (failures === failures_in_a_row)
      this.#log.warn(
        { kind: error.kind, reason: error.message },
        'an embedding model fails; queries are answered by words',
      )
    this.#health.set(subject, { failures, paused_until: this.#ports.clock.monotonic() + pause_ms })
  }
}
