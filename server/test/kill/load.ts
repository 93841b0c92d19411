// Clients that do everything at once: create, talk, cancel, change, end and delete, on any available node, and repeat lost
// calls. They record every answer.
import { randomUUID } from 'node:crypto'
import { setTimeout as pass } from 'node:timers/promises'
import { type Client, ApiError, createClient } from '@parley/sdk'
import type pg from 'pg'
import { admin_key } from './child.ts'
import type { Random } from './random.ts'
import { readEnd } from './read-stored.ts'
import type { Answer, Sent, SentCreation, SentEnd, SentMessage } from './records.ts'

export interface LoadOptions {
  random: Random
  pool: pg.Pool
  sent: Sent
  /** The nodes that serve, as far as is known. */
  urls: () => string[]
  agent_ids: string[]
  isOver: () => boolean
}

/** A conversation that clients share; after a few more calls none of them uses an ended one. */
interface Talk {
  id: string
  calls_left: number
}

/** How many conversations are in use at once. */
const talks_at_once = 12
/** A call that takes longer is abandoned: its node may have been stopped. */
const patience_ms = 45_000
/** Tries of one call with pauses of `retry_ms` between them: longer than all nodes are down. */
const max_tries = 60
const retry_ms = 250

const rules = ['queue', 'merge', 'interrupt', 'reject'] as const

export class Load {
  readonly #options: LoadOptions
  readonly #talks: Talk[] = []
  readonly #clients = new Map<string, Client>()
  #texts = 0

  constructor(options: LoadOptions) {
    this.#options = options
  }

  /** One client, until the load is over. */
  async runClient(random: Random): Promise<void> {
    while (!this.#options.isOver()) {
      if (this.#talks.length < talks_at_once) await this.#create(random)
      const talk = this.#talks.length > 0 ? random.pick(this.#talks) : null
      if (talk) await this.#act(talk, random)
      await pass(random.between(0, 80))
    }
  }

  async #act(talk: Talk, random: Random): Promise<void> {
    talk.calls_left -= 1
    if (talk.calls_left <= 0) this.#leave(talk)
    const chance = random.next()
    if (chance < 0.72) return this.#sendMessage(talk.id, random)
    if (chance < 0.8) return this.#cancel(talk.id, random)
    if (chance < 0.87) return this.#update(talk.id)
    if (chance < 0.95) return this.#end(talk, random)
    if (chance < 0.97) return this.#delete(talk)
    return this.#create(random)
  }

  #leave(talk: Talk): void {
    const at = this.#talks.indexOf(talk)
    if (at >= 0) this.#talks.splice(at, 1)
  }

  async #create(random: Random): Promise<void> {
    const creation: SentCreation = { user_id: `user ${(this.#texts += 1)}`, answers: [], conversation_id: null }
    this.#options.sent.creations.push(creation)
    const once = random.happens(0.6) ? { id: randomUUID() } : { idempotency_key: randomUUID() }
    const input = {
      channel: 'text' as const,
      user_id: creation.user_id,
      agent_id: random.pick(this.#options.agent_ids),
    }
    const created = await this.#untilAnswered(creation.answers, random, (client, signal) =>
      client.createConversation({ ...input, ...once }, { signal }),
    )
    if (!created) return
    creation.conversation_id = created.conversation.id
    this.#talks.push({ id: created.conversation.id, calls_left: random.between(5, 40) })
  }

  async #sendMessage(conversation_id: string, random: Random): Promise<void> {
    const { sent } = this.#options
    const key = random.happens(0.6) ? randomUUID() : null
    // Without a key, a message that has an id of its own can be repeated too.
    const client_id = random.happens(0.5) ? randomUUID() : null
    const text = `message ${(this.#texts += 1)}.`
    const is_doubled = key !== null && random.happens(0.1)
    const message: SentMessage = { conversation_id, text, key, answers: [], is_doubled, sent_at: performance.now() }
    sent.messages.push(message)
    const input = {
      conversation_id,
      text,
      ...(key ? { idempotency_key: key } : {}),
      ...(client_id ? { client_id } : {}),
      ...(random.happens(0.5) ? { interactivity: 'rich' as const } : {}),
      ...(random.happens(0.6) ? { parley_concurrency: random.pick(rules) } : {}),
    }
    const send = (client: Client, signal: AbortSignal) => client.sendConversationMessage(input, { signal })
    if (!key && !client_id) return void (await this.#once(message.answers, random, send))
    const calls = Array.from({ length: is_doubled ? 2 : 1 }, () => this.#untilAnswered(message.answers, random, send))
    await Promise.all(calls)
    // A failed turn is tried again, with the same key.
    const most_tries = key ? 2 : 0
    for (let tries = 0; tries < most_tries && hasFailed(message.answers.at(-1)); tries += 1) {
      await this.#untilAnswered(message.answers, random, send)
    }
  }

  async #cancel(conversation_id: string, random: Random): Promise<void> {
    const turns = await this.#once([], random, (client, signal) =>
      client.listConversationTurns({ conversation_id }, { signal }),
    )
    const open = turns?.data.filter(({ status }) => status === 'queued' || status === 'running') ?? []
    if (open.length === 0) return
    const { turn_id } = random.pick(open)
    const idempotency_key = randomUUID()
    const cancelled = await this.#untilAnswered([], random, (client, signal) =>
      client.cancelTurn({ conversation_id, turn_id, idempotency_key }, { signal }),
    )
    if (!cancelled) return
    const { status, outcome } = cancelled
    this.#options.sent.cancels.push({ turn_id, told: { status, outcome } })
  }

  async #update(conversation_id: string): Promise<void> {
    const field = `field ${(this.#texts += 1)}`
    const update = { conversation_id, field, answers: [] }
    this.#options.sent.updates.push(update)
    await this.#once(update.answers, this.#options.random, (client, signal) =>
      client.updateConversation({ conversation_id, custom_metadata: { [field]: true } }, { signal }),
    )
  }

  async #end(talk: Talk, random: Random): Promise<void> {
    const conversation_id = talk.id
    const end: SentEnd = { conversation_id, answers: [], told: null, answered_at: Infinity, seen: null }
    this.#options.sent.ends.push(end)
    const mode = random.happens(0.6) ? ('cut' as const) : ('finish' as const)
    const key = random.happens(0.5) ? { idempotency_key: randomUUID() } : {}
    const ended = await this.#untilAnswered(end.answers, random, (client, signal) =>
      client.endConversation({ conversation_id, mode, prefer: 'wait=0', ...key }, { signal }),
    )
    if (!ended) return
    end.told = { status: ended.status, duration: ended.duration }
    end.answered_at = performance.now()
    end.seen = await readEnd(this.#options.pool, conversation_id)
    talk.calls_left = Math.min(talk.calls_left, random.between(0, 4))
  }

  async #delete(talk: Talk): Promise<void> {
    const deletion = { conversation_id: talk.id, answers: [] }
    this.#options.sent.deletions.push(deletion)
    await this.#once(deletion.answers, this.#options.random, (client, signal) =>
      client.deleteConversation({ conversation_id: talk.id }, { signal }),
    )
    this.#leave(talk)
  }

  /** Repeats calls that were lost, abandoned or could not be served, each time on any node. */
  async #untilAnswered<T>(
    answers: Answer[],
    random: Random,
    call: (client: Client, signal: AbortSignal) => Promise<T>,
  ): Promise<T | null> {
    for (let tries = 0; tries < max_tries; tries += 1) {
      const mine: Answer[] = []
      const result = await this.#once(mine, random, call)
      answers.push(...mine)
      const [answer] = mine
      if (answer?.kind === 'answer' && answer.status !== 503 && answer.code !== 'outcome_unknown') return result
      await pass(retry_ms)
    }
    return null
  }

  async #once<T>(
    answers: Answer[],
    random: Random,
    call: (client: Client, signal: AbortSignal) => Promise<T>,
  ): Promise<T | null> {
    const urls = this.#options.urls()
    if (urls.length === 0) {
      answers.push({ kind: 'lost' })
      return null
    }
    // Some clients disconnect in the middle.
    const signal = AbortSignal.timeout(random.happens(0.04) ? random.between(1, 300) : patience_ms)
    try {
      const result = await call(this.#clientOf(random.pick(urls)), signal)
      const { turn_id, reply } = (result ?? {}) as { turn_id?: string; reply?: string }
      answers.push({ kind: 'answer', status: 200, code: null, turn_id: turn_id ?? null, reply: reply ?? null })
      return result
    } catch (error) {
      answers.push(answerOf(error, signal))
      return null
    }
  }

  #clientOf(base_url: string): Client {
    const known = this.#clients.get(base_url) ?? createClient({ base_url, token: admin_key, retries: 0 })
    this.#clients.set(base_url, known)
    return known
  }
}

const hasFailed = (answer: Answer | undefined) => answer?.kind === 'answer' && answer.code === 'turn_failed'

function answerOf(error: unknown, signal: AbortSignal): Answer {
  if (signal.aborted) return { kind: 'left' }
  if (!(error instanceof ApiError)) return { kind: 'lost' }
  return { kind: 'answer', status: error.status, code: error.code, turn_id: error.turn_id, reply: null }
}
