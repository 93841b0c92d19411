// Clients that do everything at once: create, talk, cancel, change, end and delete, on any available node, and repeat lost
// calls. They record every answer.
import { randomUUID } from 'node:crypto'
import { setTimeout as pass } from 'node:timers/promises'
import type { Client } from '@parley/sdk'
import type pg from 'pg'
import { type Calls, createCalls } from './calls.ts'
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

const rules = ['queue', 'merge', 'interrupt', 'reject'] as const

export class Load {
  readonly #options: LoadOptions
  readonly #talks: Talk[] = []
  readonly #calls: Calls
  #texts = 0

  constructor(options: LoadOptions) {
    this.#options = options
    this.#calls = createCalls(options.urls)
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
    const created = await this.#calls.untilAnswered(creation.answers, random, (client, signal) =>
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
    const as = key ? undefined : 'keyless'
    if (!key && !client_id) return void (await this.#calls.once(message.answers, random, send, as))
    const calls = Array.from({ length: is_doubled ? 2 : 1 }, () =>
      this.#calls.untilAnswered(message.answers, random, send, as),
    )
    await Promise.all(calls)
    // A failed turn is tried again, with the same key.
    const most_tries = key ? 2 : 0
    for (let tries = 0; tries < most_tries && hasFailed(message.answers.at(-1)); tries += 1) {
      await this.#calls.untilAnswered(message.answers, random, send)
    }
  }

  async #cancel(conversation_id: string, random: Random): Promise<void> {
    const turns = await this.#calls.once([], random, (client, signal) =>
      client.listConversationTurns({ conversation_id }, { signal }),
    )
    const open = turns?.data.filter(({ status }) => status === 'queued' || status === 'running') ?? []
    if (open.length === 0) return
    const { turn_id } = random.pick(open)
    const idempotency_key = randomUUID()
    const cancelled = await this.#calls.untilAnswered([], random, (client, signal) =>
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
    await this.#calls.once(update.answers, this.#options.random, (client, signal) =>
      client.updateConversation({ conversation_id, custom_metadata: { [field]: true } }, { signal }),
    )
  }

  async #end(talk: Talk, random: Random): Promise<void> {
    const conversation_id = talk.id
    const end: SentEnd = { conversation_id, answers: [], told: null, answered_at: Infinity, seen: null }
    this.#options.sent.ends.push(end)
    const mode = random.happens(0.6) ? ('cut' as const) : ('finish' as const)
    const key = random.happens(0.5) ? { idempotency_key: randomUUID() } : {}
    const ended = await this.#calls.untilAnswered(end.answers, random, (client, signal) =>
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
    await this.#calls.once(deletion.answers, this.#options.random, (client, signal) =>
      client.deleteConversation({ conversation_id: talk.id }, { signal }),
    )
    this.#leave(talk)
  }
}

const hasFailed = (answer: Answer | undefined) => answer?.kind === 'answer' && answer.code === 'turn_failed'
