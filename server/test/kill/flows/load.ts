// Clients of workflows: they start executions in every way, wait for them, resume, cancel and repeat them, send requests to webhooks, make
// schedules due and go live, on any available node, and repeat lost calls. They record every answer.
import { randomUUID } from 'node:crypto'
import { setTimeout as pass } from 'node:timers/promises'
import type { Client } from '@parley/sdk'
import type pg from 'pg'
import { type Call, type Calls, createCalls } from '../calls.ts'
import type { Random } from '../random.ts'
import type { Answer } from '../records.ts'
import type { Flows } from './prepare.ts'
import type { SentFlows, SentStart } from './records.ts'
import { plantSchedule } from './schedules.ts'

export interface FlowOptions {
  pool: pg.Pool
  sent: SentFlows
  flows: Flows
  /** The nodes that serve, as far as is known. */
  urls: () => string[]
  isOver: () => boolean
}

type Workflow = keyof Flows['ids']

/** How often it looks whether an execution has come so far. */
const looks = 40
const look_ms = 150

export class FlowLoad {
  readonly #options: FlowOptions
  readonly #calls: Calls
  #n = 0

  constructor(options: FlowOptions) {
    this.#options = options
    this.#calls = createCalls(options.urls)
  }

  /** One client, until the load is over. */
  async runClient(random: Random): Promise<void> {
    const acts: [share: number, act: (random: Random) => Promise<unknown>][] = [
      [4, (own) => this.#startAndLeave(own)],
      [3, (own) => this.#wait(own)],
      [3, (own) => this.#resume(own)],
      [3, (own) => this.#hook(own)],
      [2, (own) => this.#line(own)],
      [1, (own) => this.#start('slow', own)],
      [1, (own) => this.#goLive(own)],
      [2, (own) => this.#retry(own)],
      [2, (own) => this.#schedule(own)],
      [3, (own) => this.#converse(own)],
    ]
    const shares = acts.flatMap(([share, act]) => Array.from({ length: share }, () => act))
    while (!this.#options.isOver()) {
      await random.pick(shares)(random)
      await pass(random.between(0, 80))
    }
  }

  /** After the load: nothing waits for an hour any more, or for its turn behind many others. */
  async finish(random: Random): Promise<void> {
    const line = { workflow_id: this.#options.flows.ids.lined }
    for (const body of [{ status: 'waiting' as const }, line]) {
      await this.#calls.untilAnswered([], random, (client, signal) => client.cancelExecutions(body, { signal }))
    }
  }

  #newStart(random: Random): SentStart {
    this.#n += 1
    return { n: this.#n, is_keyed: random.happens(0.6), answers: [], execution_id: null, told: null }
  }

  /** Without a key a call is made once. */
  #call<T>(start: { is_keyed: boolean; answers: Answer[] }, random: Random, call: Call<T>): Promise<T | null> {
    return start.is_keyed
      ? this.#calls.untilAnswered(start.answers, random, call)
      : this.#calls.once(start.answers, random, call, 'keyless')
  }

  async #start(workflow: Workflow, random: Random): Promise<SentStart> {
    const { sent, flows } = this.#options
    const start = this.#newStart(random)
    sent.starts.push(start)
    const body = { workflow_id: flows.ids[workflow], input_data: { n: start.n }, ...keyOf(start) }
    const started = await this.#call(start, random, (client, signal) => client.executeWorkflowAsync(body, { signal }))
    start.execution_id = started?.execution_id ?? null
    return start
  }

  /** Some are cancelled, at whatever they do. */
  async #startAndLeave(random: Random): Promise<void> {
    const { execution_id } = await this.#start('effects', random)
    if (execution_id === null || random.happens(0.6)) return
    await pass(random.between(0, 2500))
    await this.#cancel(execution_id, random)
  }

  async #wait(random: Random): Promise<void> {
    const { sent, flows } = this.#options
    const start = this.#newStart(random)
    sent.starts.push(start)
    const workflow_id = random.happens(0.3) ? flows.ids.effects : flows.ids.quick
    const initial = workflow_id === flows.ids.quick ? { initial_step: 'tool' } : {}
    const body = { workflow_id, input_data: { n: start.n }, ...initial, ...keyOf(start) }
    const ended = await this.#call(start, random, (client, signal) => client.executeWorkflow(body, { signal }))
    if (!ended) return
    start.execution_id = ended.execution_id
    const output = ended.status === 'success' ? (ended.output as { n?: unknown } | null) : null
    start.told = { status: ended.status, n: output?.n ?? null }
  }

  /** Several that resume it at once, or somebody who cancels it, too. */
  async #resume(random: Random): Promise<void> {
    const { execution_id } = await this.#start('pausing', random)
    if (execution_id === null || !(await this.#reaches(execution_id, random, ['waiting']))) return
    const others = Array.from({ length: random.between(1, 3) }, () => this.#resumeOnce(execution_id, random))
    await Promise.all([...others, ...(random.happens(0.3) ? [this.#cancel(execution_id, random)] : [])])
  }

  async #resumeOnce(execution_id: string, random: Random): Promise<void> {
    this.#n += 1
    const resume = { execution_id, data: this.#n, answers: [] as Answer[], has_won: false }
    this.#options.sent.resumes.push(resume)
    const body = { execution_id, data: resume.data, idempotency_key: randomUUID() }
    const resumed = await this.#calls.untilAnswered(resume.answers, random, (client, signal) =>
      client.resumeExecution(body, { signal }),
    )
    resume.has_won = resumed !== null
  }

  async #cancel(execution_id: string, random: Random): Promise<void> {
    const cancel = { execution_id, told: null as { status: string } | null }
    this.#options.sent.cancels.push(cancel)
    const body = { execution_id, idempotency_key: randomUUID() }
    const ended = await this.#calls.untilAnswered([], random, (client, signal) =>
      client.cancelExecution(body, { signal }),
    )
    if (ended) cancel.told = { status: ended.status }
  }

  async #line(random: Random): Promise<void> {
    await Promise.all(Array.from({ length: random.between(1, 3) }, () => this.#start('lined', random)))
  }

  /** The same request up to three times at once. */
  async #hook(random: Random): Promise<void> {
    const { sent, flows } = this.#options
    this.#n += 1
    const hook = { n: this.#n, execution_ids: [] as string[], refusals: [] as number[] }
    sent.hooks.push(hook)
    const send = (_client: Client, signal: AbortSignal, url: string) =>
      sendHook(`${url}/workflow/hooks/${flows.hook.token}`, hook.n, signal)
    const one = async () => {
      const answered = await this.#calls.untilAnswered([], random, send)
      if (answered === null) return
      if ('refused' in answered) hook.refusals.push(answered.refused)
      else hook.execution_ids.push(answered.execution_id)
    }
    await Promise.all(Array.from({ length: random.between(1, 3) }, one))
  }

  /** The other version, whose triggers take the place of those that are live. */
  async #goLive(random: Random): Promise<void> {
    const { workflow_id } = this.#options.flows.hook
    const body = { workflow_id, version: random.pick(['1', '2']), idempotency_key: randomUUID() }
    await this.#calls.untilAnswered([], random, (client, signal) => client.goLiveWorkflowVersion(body, { signal }))
  }

  async #retry(random: Random): Promise<void> {
    const { starts, retries } = this.#options.sent
    const known = starts.filter(({ execution_id, told }) => execution_id !== null && told !== null)
    if (known.length === 0) return
    const { execution_id } = random.pick(known.slice(-50))
    const retry = { ...this.#newStart(random), is_keyed: true }
    retries.push(retry)
    const body = { execution_id: execution_id!, from_step: 'post', idempotency_key: randomUUID() }
    const started = await this.#call(retry, random, (client, signal) => client.retryExecution(body, { signal }))
    retry.execution_id = started?.execution_id ?? null
  }

  async #schedule(random: Random): Promise<void> {
    const { pool, sent, flows } = this.#options
    const make: Call<string> = async (client) => {
      const { id } = await client.createWorkflow({ name: 'Yearly', definition: flows.definitions.yearly })
      await client.publishWorkflowVersion({ workflow_id: id, version: '1' })
      await client.goLiveWorkflowVersion({ workflow_id: id, version: '1' })
      return id
    }
    await plantSchedule(pool, sent.planted, () => this.#calls.once([], random, make))
  }

  /** A conversation that workflows precede and follow, or whose end starts one. */
  async #converse(random: Random): Promise<void> {
    const agent_id = random.pick(Object.values(this.#options.flows.agents))
    this.#n += 1
    const body = { channel: 'text' as const, user_id: `flow user ${this.#n}`, agent_id, idempotency_key: randomUUID() }
    const created = await this.#calls.untilAnswered([], random, (client, signal) =>
      client.createConversation(body, { signal }),
    )
    if (!created) return
    const end = { conversation_id: created.conversation.id, prefer: 'wait=0', idempotency_key: randomUUID() }
    await this.#calls.untilAnswered([], random, (client, signal) => client.endConversation(end, { signal }))
  }

  async #reaches(execution_id: string, random: Random, statuses: string[]): Promise<boolean> {
    for (let look = 0; look < looks && !this.#options.isOver(); look += 1) {
      const found = await this.#calls.once([], random, (client, signal) =>
        client.getWorkflowExecution({ execution_id }, { signal }),
      )
      if (found && statuses.includes(found.status)) return true
      if (found?.finished_at) return false
      await pass(look_ms)
    }
    return false
  }
}

const keyOf = ({ is_keyed }: SentStart) => (is_keyed ? { idempotency_key: randomUUID() } : {})

type HookAnswer = { execution_id: string } | { refused: number }

async function sendHook(address: string, n: number, signal: AbortSignal): Promise<HookAnswer> {
  const headers = { 'content-type': 'application/json', 'x-id': String(n) }
  const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify({ n }), signal })
  if (response.status === 202) return (await response.json()) as { execution_id: string }
  if (response.status !== 503) return { refused: response.status }
  throw new Error('the server is about to stop')
}
