// Gives texts their vectors in a space: what is stored is used again, the rest is asked for in batches, each committed by itself. A
// place for calls is held until its vectors are stored, so that a kill repeats only the calls under way.
import { createGate } from '../base/gate.ts'
import { passBudgetExceeded } from '../budgets/gate.ts'
import type { Ports } from '../base/ports.ts'
import { sleep } from '../base/retry.ts'
import type { RootStore, TransactionStore } from '../database/store.ts'
import type { WorkPort } from '../work/port.ts'
import type { EmbeddingCaller } from './adapters/embedding-models.ts'
import type { BegunCall, EndedCall, Usage } from '../usage/usage.ts'
import { type ModelCall, calledModel, callModel } from './call-model.ts'
import type { CallSlots } from './call-slots.ts'
import type { EmbeddedText, Space, TextSource } from './port.ts'
import { EmbeddingFailed } from './failure.ts'
import { learnDimension } from './spaces.ts'
import { claimVectors, releaseVectors, storeVectors, useVectors } from './vectors.ts'

/** Texts that are read at once. */
const page_texts = 500
/** Of one call, besides the number of texts. */
const call_characters = 200_000
/** Google takes no more, whatever is set. */
const google_texts = 100
/** What a claim lasts beyond its call: for the commits before and after. */
const claim_margin_ms = 15_000
/** While other work embeds the same texts: how often to look, and for how long. */
const others_look_ms = 250
const others_patience_ms = 600_000

export interface EmbeddingLimits {
  texts: number
  call_ms: number
  calls: number
}

export interface EmbedServices {
  ports: Pick<Ports, 'clock' | 'reached'>
  limits: EmbeddingLimits
  slots: CallSlots
  usage: Pick<Usage, 'begin'>
}

export interface EmbedTask {
  port: WorkPort
  store: RootStore
  space: Space
  caller: EmbeddingCaller
  texts: TextSource
}

export async function embedTexts(services: EmbedServices, task: EmbedTask): Promise<{ made: number }> {
  const run = new EmbedRun(services, task)
  try {
    await run.carryOut()
  } catch (error) {
    if (error instanceof EmbeddingFailed) error.made = run.made
    throw error
  }
  return { made: run.made }
}

function toStopped(error: unknown): never {
  passBudgetExceeded(error)
  throw new EmbeddingFailed('budget_stopped', 'A budget is used up, so the embedding model was not called.')
}

const keyOf = ({ text_hash }: EmbeddedText) => text_hash.toString('hex')
const hashesOf = (texts: EmbeddedText[]) => texts.map(({ text_hash }) => text_hash)

class EmbedRun {
  made = 0
  readonly #services: EmbedServices
  readonly #task: EmbedTask
  /** One at a time, so that each counts on what the one before has counted. */
  readonly #turn = createGate(1)
  /** How many chunks wait for each text that has no vector yet; 0: it has one. */
  readonly #waiting = new Map<string, number>()
  #done = 0
  #space: Space
  #batch: EmbeddedText[] = []
  #characters = 0
  /** What other work is embedding. */
  #others: EmbeddedText[] = []
  readonly #calls = new Set<Promise<void>>()
  #failure: { error: unknown } | null = null

  constructor(services: EmbedServices, task: EmbedTask) {
    this.#services = services
    this.#task = task
    this.#space = task.space
  }

  get #most_texts(): number {
    const { texts } = this.#services.limits
    return this.#space.provider === 'google' ? Math.min(texts, google_texts) : texts
  }

  async carryOut(): Promise<void> {
    try {
      await this.#readAll()
      await this.#waitForOthers()
      this.#throwFailure()
    } catch (error) {
      this.#failure ??= { error }
    }
    // What is under way is paid for, so it is stored.
    await Promise.all(this.#calls)
    if (this.#failure) throw this.#failure.error
  }

  async #readAll(): Promise<void> {
    const { store, texts } = this.#task
    for (let after = -1; ;) {
      const page = await texts.read(store, after, page_texts)
      if (page.length === 0) break
      after = page.at(-1)!.position
      await this.#take(this.#count(page))
    }
    await this.#dispatch()
    await this.#settle()
  }

  /** The texts that were not seen before. */
  #count(page: EmbeddedText[]): EmbeddedText[] {
    return page.filter((text) => {
      const key = keyOf(text)
      const waiting = this.#waiting.get(key)
      if (waiting === 0) this.#done += 1
      else this.#waiting.set(key, (waiting ?? 0) + 1)
      return waiting === undefined
    })
  }

  /** Uses what is stored, and puts the rest into batches. */
  async #take(texts: EmbeddedText[]): Promise<void> {
    const there = await this.#write(async (tx) => {
      const found = texts.length === 0 ? new Set<string>() : await useVectors(tx, this.#space.id, hashesOf(texts))
      return { keys: [...found], made: 0, result: found }
    })
    for (const text of texts) {
      if (there.has(keyOf(text))) continue
      const isFull = this.#batch.length >= this.#most_texts || this.#characters + text.text.length > call_characters
      if (isFull) await this.#dispatch()
      this.#batch.push(text)
      this.#characters += text.text.length
    }
  }

  /** Sends the batch as soon as fewer calls are under way than may be. */
  async #dispatch(): Promise<void> {
    const batch = this.#batch
    this.#batch = []
    this.#characters = 0
    if (batch.length === 0) return
    while (this.#calls.size >= this.#services.limits.calls) await Promise.race(this.#calls)
    this.#throwFailure()
    const call: Promise<void> = this.#send(batch)
      .catch((error: unknown) => void (this.#failure ??= { error }))
      .finally(() => this.#calls.delete(call))
    this.#calls.add(call)
  }

  async #settle(): Promise<void> {
    await Promise.all(this.#calls)
    this.#throwFailure()
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error
    this.#task.texts.stop?.throwIfAborted()
  }

  get #isStopped(): boolean {
    return this.#failure !== null || this.#task.texts.stop?.aborted === true
  }

  #send(batch: EmbeddedText[]): Promise<void> {
    const { port, store } = this.#task
    return this.#services.slots.within(store.organization_id, port.signal, async () => {
      if (this.#isStopped) return
      const mine = await this.#claim(batch)
      if (mine.length === 0) return
      if (this.#isStopped) return this.#release(mine)
      try {
        await this.#make(mine)
      } catch (error) {
        await this.#release(mine)
        throw error
      }
      await this.#services.ports.reached?.('embedding.stored')
    })
  }

  async #make(texts: EmbeddedText[]): Promise<void> {
    const { call, counted } = await this.#begin(texts)
    let ended: EndedCall = { how: 'interrupted' }
    let isCounted = false
    try {
      const vectors = await callModel(this.#services.ports.clock, call, { end: (known) => (ended = known) })
      await this.#services.ports.reached?.('embedding.answered')
      await this.#store(texts, vectors, (tx) => counted.completeIn(tx, ended))
      isCounted = true
    } finally {
      if (!isCounted) await counted.end(ended)
    }
  }

  #store(
    texts: EmbeddedText[],
    vectors: Float32Array[],
    count: (tx: TransactionStore) => Promise<void>,
  ): Promise<null> {
    return this.#write(async (tx) => {
      if (this.#space.dimension === null) await this.#learn(tx, vectors[0]!.length)
      // Claims before vectors, as anyone who claims takes them.
      await releaseVectors(tx, this.#claimed, hashesOf(texts))
      await storeVectors(tx, this.#space.id, hashesOf(texts), vectors)
      await count(tx)
      return { keys: texts.map(keyOf), made: texts.length, result: null }
    })
  }

  get #claimed() {
    return { space_id: this.#space.id, holder: this.#task.texts.holder }
  }

  /** The texts of the batch that this run embeds: not those that got a vector meanwhile, or that other work embeds. */
  #claim(batch: EmbeddedText[]): Promise<EmbeddedText[]> {
    const ms = this.#services.limits.call_ms + claim_margin_ms
    return this.#write(async (tx) => {
      const claimed = await claimVectors(tx, { ...this.#claimed, ms }, hashesOf(batch))
      // A stored vector and the release of its claim are one commit, so the vector is seen here.
      const there = await useVectors(tx, this.#space.id, hashesOf(batch))
      const needless = batch.filter((text) => claimed.has(keyOf(text)) && there.has(keyOf(text)))
      if (needless.length > 0) await releaseVectors(tx, this.#claimed, hashesOf(needless))
      const missing = batch.filter((text) => !there.has(keyOf(text)))
      this.#others.push(...missing.filter((text) => !claimed.has(keyOf(text))))
      return { keys: [...there], made: 0, result: missing.filter((text) => claimed.has(keyOf(text))) }
    })
  }

  async #begin(texts: EmbeddedText[]): Promise<{ call: ModelCall; counted: BegunCall }> {
    const { port, caller, store } = this.#task
    const { limits, usage } = this.#services
    const call: ModelCall = {
      ...{ caller, space: this.#space, kind: 'document', signal: port.signal, timeout_ms: limits.call_ms },
      texts: texts.map(({ text }) => text),
    }
    const { organization_id } = store
    const counting = { organization_id, kind: 'embedding', purpose: 'knowledge', agent_id: null } as const
    const counted = await usage.begin(counting, calledModel(call)).catch(toStopped)
    return { call, counted }
  }

  /** Otherwise other work would wait for these texts until the claim expires. */
  async #release(texts: EmbeddedText[]): Promise<void> {
    await this.#task.port.commit((tx) => releaseVectors(tx, this.#claimed, hashesOf(texts))).catch(() => {})
  }

  async #learn(tx: TransactionStore, dimension: number): Promise<void> {
    const learned = await learnDimension(tx, this.#space.id, dimension)
    const { provider, model } = this.#space
    if (learned !== dimension)
      throw new EmbeddingFailed(
        'dimension_mismatch',
        `The embedding model ${provider}/${model} returned vectors of ${dimension} dimensions; others have ${learned}. Choose a dimension.`,
      )
    this.#space = { ...this.#space, dimension }
  }

  /** One commit: what was stored or found for these texts, and how far the source has come. */
  #write<T>(write: (tx: TransactionStore) => Promise<{ keys: string[]; made: number; result: T }>): Promise<T> {
    const { port, texts } = this.#task
    return this.#turn(async () => {
      const { keys, made, result, done } = await port.commit(async (tx) => {
        await texts.hold?.(tx, this.#done, this.made)
        const written = await write(tx)
        const done = this.#done + written.keys.reduce((sum, key) => sum + (this.#waiting.get(key) ?? 0), 0)
        await texts.wrote(tx, done, this.made + written.made)
        return { ...written, done }
      })
      this.#done = done
      this.made += made
      for (const key of keys) this.#waiting.set(key, 0)
      return result
    })
  }

  async #waitForOthers(): Promise<void> {
    const { clock } = this.#services.ports
    const { provider, model } = this.#space
    const began_at = clock.monotonic()
    while (this.#others.length > 0) {
      if (clock.monotonic() - began_at > others_patience_ms)
        throw new EmbeddingFailed(
          'failed',
          `Other work has been embedding the same texts with ${provider}/${model} for too long.`,
        )
      await sleep(clock, others_look_ms, this.#task.port.signal)
      const others = this.#others
      this.#others = []
      await this.#take(others)
      await this.#dispatch()
      await this.#settle()
    }
  }
}
