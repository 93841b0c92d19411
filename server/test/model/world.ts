// The real server beside the model: nodes on one database, waiting calls, and the comparison after each step.
import assert from 'node:assert/strict'
import { type Client, ApiError } from '@parley/sdk'
import { sql } from '../support/sql.ts'
import { type TestServer, publishAgent, startTestServer } from '../support/server.ts'
import { opened_hosts } from '../support/tool-peer.ts'
import {
  type RawAnswer,
  checkStored,
  compareAnswer,
  compareConversation,
  compareModelCall,
  compareRequests,
} from './comparison.ts'
import { type ConversationModel, type Outcome, max_tool_steps, max_waiting } from './conversation-model.ts'
import { type HeldTools, type ToolRequest, startHeldTools } from './held-tools.ts'
import { type HeldModel, type ModelCall, startHeldModel } from './held-model.ts'
import { ManualClock } from './manual-clock.ts'
import { type Node, killNode, max_turn_seconds, startNode, stopNode, maintain, waits } from './node.ts'

const patience = { ms: 60_000 }

/** After a failure, the sequence is shrunk by failing again and again. */
export function hurry(): void {
  patience.ms = 3000
}

/** A call of a client, from the moment it was sent. */
export interface Call {
  node: number
  /** Null while it has no answer. */
  answer: RawAnswer | null
  /** The model's expectation for it. */
  outcome: Outcome
  /** The client has disconnected, but its call continues. */
  isAbandoned: boolean
  leave(): void
}

type Sent = Omit<Call, 'outcome'>

export interface Options {
  signal: AbortSignal
  onResponse: (response: Response) => void
}

export class World implements AsyncDisposable {
  readonly server: TestServer
  readonly model: HeldModel
  readonly tools: HeldTools
  readonly agent_id: string
  /** The nodes of a sequence; null: down. */
  nodes: (Node | null)[] = []
  conversation_id = ''
  calls: Call[] = []
  /** Distinguishes the texts of sequences. */
  sequence = 0
  /** Every node that was started and not stopped by a sequence; the next one reuses it. */
  #spare: Node[] = []
  readonly #clock: ManualClock
  #seen: string[] = []
  /** The node whose attempt was the last to call a model or a tool. */
  #at_work = ''
  #ends = new Set<string>()
  readonly #dying = new Set<Promise<void>>()

  private constructor(
    { server, model, tools }: { server: TestServer; model: HeldModel; tools: HeldTools },
    agent_id: string,
    clock: ManualClock,
  ) {
    this.server = server
    this.model = model
    this.tools = tools
    this.agent_id = agent_id
    this.#clock = clock
  }

  static async start(): Promise<World> {
    const clock = new ManualClock()
    const environment = {
      PARLEY_SECRET_KEY: '0'.repeat(64),
      PARLEY_LIMIT_WAITING_TURNS: String(max_waiting),
      PARLEY_DATABASE_CONNECTIONS: '4',
      PARLEY_DRAIN_SECONDS: '0',
      ...opened_hosts,
    }
    const server = await startTestServer(environment, { ports: { clock } })
    // No database crash is part of this, and waiting for the disk would take most of the time.
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(server.database)
    await sql`alter database ${sql.ref(rows[0]!.name)} set synchronous_commit = off`.execute(server.database)
    const tools = await startHeldTools()
    const { agent_id } = await publishAgent(server.client, {
      max_turn_seconds,
      max_tool_steps,
      tools: tools.tools,
    })
    const model = await startHeldModel((asked) => asked.at(-1)!.startsWith(`Message s${world.sequence} `))
    const world: World = new World({ server, tools, model }, agent_id, clock)
    return world
  }

  /** Starts a sequence: this many nodes, with nothing to do. */
  async begin(count: number): Promise<void> {
    await this.#leaveNothing()
    this.sequence += 1
    this.server.log.length = 0
    while (this.#spare.length < count) this.#spare.push(await this.#startNode())
    this.nodes = this.#spare.slice(0, count)
    this.#spare = this.#spare.slice(count)
    this.conversation_id = this.server.app.core.ports.newId()
    this.#seen = []
    this.#at_work = ''
    this.#ends.clear()
  }

  /** The previous sequence may have failed at any point, with waiting calls and busy nodes. */
  async #leaveNothing(): Promise<void> {
    const isQuiet = this.calls.every(({ answer }) => answer !== null)
    const up = this.nodes.filter((node) => node !== null)
    this.nodes = []
    if (isQuiet) this.#spare.unshift(...up)
    else for (const node of up) this.#bury(killNode(node))
    for (const call of this.calls) call.leave()
    this.calls = []
    for (const call of this.model.calls.splice(0)) if (call.isOpen) call.fail()
    for (const request of this.tools.requests.splice(0)) if (request.isOpen) request.answer('too late')
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

  #startNode(): Promise<Node> {
    const onReached = (name: string, point: string) => {
      if (point === 'attempt.started' || point === 'tool.asked') this.#at_work = name
    }
    return startNode(this.server, this.model, onReached, until)
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
    this.nodes[index] = await this.#startNode()
  }

  maintain(index: number): Promise<void> {
    return maintain(this.node(index), until)
  }

  /** Time passes for leases exactly as in the model. */
  async setLease({ running }: ConversationModel): Promise<void> {
    if (!running) return
    const at = (isOver: boolean) => (isOver ? sql`now() - interval '1 second'` : sql`now() + interval '1 hour'`)
    await sql`update turns set lease_expires_at = ${at(running.lease_expired)},
      deadline_at = ${running.past_deadline ? at(true) : sql`deadline_at`}
      where conversation_id = ${this.conversation_id} and status = 'running'`.execute(this.server.database)
  }

  // Model calls

  /** The call of the running attempt, which is the latest. */
  get current(): ModelCall {
    return this.model.calls.at(-1)!
  }

  /** The newest, if the call was made more than once. */
  requestOf(call: string): ToolRequest {
    return this.tools.requests.findLast((request) => request.call === call)!
  }

  /** What the running attempt waits for: its model, or its tools. */
  awaited({ running }: ConversationModel): (ModelCall | ToolRequest)[] {
    if (running?.attempt !== 'alive') return []
    return running.pending.length === 0 ? [this.current] : running.pending.map(({ call }) => this.requestOf(call))
  }

  /** Its turn is taken over: its current work no longer counts. */
  forgetOwner(): void {
    this.#at_work = ''
  }

  get owner(): number {
    return this.nodes.findIndex((node) => node?.name === this.#at_work)
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

  /** If the node that runs the turn is dead, a request for its text waits in vain. */
  passTextWaits(): void {
    for (const node of this.nodes) node?.clock.fire(waits.text, { pass: true })
  }

  /**
   * Waits until everything that the model expects has happened: calls are answered or wait, the attempt that should run has
   * called
   * its model and received its text. Then compares everything that can be seen.
   */
  async settle(model: ConversationModel, reader: number, { is_owner_lost = false } = {}): Promise<void> {
    await until(
      () => this.#describeUnrest(model),
      () => {
        // If one call is done, others that ask for the text of the same turn ask in vain.
        if (is_owner_lost || this.calls.some(({ answer }) => answer !== null)) this.passTextWaits()
        return this.#isQuiet(model)
      },
    )
    this.#compareAnswers(model, await this.#compareConversation(model, reader))
  }

  #isQuiet(model: ConversationModel): boolean {
    const isLate = this.calls.some((call) => !call.isAbandoned && !call.answer && model.answerOf(call.outcome))
    const areNodesQuiet = this.up.every((node) => this.#isNodeQuiet(model, node))
    const haveAsked = this.model.calls.length === model.asked && this.tools.requests.length === model.tools_asked
    return !isLate && areNodesQuiet && haveAsked && this.#hasHeard(model)
  }

  /** Its calls wait, or are answered. A call without a notification looks by itself. */
  #isNodeQuiet(model: ConversationModel, index: number): boolean {
    const { clock } = this.node(index)
    const waiting = this.calls.filter((call) => call.node === index && !model.answerOf(call.outcome)).length
    if (countLooks(clock) > waiting) for (const wait of looks) clock.fire(wait)
    return countLooks(clock) === waiting
  }

  /** The running attempt has received all of the text; one that is done has written its result. */
  #hasHeard(model: ConversationModel): boolean {
    const { running } = model
    const heard = this.nodes[this.owner]?.app.rooms.engine.engine.textSoFar(this.conversation_id) ?? null
    if (running?.attempt === 'alive') return heard === running.said && this.awaited(model).every(({ isOpen }) => isOpen)
    return heard === null
  }

  #describeUnrest(model: ConversationModel): string {
    const calls = this.calls.map((call) => ({
      node: call.node,
      outcome: call.outcome,
      expected: model.answerOf(call.outcome),
      answer: call.answer,
    }))
    const waiting = this.nodes.map((node) => node && countLooks(node.clock))
    const asked = this.model.calls.map(
      ({ node, asked, isOpen }) => `${node}${isOpen ? '' : ' (over)'}: ${asked.join(', ')}`,
    )
    const said = this.nodes.map((node) => node?.app.rooms.engine.engine.textSoFar(this.conversation_id))
    return `all is quiet: ${JSON.stringify({ calls, waiting, asked, expected: model.asked, tools: this.tools.requests, expected_tools: model.tools_asked, running: model.running, said }, null, 1)}`
  }

  /** Compares the answers that have arrived; the other calls keep waiting. */
  #compareAnswers(model: ConversationModel, turn_ids: string[]): void {
    const open: Call[] = []
    for (const call of this.calls) {
      const expected = model.answerOf(call.outcome)
      if (call.isAbandoned ? !expected : !call.answer) open.push(call)
      if (call.isAbandoned || !call.answer) continue
      if (!expected) throw new Error(`answered before its turn was over: ${JSON.stringify(call)}`)
      compareAnswer(call.answer, expected, { conversation_id: this.conversation_id, turn_ids })
      if (call.outcome.replayed !== undefined) assert.equal(call.answer.is_replay, call.outcome.replayed)
      // Every end gets the same answer.
      if ('end' in expected) this.#ends.add(JSON.stringify(call.answer.body))
      assert.ok(this.#ends.size <= 1)
    }
    this.calls = open
  }

  /** As the reader shows it. Returns the ids of the turns. */
  async #compareConversation(model: ConversationModel, reader: number): Promise<string[]> {
    const client = this.nodes[reader]?.client ?? this.server.client
    const { conversation_id } = this
    const [conversation, { data: turns }] = await Promise.all([
      client.getConversation({ conversation_id }),
      client.listConversationTurns({ conversation_id }),
    ])
    compareConversation(conversation, turns, model)
    // T4: what was seen before is still there, and nothing was inserted between.
    const items = conversation.conversation!.items
    const item_ids = items.map(({ id }) => id)
    assert.deepEqual(item_ids.slice(0, this.#seen.length), this.#seen)
    this.#seen = item_ids
    compareRequests(this.tools.requests, items)
    const { running } = model
    if (running?.attempt === 'alive' && running.pending.length === 0) compareModelCall(this.current, model)
    return turns.map(({ turn_id }) => turn_id)
  }

  /** What the database holds of a conversation that has ended. */
  checkStored(): Promise<void> {
    return checkStored(this.server.database, this.conversation_id)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leaveNothing()
    for (const node of this.#spare) this.#bury(killNode(node))
    await Promise.all(this.#dying)
    await this.model[Symbol.asyncDispose]()
    await this.tools[Symbol.asyncDispose]()
    await this.server[Symbol.asyncDispose]()
  }
}

const looks = [waits.look, waits.own_look]
const countLooks = (clock: Node['clock']) => looks.reduce((sum, wait) => sum + clock.count(wait), 0)

/** Polls, at most for this long. */
export async function until(what: string | (() => string), isSo: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + patience.ms
  while (!isSo()) {
    if (performance.now() > giveUpAt)
      throw new Error(`Timed out waiting until ${typeof what === 'string' ? what : what()}`)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}
