// The real thing beside the model: nodes on one database, calls that wait, and the comparison after each step.
import assert from 'node:assert/strict'
import { type Client, ApiError } from '@parley/sdk'
import { sql } from 'kysely'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'
import { type Answer, type ConversationModel, type Outcome, max_waiting } from './conversation-model.ts'
import { type HeldModel, type ModelCall, startHeldModel } from './held-model.ts'
import { ManualClock } from './manual-clock.ts'
import { type Node, killNode, max_turn_seconds, startNode, stopNode, tend, waits } from './node.ts'

const patience_ms = 4000

/** A call of a client, from the moment it was sent. */
export interface Call {
  node: number
  /** Null while it has no answer. */
  answer: RawAnswer | null
  /** What the model says of it. */
  outcome: Outcome
  /** The client has gone away, but not its call. */
  isAbandoned: boolean
  leave(): void
}

interface RawAnswer {
  status: number
  body: Record<string, unknown>
  is_replay: boolean
}

type Sent = Omit<Call, 'outcome'>

export interface Options {
  signal: AbortSignal
  onResponse: (response: Response) => void
}

export class World implements AsyncDisposable {
  readonly server: TestServer
  readonly model: HeldModel
  readonly agent_id: string
  /** The nodes that a sequence has; null: down. */
  nodes: (Node | null)[] = []
  conversation_id = ''
  calls: Call[] = []
  /** Distinguishes the texts of sequences. */
  sequence = 0
  /** Every node that was started and not stopped by a sequence; used again by the next one. */
  #spare: Node[] = []
  readonly #clock: ManualClock
  #seen: string[] = []
  #ends = new Set<string>()
  readonly #dying = new Set<Promise<void>>()

  private constructor(server: TestServer, model: HeldModel, agent_id: string, clock: ManualClock) {
    this.server = server
    this.model = model
    this.agent_id = agent_id
    this.#clock = clock
  }

  static async start(): Promise<World> {
    const clock = new ManualClock()
    const environment = {
      PARLEY_LIMIT_WAITING_TURNS: String(max_waiting),
      PARLEY_DATABASE_CONNECTIONS: '4',
      PARLEY_DRAIN_SECONDS: '0',
    }
    const server = await startTestServer(environment, { ports: { clock } })
    // No server crash is part of this, and waiting for the disk would be most of the time.
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(server.database.kysely)
    await sql`alter database ${sql.id(rows[0]!.name)} set synchronous_commit = off`.execute(server.database.kysely)
    const { agent_id } = await publishAgent(server.client, { max_turn_seconds })
    return new World(server, await startHeldModel(), agent_id, clock)
  }

  /** A sequence begins: so many nodes, nothing to do for any of them. */
  async begin(count: number): Promise<void> {
    await this.#leaveNothing()
    this.sequence += 1
    this.server.log.length = 0
    while (this.#spare.length < count) this.#spare.push(await startNode(this.server, this.model))
    this.nodes = this.#spare.slice(0, count)
    this.#spare = this.#spare.slice(count)
    this.conversation_id = this.server.app.services.ports.newId()
    this.#seen = []
    this.#ends.clear()
  }

  /** Of the sequence before: it may have failed at any point, with calls that wait and nodes that are busy. */
  async #leaveNothing(): Promise<void> {
    const isQuiet = this.calls.every(({ answer }) => answer !== null)
    const up = this.nodes.filter((node) => node !== null)
    this.nodes = []
    if (isQuiet) this.#spare.unshift(...up)
    else for (const node of up) this.#bury(killNode(node))
    for (const call of this.calls) call.leave()
    this.calls = []
    for (const call of this.model.calls.splice(0)) if (call.isOpen) call.fail()
    if (!isQuiet && this.conversation_id !== '') {
      const ended = this.server.client.endConversation({ conversation_id: this.conversation_id }).catch(() => {})
      await this.#race(ended, () => this.#clock.fire(waits.text, { pass: true }))
    }
  }

  async #race(work: Promise<unknown>, pump: () => void): Promise<void> {
    let isOver = false
    void work.finally(() => (isOver = true))
    await until('the work is done', () => {
      if (!isOver) pump()
      return isOver
    })
  }

  #bury(death: Promise<void>): void {
    this.#dying.add(death.finally(() => this.#dying.delete(death)))
  }

  // Nodes

  get up(): number[] {
    return this.nodes.flatMap((node, index) => (node ? [index] : []))
  }

  node(index: number): Node {
    return this.nodes[index]!
  }

  kill(index: number): void {
    this.#bury(killNode(this.node(index)))
    this.nodes[index] = null
    this.calls = this.calls.filter((call) => call.node !== index || call.answer)
  }

  async stop(index: number): Promise<void> {
    const node = this.node(index)
    this.nodes[index] = null
    await stopNode(node)
  }

  async restart(index: number): Promise<void> {
    this.nodes[index] = await startNode(this.server, this.model)
  }

  tend(index: number): Promise<void> {
    return tend(this.node(index), until)
  }

  /** Time passes for leases as the model has it, and in no other way. */
  async setLease({ running }: ConversationModel): Promise<void> {
    if (!running) return
    const at = (isOver: boolean) => (isOver ? sql`now() - interval '1 second'` : sql`now() + interval '1 hour'`)
    await sql`update turns set lease_expires_at = ${at(running.lease_expired)},
      deadline_at = ${running.past_deadline ? at(true) : sql`deadline_at`}
      where conversation_id = ${this.conversation_id} and status = 'running'`.execute(this.server.database.kysely)
  }

  // Model calls

  /** That of the attempt that runs, which is the one that asked last. */
  get current(): ModelCall {
    return this.model.calls.at(-1)!
  }

  get owner(): number {
    return this.nodes.findIndex((node) => node?.name === this.current.node)
  }

  // Calls

  send(node: number, make: (client: Client, options: Options) => Promise<unknown>): Sent {
    const { client, gone } = this.node(node)
    const leaving = new AbortController()
    let is_replay = false
    const call: Sent = { node, answer: null, isAbandoned: false, leave: () => leaving.abort(new Error('left')) }
    const options = {
      signal: AbortSignal.any([gone.signal, leaving.signal]),
      onResponse: ({ headers }: Response) => (is_replay = headers.get('idempotent-replayed') === 'true'),
    }
    const settle = (status: number, body: unknown) => {
      if (!leaving.signal.aborted) call.answer = { status, body: body as Record<string, unknown>, is_replay }
    }
    make(client, options).then(
      (body) => settle(200, body),
      (error: unknown) => {
        if (error instanceof ApiError) settle(error.status, error.body)
        else if (!options.signal.aborted) settle(0, { error: String(error) })
      },
    )
    return call
  }

  expect(sent: Sent, outcome: Outcome): void {
    this.calls.push(Object.assign(sent, { outcome }))
  }

  /** An answer that waits for nothing that the model knows of. */
  async answered(sent: Sent, pump = () => {}): Promise<RawAnswer> {
    await until('the call is answered', () => {
      if (!sent.answer) pump()
      return sent.answer !== null
    })
    return sent.answer!
  }

  /** Where the node that runs the turn is dead, whoever asks it for its text waits in vain. */
  passTextWaits(): void {
    for (const node of this.nodes) node?.clock.fire(waits.text, { pass: true })
  }

  /**
   * Waits until everything that the model expects has happened: calls are answered or wait, the attempt that should run has asked
   * its model and heard what it said. Then compares all that can be seen.
   */
  async settle(model: ConversationModel, reader: number, { is_owner_lost = false } = {}): Promise<void> {
    await until(
      () => this.#describeUnrest(model),
      () => {
        // Where one call is through, whoever else asks for the text of the same turn asks in vain.
        if (is_owner_lost || this.calls.some(({ answer }) => answer !== null)) this.passTextWaits()
        return this.#isQuiet(model)
      },
    )
    this.#compareAnswers(model, await this.#compareConversation(model, reader))
  }

  #isQuiet(model: ConversationModel): boolean {
    const isLate = this.calls.some((call) => !call.isAbandoned && !call.answer && model.answerOf(call.outcome))
    const areNodesQuiet = this.up.every((node) => this.#isNodeQuiet(model, node))
    return !isLate && areNodesQuiet && this.model.calls.length === model.asked && this.#hasHeard(model)
  }

  /** Its calls wait, or are answered. One that is not told looks by itself. */
  #isNodeQuiet(model: ConversationModel, index: number): boolean {
    const { clock } = this.node(index)
    const waiting = this.calls.filter((call) => call.node === index && !model.answerOf(call.outcome)).length
    if (clock.count(waits.look) > waiting) clock.fire(waits.look)
    return clock.count(waits.look) === waiting
  }

  /** The attempt that runs has heard all that was said; one that is through has written what became of it. */
  #hasHeard({ running }: ConversationModel): boolean {
    const call = this.model.calls.at(-1)
    const node = this.nodes.find((node) => node?.name === call?.node)
    const heard = node?.app.services.runner.textSoFar(this.conversation_id) ?? null
    if (running?.attempt === 'alive') return heard === running.said && call!.isOpen
    return heard === null || call!.isOpen
  }

  #describeUnrest(model: ConversationModel): string {
    const calls = this.calls.map((call) => ({
      node: call.node,
      outcome: call.outcome,
      expected: model.answerOf(call.outcome),
      answer: call.answer,
    }))
    const waiting = this.nodes.map((node) => node?.clock.count(waits.look))
    const asked = this.model.calls.map(
      ({ node, asked, isOpen }) => `${node}${isOpen ? '' : ' (over)'}: ${asked.join(', ')}`,
    )
    const said = this.nodes.map((node) => node?.app.services.runner.textSoFar(this.conversation_id))
    return `all is quiet: ${JSON.stringify({ calls, waiting, asked, expected: model.asked, running: model.running, said }, null, 1)}`
  }

  // The comparison

  #compareAnswers(model: ConversationModel, ids: string[]): void {
    const open: Call[] = []
    for (const call of this.calls) {
      const answer = model.answerOf(call.outcome)
      if (call.isAbandoned ? !answer : !call.answer) open.push(call)
      if (call.isAbandoned || !call.answer) continue
      if (!answer) throw new Error(`answered before its turn was over: ${JSON.stringify(call)}`)
      this.#compareAnswer(call, answer, ids)
    }
    this.calls = open
  }

  #compareAnswer({ answer, outcome }: Call, expected: Answer, ids: string[]): void {
    const { status, body, is_replay } = answer!
    const { conversation_id } = this
    if ('reply' in expected) {
      const reply = { conversation_id, reply: expected.reply, tool_calls: [], turn_id: ids[expected.turn] }
      assert.deepEqual({ status, body }, { status: 200, body: reply })
    } else if ('end' in expected) {
      const { duration } = body
      assert.deepEqual(
        { status, body },
        { status: 200, body: { conversation_id, status: 'completed', duration, summary: null } },
      )
      assert.equal(typeof duration, 'number')
      // Every end is told the same.
      this.#ends.add(JSON.stringify(body))
      assert.equal(this.#ends.size, 1)
    } else {
      const { code, turn, running_turn } = expected
      assert.deepEqual(
        { status, code: body['code'], turn_id: body['turn_id'], running: body['running_turn_id'] },
        {
          status: expected.status,
          code,
          turn_id: turn === undefined ? undefined : ids[turn],
          running: running_turn === undefined ? undefined : ids[running_turn],
        },
      )
    }
    if (outcome.replayed !== undefined) assert.equal(is_replay, outcome.replayed)
  }

  async #compareConversation(model: ConversationModel, reader: number): Promise<string[]> {
    const client = this.nodes[reader]?.client ?? this.server.client
    const { conversation_id } = this
    const [conversation, { data: turns }] = await Promise.all([
      client.getConversation({ conversation_id }),
      client.listConversationTurns({ conversation_id }),
    ])
    const items = conversation.conversation!.items as { id: string; position: number; turn_id: string | null }[]
    const ids = turns.map(({ turn_id }) => turn_id)
    const seen = {
      status: conversation.status,
      user_turn_count: conversation.user_turn_count,
      end_reason: conversation.end_reason,
      said: conversation.ended_by?.reason ?? null,
      items: conversation.conversation!.items.map((item) =>
        item.type === 'message'
          ? [item.position, item.role, item.content!.join(''), item.interrupted, ids.indexOf(item.turn_id!)]
          : item,
      ),
      turns: turns.map(({ status, outcome, attempts, steps, user_message_ids }) => {
        const messages = user_message_ids.map((id) => items.findIndex((item) => item.id === id))
        return { status, outcome, attempts, steps, messages }
      }),
      rules: turns.map(({ concurrency }) => concurrency),
    }
    const expectedMessages = (turn: number) => {
      const { messages_of } = model.turns[turn]!
      return model.items.flatMap((item, index) => (item.role === 'user' && item.turn === messages_of ? [index] : []))
    }
    assert.deepEqual(seen, {
      status: model.status,
      user_turn_count: model.items.filter(({ role }) => role === 'user').length,
      end_reason: model.status === 'completed' ? 'ended_by_caller' : null,
      said: model.end_reason,
      items: model.items.map(({ role, text, interrupted, turn }, index) => [index, role, text, interrupted, turn]),
      turns: model.turns.map(({ status, outcome, attempts }, turn) => {
        return { status, outcome, attempts, steps: outcome === 'reply' ? 1 : 0, messages: expectedMessages(turn) }
      }),
      rules: model.turns.map(({ rule }, turn) => rule ?? seen.rules[turn]),
    })
    // T4: what was seen before is still there, and nothing has come between.
    const item_ids = items.map(({ id }) => id)
    assert.deepEqual(item_ids.slice(0, this.#seen.length), this.#seen)
    this.#seen = item_ids
    if (model.running?.attempt === 'alive') {
      const wanted = model.messagesOf(model.turns.indexOf(model.running))
      assert.deepEqual(this.current.asked.slice(-wanted.length), wanted)
    }
    return ids
  }

  /** What the database holds of a conversation that has ended. */
  async checkStored(): Promise<void> {
    const { conversation_id } = this
    const { rows } = await sql<Record<string, number>>`select
      (select count(*) from turns where conversation_id = ${conversation_id} and outcome is null) as open_turns,
      (select count(*) from (select turn_id from transcript_items where conversation_id = ${conversation_id} and role = 'assistant'
        group by turn_id having count(*) > 1) twice) as replied_twice,
      (select count(*) from events where conversation_id = ${conversation_id} and type = 'conversation.ended') as ends,
      (select count(*) from events where conversation_id = ${conversation_id} and type = 'message.created')
        - (select count(*) from transcript_items where conversation_id = ${conversation_id}) as messages_without_event,
      (select count(*) from events where conversation_id = ${conversation_id}
        and type in ('turn.completed', 'turn.failed', 'turn.cancelled'))
        - (select count(*) from turns where conversation_id = ${conversation_id}) as turns_without_end,
      (select max(sequence) - count(*) from events where conversation_id = ${conversation_id}) as holes`.execute(
      this.server.database.kysely,
    )
    assert.deepEqual(rows[0], {
      open_turns: 0,
      replied_twice: 0,
      ends: 1,
      messages_without_event: 0,
      turns_without_end: 0,
      holes: 0,
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leaveNothing()
    for (const node of this.#spare) this.#bury(killNode(node))
    await Promise.all(this.#dying)
    await this.model[Symbol.asyncDispose]()
    await this.server[Symbol.asyncDispose]()
  }
}

/** Looks again and again, for ten seconds at most. */
export async function until(what: string | (() => string), isSo: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + patience_ms
  while (!isSo()) {
    if (performance.now() > giveUpAt)
      throw new Error(`It never came to be that ${typeof what === 'string' ? what : what()}`)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}
