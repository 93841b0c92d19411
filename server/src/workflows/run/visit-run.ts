// What the runner of a step gets: its configuration, what it can see, and what it may use.
import type { Logger } from 'pino'
import type { JsonValue } from '../../base/json.ts'
import type { Ports } from '../../base/ports.ts'
import type { Fuel } from '../../sandbox/rules/plain.ts'
import type { Names, Sandbox, TimeLeft } from '../../sandbox/sandbox.ts'
import type { LoadedContext } from '../commit/load-context.ts'
import type { RetryHint } from '../machine/events.ts'
import type { ResolvedStep, StepConfigs, VisitedType } from '../rules/resolve-definition.ts'
import type { Secrets } from '../../secrets/secrets.ts'
import type { AskModel, ModelReply } from './ask-model.ts'
import type { AttemptToRun } from './carry.ts'
import type { Plan } from './plan.ts'
import type { ToolCall } from './app/port.ts'
import type { WorkflowRunLimits } from './settings.ts'
import type { OutboundClient } from '../../outbound/client.ts'

export interface RunServices {
  readonly ports: Pick<Ports, 'clock' | 'random' | 'newId'>
  readonly log: Logger
  readonly outbound: OutboundClient
  readonly sandbox: Sandbox
  /** Processor time in it for all expressions of a visit. */
  readonly sandbox_ms: number
  readonly limits: WorkflowRunLimits
  /** All of an organization, or the named ones. */
  readSecrets(organization_id: string, names?: readonly string[]): Promise<Secrets>
  readonly askModel: AskModel
  readonly callApp: CallApp
}

export interface VisitRun {
  services: RunServices
  attempt: AttemptToRun<Plan>
  step: ResolvedStep
  context: LoadedContext
  names: Names
  /** For all expressions of the visit. */
  fuel: Fuel
  /** For those in the sandbox. */
  time: TimeLeft
  /** What models have answered the visit, in the order of its prompts; those of earlier attempts first. */
  replies: ModelReply[]
  /** How many of them are used. */
  used: { replies: number; input_tokens: number; output_tokens: number }
  /** What readers of the visit should know. */
  notes: string[]
}

export interface StepResult {
  output: JsonValue
  /** Of a condition; null: none matched. */
  branch?: string | null
  /** What the step was given, without secrets. */
  input?: JsonValue
  logs?: string
  /** The answer stands only if this was the last attempt. */
  retry?: RetryHint
}

/** The step waits. Times are milliseconds since 1970. */
export interface StepWait {
  until: number
  is_resumable: boolean
}

/** Returns what the tool answers, without secrets. Throws a `StepFailure`. */
export type CallApp = (run: VisitRun, connection: string, call: ToolCall) => Promise<JsonValue>

/** Throws a `StepFailure`; anything else is no fault of the step. */
export type RunStep<Type extends VisitedType> = (
  config: StepConfigs[Type],
  run: VisitRun,
) => Promise<StepResult | StepWait>
