// A conversation under faults: acts as a client, remembers the answers, and compares them with what is stored.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { ConcurrencyRule, MessageReply } from '@parley/contract'
import { ApiError, type Client } from '@parley/sdk'
import { sql } from '../support/sql.ts'
import { type ChatRequest, type HeldAnswer, holdAnswer } from '../support/scripted-model.ts'
import { withoutKey } from '../support/server.ts'
import type { Lane } from './lanes.ts'

export type Outcome = { reply: MessageReply; error?: never } | { reply?: never; error: unknown }
export const echo = ({ messages }: ChatRequest) => `Reply to ${messages.at(-1)!.content}`

export interface TalkOptions {
  /** The end is followed by a summary. */
  is_summarized?: boolean
  agent_id?: string
  /** The database stays unavailable for so long that the outcome of a message stays unknown. */
  mayBeUnknown?: boolean
  /** The model may fail. */
  mayFail?: boolean
}

export class Talk {
  readonly lane: Lane
  readonly id: string
  /** `repeats`: the same request was sent until it was answered with the reply. */
  readonly sent: { text: string; repeats: boolean; outcome: Promise<Outcome> }[] = []
  unanswered = 0
  isEnded = false
  /** The answers to requests with a key before they were repeated. */
  readonly refusals: ApiError[] = []
  readonly mayBeUnknown: boolean
  readonly mayFail: boolean

  static async begin(lane: Lane, options: TalkOptions = {}): Promise<Talk> {
    lane.server.model.answer = echo
    const agent_id = options.agent_id ?? (options.is_summarized ? lane.summarizing_agent_id : lane.agent_id)
    const input = { channel: 'text' as const, user_id: 'u', agent_id }
    const { conversation } = await untilServed(() => lane.server.client.createConversation(input))
    return new Talk(lane, conversation.id, options)
  }

  constructor(lane: Lane, id: string, { mayBeUnknown = false, mayFail = false }: TalkOptions) {
    this.lane = lane
    this.id = id
    this.mayBeUnknown = mayBeUnknown
    this.mayFail = mayFail
  }

  get client(): Client {
    return this.lane.server.client
  }

  /** As a client of the lane's other node. */
  get elsewhere(): Client {
    return this.lane.server.as({ base_url: this.lane.nodes[1]!.url })
  }

  /** As one that sends no keys. */
  get keyless(): Client {
    return this.lane.server.as({ fetch: withoutKey })
  }

  send(text: string, parley_concurrency: ConcurrencyRule = 'queue', client = this.client): Promise<Outcome> {
    const input = { conversation_id: this.id, text, parley_concurrency }
    return this.#record(text, false, () => client.sendConversationMessage(input))
  }

  /** With an Idempotency-Key: repeated until there is a reply, and once more after that. */
  async sendRepeatedly(text: string, beforeRepetition = () => {}): Promise<void> {
    const input = { conversation_id: this.id, text, idempotency_key: randomUUID() }
    const call = () =>
      untilServed(async () => {
        try {
          return await this.client.sendConversationMessage(input)
        } catch (error) {
          if (error instanceof ApiError) this.refusals.push(error)
          throw error
        }
      }, isWorthRepeating)
    const { reply, error } = await this.#record(text, true, call)
    if (!reply) throw error
    beforeRepetition()
    assert.deepEqual(await call(), reply, 'T9: the repeated request got another answer')
  }

  #record(text: string, repeats: boolean, call: () => Promise<MessageReply>): Promise<Outcome> {
    this.unanswered += 1
    const outcome = call()
      .then((reply): Outcome => ({ reply }))
      .catch((error: unknown): Outcome => ({ error }))
      .finally(() => (this.unanswered -= 1))
    this.sent.push({ text, repeats, outcome })
    return outcome
  }

  /** A message whose turn has said "Half" and says no more until `finish`; another attempt at it says no more either. */
  async startTurn() {
    const { model } = this.lane.server
    const asked: HeldAnswer[] = []
    model.answer = () => {
      const held = holdAnswer()
      held.say('Half')
      asked.push(held)
      return held
    }
    const outcome = this.send('First')
    await until('the turn to run', () => this.textSoFar() === 'Half')
    const finish = (answer = echo) => {
      model.answer = answer
      for (const held of asked) held.finish()
    }
    return { finish, outcome }
  }

  /** The text so far of the running attempt, on whichever node; null if no attempt runs. */
  textSoFar(): string | null {
    const texts = this.lane.nodes.map(({ rooms }) => rooms.engine.engine.textSoFar(this.id))
    return texts.find((text) => text !== null) ?? null
  }

  /** Another message, which waits behind the running turn. */
  async queue(text: string, rule?: ConcurrencyRule): Promise<void> {
    const { length } = await this.items()
    void this.send(text, rule)
    await until(`"${text}" to be stored`, async () => (await this.items()).length > length)
  }

  async end(mode: 'cut' | 'finish' = 'cut', client = this.client): Promise<void> {
    const call = { conversation_id: this.id, mode, prefer: 'wait=0' }
    const { status } = await untilServed(() => client.endConversation(call))
    this.isEnded = true
    assert.equal(status, 'completed')
  }

  async cancel(client = this.client): Promise<void> {
    const call = { conversation_id: this.id, turn_id: (await this.turns())[0]!.id }
    const turn = await untilServed(() => client.cancelTurn(call))
    assert.equal(turn.outcome, 'cancelled_by_caller')
  }

  turns() {
    type Row = { id: string; status: string; outcome: string; lease: number | null; messages_of: string | null }
    return this.#select<Row>('id, status, outcome, lease, messages_of', 'turns', 'sequence')
  }

  items() {
    type Row = { position: number; role: string; text: string; interrupted: boolean; turn_id: string | null }
    return this.#select<Row>('position, role, content[1] as text, interrupted, turn_id', 'transcript_items', 'position')
  }

  events() {
    return this.#select<{ sequence: number; type: string }>('sequence, type', 'events', 'sequence')
  }

  async isEnding(): Promise<boolean> {
    const [row] = await this.#select<{ ending: unknown }>('ending', 'conversations', 'id', 'id')
    return row?.ending !== null
  }

  async #select<Row>(columns: string, table: string, order: string, key = 'conversation_id'): Promise<Row[]> {
    const query = sql<Row>`select ${sql.raw(columns)} from ${sql.ref(table)} where ${sql.ref(key)} = ${this.id}
      order by ${sql.ref(order)}`
    return (await query.execute(this.lane.server.database)).rows
  }
}

/** Waits like `expect.poll`, which concurrent tests cannot use. */
export async function until(what: string, isSo: () => unknown, timeout_ms = 60_000): Promise<void> {
  for (const startedAt = performance.now(); !(await isSo()); await delay(20)) {
    if (performance.now() - startedAt > timeout_ms) throw new Error(`waited ${timeout_ms} ms for ${what}`)
  }
}

const isUnserved = (error: unknown) => error instanceof ApiError && error.status === 503

/** With a key: unknown outcomes, and outcomes that could not be read. */
const isWorthRepeating = (error: unknown) =>
  error instanceof ApiError && [500, 502, 503, 504].includes(error.status) && error.code !== 'internal'

/** The behavior of a client that is told to try again: for some seconds. */
export async function untilServed<T>(call: () => Promise<T>, isRepeated = isUnserved): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call()
    } catch (error) {
      if (!isRepeated(error) || tries > 100) throw error
      await delay(50)
    }
  }
}

/** Waits until everything is over, and sends one more message. */
export async function settle(talk: Talk): Promise<void> {
  await until('every call to be answered', () => talk.unanswered === 0)
  const isFinal = ({ status }: { status: string }) => status !== 'queued' && status !== 'running'
  await until('every turn to be final', async () => (await talk.turns()).every(isFinal))
  for (let tries = 1; !talk.isEnded; tries += 1) {
    const { reply, error } = await talk.send(`Next ${tries}`)
    if (reply) return assert.equal(reply.reply, `Reply to Next ${tries}`)
    if (tries > 100) throw error
    await delay(50)
  }
}
