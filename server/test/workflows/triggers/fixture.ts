// Workflows with triggers on nodes that die and come back, on a database of their own. Time is what the rows say: tests move it.
import type { WorkflowDefinition } from '@parley/contract'
import { readExpression } from '../../../src/sandbox/rules/expression.ts'
import { evaluatePlain, newFuel } from '../../../src/sandbox/rules/plain.ts'
import { createSealers } from '../../../src/sealing/seal.ts'
import { buildGraph } from '../../../src/workflows/rules/build-graph.ts'
import { resolveDefinition } from '../../../src/workflows/rules/resolve-definition.ts'
import { arrivalsWork } from '../../../src/workflows/triggers/arrivals.ts'
import type { Evaluate } from '../../../src/workflows/triggers/evaluate.ts'
import { placeTriggers } from '../../../src/workflows/triggers/place-triggers.ts'
import { scheduleWork } from '../../../src/workflows/triggers/schedules.ts'
import type { RunnableVersion, TriggerServices } from '../../../src/workflows/triggers/services.ts'
import { testPorts } from '../../support/ports.ts'
import { Scene as Durable, soon } from '../durable/fixture.ts'

export { soon }

/** The beginning of a minute some minutes ago. */
export const minutesAgo = (minutes: number) => new Date((Math.floor(Date.now() / 60_000) - minutes) * 60_000)

/** A schedule that is due once a day, at this time: so a test has no other time. */
export const dailyAt = (time: Date, more: object = {}): TriggerSent => ({
  ...{ type: 'timer', cron: `${time.getUTCMinutes()} ${time.getUTCHours()} * * *` },
  ...more,
})

/** Once an hour, at the minute of this time. */
export const hourlyAt = (time: Date, more: object = {}): TriggerSent => ({
  ...{ type: 'timer', cron: `${time.getUTCMinutes()} 0-23 * * *` },
  ...more,
})
export type { Node } from '../durable/fixture.ts'

export type TriggerSent = Record<string, unknown> & { type: string }

/** A trigger, and a step that ends. */
export function definitionOf(
  triggers: Record<string, TriggerSent>,
  more: { settings?: object; steps?: object[]; next?: string } = {},
): WorkflowDefinition {
  const { settings = {}, steps = [{ id: 'end', type: 'output', config: {} }], next = 'end' } = more
  const entries = Object.entries(triggers).map(([id, config]) => ({
    ...{ id, type: 'trigger', config },
    next: { default: next },
  }))
  return { schema_version: 1, settings, nodes: [...entries, ...steps] } as unknown as WorkflowDefinition
}

export function runnableOf(definition: WorkflowDefinition): RunnableVersion {
  const resolved = resolveDefinition(definition)
  return { definition: resolved, graph: buildGraph(resolved, () => false) }
}

export interface TriggerRow {
  id: string
  workflow_id: string
  step_id: string
  type: string
  version: number
  is_live: boolean
  paused: boolean
  /** Milliseconds since 1970. */
  next_at: number | null
  token: Buffer | null
}

export interface FireRow {
  trigger_id: string
  outcome: string
  reason: string | null
  /** Milliseconds since 1970. */
  scheduled_at: number | null
  execution_id: string | null
}

export interface ExecutionRow {
  id: string
  version: number
  status: string
  input: Record<string, unknown>
  trigger: Record<string, unknown>
  depth: number
  conversation_id: string | null
}

export const sealer = createSealers(Buffer.alloc(32, 7), testPorts.randomBytes).sealer

/** Plain expressions; `fails` fails. */
export const evaluate: Evaluate = async ({ text, names }) => {
  if (text === 'fails') return { value: null, fault: 'it fails' }
  const { read } = readExpression(text)
  const result = evaluatePlain(read!, names, newFuel(), 65_536)
  return { value: (result!.value ?? null) as never, fault: null }
}

export class TriggerScene implements AsyncDisposable {
  readonly durable: Durable
  readonly #versions = new Map<string, RunnableVersion>()
  has_room = true
  /** How often somebody was told that there is no room. */
  refusals = 0

  private constructor(durable: Durable) {
    this.durable = durable
  }

  static async open(): Promise<TriggerScene> {
    return new TriggerScene(await Durable.open())
  }

  get pool() {
    return this.durable.pool
  }

  get organization_id() {
    return this.durable.organization_id
  }

  /** A new workflow, of which nothing is live. */
  async add(definition: WorkflowDefinition): Promise<string> {
    const runnable = runnableOf(definition)
    const workflow_id = this.durable.add(runnable.graph)
    await this.pool.query(`insert into workflows (id, organization_id, name) values ($1, $2, 'Workflow')`, [
      workflow_id,
      this.organization_id,
    ])
    this.publish(workflow_id, 1, definition)
    return workflow_id
  }

  publish(workflow_id: string, version: number, definition: WorkflowDefinition): void {
    this.#versions.set(`${workflow_id} ${version}`, runnableOf(definition))
  }

  /** Null: goes offline. */
  async goLive(workflow_id: string, version: number | null, ports: Partial<typeof testPorts> = {}): Promise<void> {
    const live = version === null ? null : { version, ...this.#versions.get(`${workflow_id} ${version}`)! }
    await this.durable.store.transaction((tx) =>
      placeTriggers({ ports: { ...testPorts, ...ports }, sealer }, tx, { workflow_id, live }),
    )
  }

  /** A new workflow that is live. */
  async live(definition: WorkflowDefinition): Promise<string> {
    const workflow_id = await this.add(definition)
    await this.goLive(workflow_id, 1)
    return workflow_id
  }

  servicesOn(given: Pick<TriggerServices, 'database' | 'ports'>): TriggerServices {
    return {
      ...given,
      accepting: { reached: given.ports.reached, jobs_of_organization: 200 },
      hasRoom: async () => {
        if (!this.has_room) this.refusals += 1
        return this.has_room
      },
      versionOf: async (_store, workflow_id, version) => {
        const found = this.#versions.get(`${workflow_id} ${version}`)
        if (!found) throw new Error('there is no such version')
        return found
      },
    }
  }

  start(reached?: Parameters<Durable['start']>[0]) {
    return this.durable.start(reached, (given) => {
      const services = { ...this.servicesOn(given), ports: given.ports, evaluate, transcript_characters: 1000 }
      return [scheduleWork(services), arrivalsWork(services)]
    })
  }

  /** Due now, whenever it was to be. */
  async hurry(kind: string): Promise<void> {
    await this.pool.query('update work set due_at = now() where kind = $1 and lease is null', [kind])
  }

  async addWork(kind: string, subject: string): Promise<void> {
    await this.pool.query(
      'insert into work_arrivals (kind, owner, subject, organization_id, due_at) values ($1, $2, $2, $3, now())',
      [kind, subject, this.organization_id],
    )
  }

  async triggers(workflow_id: string): Promise<TriggerRow[]> {
    const { rows } = await this.pool.query<TriggerRow>(
      'select *, milliseconds_of(next_at) as next_at from workflow_triggers where workflow_id = $1 order by step_id',
      [workflow_id],
    )
    return rows
  }

  async trigger(workflow_id: string): Promise<TriggerRow> {
    return (await this.triggers(workflow_id))[0]!
  }

  async fires(workflow_id: string): Promise<FireRow[]> {
    const { rows } = await this.pool.query<FireRow>(
      `select f.*, milliseconds_of(f.scheduled_at) as scheduled_at from workflow_fires f join workflow_triggers t on t.id = f.trigger_id where t.workflow_id = $1
       order by f.scheduled_at, f.at, f.id`,
      [workflow_id],
    )
    return rows
  }

  async executions(workflow_id: string): Promise<ExecutionRow[]> {
    const { rows } = await this.pool.query<ExecutionRow>(
      'select * from workflow_executions where workflow_id = $1 order by queued_at, id',
      [workflow_id],
    )
    return rows
  }

  /** As if no time since this one had been judged. */
  async makeDue(workflow_id: string, next_at: Date): Promise<void> {
    await this.pool.query(
      `with moved as (
         update workflow_triggers set next_at = $2 where workflow_id = $1 and next_at is not null returning *
       )
       insert into work_arrivals (kind, owner, subject, organization_id, due_at)
       select 'workflow_schedule', workflow_id, id, organization_id, now() from moved`,
      [workflow_id, next_at],
    )
  }

  [Symbol.asyncDispose]() {
    return this.durable[Symbol.asyncDispose]()
  }
}
