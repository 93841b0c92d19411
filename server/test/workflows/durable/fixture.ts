// Executions on nodes that die and come back, on a database of their own; the requests of their steps are counted by a peer.
import { randomUUID } from 'node:crypto'
import { type PooledDatabase, openDatabase } from '../../../src/database/database.ts'
import { openReservedStore } from '../../../src/database/store.ts'
import { openBus } from '../../../src/live/bus.ts'
import { createLog } from '../../../src/telemetry/log.ts'
import { noMetrics } from '../../../src/telemetry/metrics.ts'
import { noTraces } from '../../../src/telemetry/traces.ts'
import type { WorkKind } from '../../../src/work/port.ts'
import { createWork } from '../../../src/work/work.ts'
import { type NewExecution, writeAcceptance } from '../../../src/workflows/commit/accept.ts'
import { type ChangeServices, changeExecution } from '../../../src/workflows/commit/change.ts'
import { lineWork } from '../../../src/workflows/commit/line.ts'
import type { Happening } from '../../../src/workflows/machine/events.ts'
import {
  type Graph,
  type GraphStep,
  type Rules,
  type StepType,
  defaultLimits,
} from '../../../src/workflows/machine/graph.ts'
import type { AttemptToRun, Report } from '../../../src/workflows/run/carry.ts'
import { sweepingWork } from '../../../src/workflows/commit/sweep.ts'
import { RunningExecutions } from '../../../src/workflows/run/running.ts'
import { executionWork } from '../../../src/workflows/work.ts'
import { type TestDatabase, createTestDatabase } from '../../support/database.ts'
import { testPorts } from '../../support/ports.ts'
import { violationsText } from './violations.ts'

export const soon = { timeout: 40_000, interval: 10 }

type Given = Partial<Omit<GraphStep, 'ports'>> & { type: StepType; ports?: Record<string, string> }

export function graphOf(steps: Record<string, Given>, more: Partial<Graph> = {}): Graph {
  const made = Object.entries(steps).map(([id, { ports = {}, ...given }]): [string, GraphStep] => [
    id,
    {
      id,
      name: `Step ${id}`,
      retry: null,
      is_idempotent: true,
      max_visits: null,
      ...given,
      ports: new Map(Object.entries(ports)),
    },
  ])
  return { steps: new Map(made), retry: null, max_steps: 1000, timeout_ms: 3_600_000, ...more }
}

export const answer = (output: Extract<Report, { type: 'result' }>['output'], more: object = {}): Report => ({
  ...{ type: 'result', output, bytes: JSON.stringify(output).length, branch: null, retry: null, chance: 0 },
  ...more,
})

/** What the steps do. `request` counts, after the commit or the check that allows it. */
export type Script = (attempt: AttemptToRun, request: () => Promise<void>) => Promise<Report>

/** As the settings have it. */
export const kept = { kept_days: { executions: 30, tests: 7 }, max_queued_ms: 86_400_000 }

const plain = new Set<StepType>(['trigger', 'input', 'condition', 'output'])

interface Parts {
  database: PooledDatabase
  ports: typeof testPorts
  /** Kinds of work besides those of executions. */
  more: (given: Omit<Parts, 'more'>) => WorkKind[]
}

export interface Node {
  /** Like kill -9: its connections break, and nothing more is written. */
  die(): void
  isDead: boolean
  /** As a server that is told to. */
  stop(): Promise<void>
}

export class Scene implements AsyncDisposable {
  readonly organization_id = randomUUID()
  readonly requests: { execution: string; position: number; attempt: number }[] = []
  script: Script = (attempt, request) => request().then(() => answer({ at: attempt.position }))
  readonly #base: TestDatabase
  readonly #rules = new Map<string, Rules>()
  readonly #nodes = new Map<string, Node>()
  readonly #stack: AsyncDisposableStack
  readonly #services: ChangeServices

  private constructor(base: TestDatabase, stack: AsyncDisposableStack) {
    this.#base = base
    this.#stack = stack
    this.#services = {
      ...{ ports: { reached: null }, bus: { publish: async () => {} } },
      rulesOf: (_store, pinned) => this.rulesOf(pinned),
    }
  }

  static async open(): Promise<Scene> {
    await using stack = new AsyncDisposableStack()
    const base = stack.use(await createTestDatabase())
    const scene = new Scene(base, stack.move())
    await scene.pool.query(`insert into organizations (id, name, slug) values ($1, 'Scene', $2)`, [
      scene.organization_id,
      `scene-${scene.organization_id}`,
    ])
    return scene
  }

  get pool() {
    return this.#base.database.pool
  }

  get database() {
    return this.#base.database
  }

  get store() {
    return openReservedStore(this.#base.database, this.organization_id)
  }

  rulesOf = async ({ workflow_id }: { workflow_id: string | null }): Promise<Rules> => this.#rules.get(workflow_id!)!

  /** Returns the id of the workflow. */
  add(graph: Graph): string {
    return this.addRules({ graph, limits: defaultLimits })
  }

  /** With what its runner needs besides. */
  addRules(rules: Rules): string {
    const id = randomUUID()
    this.#rules.set(id, rules)
    return id
  }

  async accept(workflow_id: string, more: Partial<NewExecution> = {}): Promise<string> {
    const id = randomUUID()
    const given: NewExecution = {
      ...{
        id,
        workflow_id,
        version: 1,
        definition_digest: null,
        mode: 'sync',
        entry: 'a',
        stop_after: null,
        test: null,
      },
      ...{ is_test: false, depth: 0, max_concurrent: null, input: {}, trigger: { type: 'manual' }, started_by: null },
      ...{ cause: null, conversation_id: null, agent_id: null, copied: null, keep: 'all' },
      ...more,
    }
    const { graph } = this.#rules.get(workflow_id)!
    await this.pool.query(
      `insert into workflows (id, organization_id, name) values ($1, $2, 'Workflow') on conflict do nothing`,
      [workflow_id, this.organization_id],
    )
    await this.store.transaction((tx) => writeAcceptance(tx, { reached: null }, graph, given))
    return id
  }

  change(name: 'cancel' | 'resume' | 'timeout', id: string, happening: Happening, bus = this.#services.bus) {
    return changeExecution({ ...this.#services, bus }, this.store, name, id, happening)
  }

  get services(): ChangeServices {
    return this.#services
  }

  /** `reached`: called at every pause point; a node that dies there never comes back from it. */
  async start(
    reached?: (point: string, node: Node) => Promise<void> | void,
    more: (given: { database: PooledDatabase; ports: typeof testPorts }) => WorkKind[] = () => [],
  ): Promise<Node> {
    const { connection_string } = this.#base
    const clients = new Set<{ connection: { stream: { destroy(): void } } }>()
    const database = openDatabase({
      connection_string,
      max_connections: 8,
      statement_timeout_ms: 30_000,
      onError: () => {},
    })
    database.pool.on('connect', (client) => void clients.add(client as never))
    const never = new Promise<never>(() => {})
    const node: Node = {
      isDead: false,
      stop: async () => {},
      die() {
        node.isDead = true
        database.pool.connect = () => never
        for (const { connection } of clients) connection.stream.destroy()
      },
    }
    const ports = {
      ...testPorts,
      reached: async (point: string) => {
        if (node.isDead) return never
        await reached?.(point, node)
        if (node.isDead) return never
      },
    }
    this.#stack.defer(() => this.#stop(node, database))
    await this.#work({ database, ports, more }, node)
    return node
  }

  async #work({ database, ports, more }: Parts, node: Node): Promise<void> {
    const { connection_string } = this.#base
    const bus = openBus({
      database,
      connection_string,
      after: ports.clock.after,
      onReconnect: () => {},
      onError: () => {},
    })
    this.#stack.defer(() => bus[Symbol.asyncDispose]())
    const running = new RunningExecutions({ database, bus, clock: ports.clock, onError: () => {} })
    const services = {
      ...{ database, ports, bus, running },
      rulesOf: (_store: unknown, pinned: { workflow_id: string | null }) => this.rulesOf(pinned),
      isPlain: ({ type }: GraphStep) => plain.has(type),
      runAttempt: (attempt: AttemptToRun) => this.#run(attempt, node),
    }
    const node_id = ports.newId()
    this.#nodes.set(node_id, node)
    const work = createWork({
      ...{ database, ports, node: { id: node_id } },
      kinds: [
        ...[executionWork(services, 16), lineWork(services), sweepingWork({ ...services, ...kept })],
        ...more({ database, ports }),
      ],
      live: { bus, presence: { whenGone: () => {} } },
      log: createLog(process.env['PARLEY_TEST_LOG'] ? 'debug' : 'fatal'),
      metrics: noMetrics,
      traces: noTraces,
    })
    void work.start().catch((error: unknown) => {
      if (!node.isDead) throw error
    })
    node.stop = () => work.stop()
    this.#stack.defer(() => (node.isDead ? undefined : work.stop()))
  }

  async #stop(node: Node, database: PooledDatabase): Promise<void> {
    if (!node.isDead) await database[Symbol.asyncDispose]()
  }

  #run(attempt: AttemptToRun, node: Node): Promise<Report> {
    if (plain.has(attempt.step.type)) return Promise.resolve(answer({ at: attempt.position }))
    return this.script(attempt, async () => {
      await (attempt.step.is_idempotent ? attempt.checkOpen() : attempt.noteEffect())
      if (node.isDead) return new Promise<never>(() => {})
      const { position, attempt: number } = attempt
      this.requests.push({ execution: attempt.execution.id, position, attempt: number })
    })
  }

  /** As when leases of dead nodes have run out; those of others go on. */
  async loseLeases(): Promise<void> {
    const dead = [...this.#nodes].filter(([, { isDead }]) => isDead).map(([id]) => id)
    await this.pool.query('update work set ready = true where lease is not null and node_id = any($1::uuid[])', [dead])
  }

  /** As if so much of its wait had passed; its timer fires with the next look. False: a run is about to set the timer. */
  async passTime(id: string, seconds: number): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `with fired as (
         update work set due_at = now() where kind = 'workflow_execution' and subject = $1::text and lease is null and not ready returning subject
       )
       update workflow_visits set until = until - $2 * interval '1 second', started_at = started_at - $2 * interval '1 second'
       where execution_id = $1::uuid and finished_at is null and exists (select from fired)`,
      [id, seconds],
    )
    return rowCount === 1
  }

  async read(id: string) {
    const { rows } = await this.pool.query('select * from workflow_executions where id = $1', [id])
    return rows[0] as Record<string, unknown> & { status: string; output: unknown; error: { code: string } | null }
  }

  async visits(id: string) {
    const { rows } = await this.pool.query('select * from workflow_visits where execution_id = $1 order by position', [
      id,
    ])
    return rows as (Record<string, unknown> & { position: number; step_id: string; status: string })[]
  }

  async events(id: string) {
    const { rows } = await this.pool.query(
      'select * from workflow_execution_events where execution_id = $1 order by number',
      [id],
    )
    return rows as { number: number; type: string }[]
  }

  /** W3, W4: what must hold after every commit; returns what does not. */
  async violations(): Promise<string[]> {
    const { rows } = await this.pool.query<{ what: string }>(violationsText)
    return rows.map(({ what }) => what)
  }

  [Symbol.asyncDispose]() {
    return this.#stack.disposeAsync()
  }
}
