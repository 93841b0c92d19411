// Attempts of steps against real peers and a real sandbox, without a database: what the execution was given and has brought about is
// given, and what an attempt notes is kept.
import type { WorkflowDefinition } from '@parley/contract'
import { pino } from 'pino'
import { afterAll } from 'vitest'
import type { JsonObject, JsonValue } from '../../../src/base/json.ts'
import { type Clock, systemPorts } from '../../../src/base/ports.ts'
import { createOutboundClient } from '../../../src/outbound/client.ts'
import { type Sandbox, createSandbox } from '../../../src/sandbox/sandbox.ts'
import type { LoadedContext } from '../../../src/workflows/commit/load-context.ts'
import { ExecutionChanged } from '../../../src/workflows/commit/write.ts'
import { defaultLimits } from '../../../src/workflows/machine/graph.ts'
import { createApps } from '../../../src/workflows/run/app/call-app.ts'
import type { StoredConnection } from '../../../src/workflows/run/app/port.ts'
import type { AskModel } from '../../../src/workflows/run/ask-model.ts'
import { runAttempt } from '../../../src/workflows/run/attempt.ts'
import type { Report } from '../../../src/workflows/run/carry.ts'
import { createPlan } from '../../../src/workflows/run/plan.ts'
import type { WorkflowRunLimits } from '../../../src/workflows/run/settings.ts'
import type { RunServices } from '../../../src/workflows/run/visit-run.ts'
import { visitId } from '../../../src/workflows/rules/visit-id.ts'
import { limits as sandbox_limits } from '../../sandbox/fixture.ts'

export const run_limits: WorkflowRunLimits = {
  ...{ concurrency: 64, models: { small: null, standard: null }, output_bytes: 2 ** 20, context_bytes: 4 * 2 ** 20 },
  ...{ answer_bytes: 2 ** 20, prompts: 20, prompts_at_once: 4, prompt_characters: 60_000, reply_characters: 8000 },
  prompt_ms: 30_000,
}

/** A time that passes when a test says so. */
export const held_ms = 777

export const execution_id = '01900000-0000-7000-8000-000000000001'
export const started_at = Date.UTC(2030, 0, 2, 3, 4, 5)

export interface Given {
  type: string
  config: object
  /** Further fields of the step. */
  step?: object
  /** Further steps, whose names can be used. */
  others?: object[]
  settings?: object
  input?: JsonValue
  trigger?: JsonObject & { type: string }
  test?: JsonObject
  /** By step, in the order of their visits. */
  outputs?: Record<string, JsonValue>
  failure?: LoadedContext['failure']
  answers?: JsonValue
  position?: number
  depth?: number
  /** The execution has ended: nothing may be sent. */
  isOver?: boolean
  signal?: AbortSignal
}

export interface Noted {
  /** In their order. */
  log: ('effect' | 'open' | 'answers')[]
  answers: JsonValue | null
}

/** One for a file: its processes take longer to start than most tests. */
export function shareSandbox(): () => Steps {
  const sandbox = createSandbox(systemPorts.clock, sandbox_limits)
  afterAll(() => sandbox[Symbol.asyncDispose]())
  return () => new Steps(sandbox)
}

export class Steps {
  readonly secrets = new Map<string, string>()
  readonly connections: StoredConnection[] = []
  limits = run_limits
  askModel: AskModel = async () => {
    throw new Error('no model is expected here')
  }
  sandbox_ms = sandbox_limits.visit_ms
  /** Ends what has this time. */
  readonly #held = new Set<() => void>()
  readonly #sandbox: Sandbox

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox
  }

  /** Which came of an attempt. */
  async attempt(given: Given): Promise<{ report: Report; noted: Noted; key: string }> {
    const { position = 3, isOver = false, signal = new AbortController().signal } = given
    const plan = createPlan(definitionOf(given), defaultLimits, null)
    const noted: Noted = { log: [], answers: null }
    const note = async (what: Noted['log'][number]) => {
      if (isOver) throw new ExecutionChanged()
      noted.log.push(what)
    }
    const key = visitId(execution_id, position)
    const report = await runAttempt(this.services, {
      ...{ position, attempt: 1, plan, key, signal, started_at },
      execution: { id: execution_id, organization_id: 'an organization', workflow_id: 'w', version: 7 } as never,
      step: plan.graph.steps.get('step')!,
      visit: { position, step_id: 'step', visit: 1, started_at, attempts: [], lost: 0 },
      context: async () => contextOf(given, position),
      noteEffect: () => note('effect'),
      checkOpen: () => note('open'),
      noteAnswers: async (answers) => {
        await note('answers')
        noted.answers = answers
      },
    })
    return { report, noted, key }
  }

  /** What the step gives out, or why it fails. */
  async run(type: string, config: object, more: Partial<Given> = {}): Promise<JsonValue | { failed: string }> {
    const { report } = await this.attempt({ type, config, ...more })
    if (report.type === 'failed') return { failed: `${report.error.code}: ${report.error.message}` }
    return report.type === 'result' ? report.output : { until: report.until }
  }

  /** The time of what takes `held_ms` is over. */
  endTime(): void {
    for (const call of this.#held) call()
  }

  get #clock(): Clock {
    return {
      ...systemPorts.clock,
      after: (ms, call) => {
        if (ms !== held_ms) return systemPorts.clock.after(ms, call)
        this.#held.add(call)
        return () => void this.#held.delete(call)
      },
    }
  }

  get services(): RunServices {
    const ports = { ...systemPorts, clock: this.#clock }
    const outbound = createOutboundClient({ allowed_hosts: ['127.0.0.1'], clock: ports.clock })
    const core = {
      ...{ outbound, ports, log: pino({ level: 'silent' }), database: {}, sealers: {} },
      invoke: () => Promise.reject(new Error('no call is expected here')),
    }
    const find = async (_store: unknown, name: string) =>
      this.connections.find((connection) => connection.id === name || connection.name === name) ?? null
    this.#apps ??= createApps(core as never, find, this.limits.answer_bytes)
    return {
      ...{ ports, log: core.log, outbound, sandbox: this.#sandbox, limits: this.limits },
      sandbox_ms: this.sandbox_ms,
      readSecrets: async () => this.secrets,
      askModel: (question, signal) => this.askModel(question, signal),
      callApp: this.#apps.callApp,
    }
  }

  #apps: ReturnType<typeof createApps> | null = null
}

function definitionOf({ type, config, step = {}, others = [], settings = {} }: Given): WorkflowDefinition {
  return { schema_version: 1, settings, nodes: [...others, { id: 'step', type, config, ...step }] } as never
}

function contextOf(given: Given, position: number): LoadedContext {
  const outputs = Object.entries(given.outputs ?? {})
  return {
    ...{ input: given.input ?? {}, trigger: given.trigger ?? { type: 'manual' }, test: given.test ?? null },
    ...{ depth: given.depth ?? 0, conversation_id: null, agent_id: null, started_by: null },
    outputs: new Map(outputs.map(([id, output], index) => [id, { output, position: index + 1 }])),
    failure: given.failure ?? null,
    answers: given.answers === undefined ? null : { position, answers: given.answers },
  }
}
