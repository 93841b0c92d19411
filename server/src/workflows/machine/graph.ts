// A workflow as its executions see it: steps, the ways out of them, and bounds. Made once from a checked definition. Pure.

/** The kinds of steps that are visited; a note never is. */
export const stepTypes = ['trigger', 'input', 'code', 'condition', 'http', 'app', 'output', 'wait'] as const
export type StepType = (typeof stepTypes)[number]

export interface Retry {
  /** 1: never repeated. */
  max_attempts: number
  backoff_seconds: number
  factor: number
  max_backoff_seconds: number
}

export interface GraphStep {
  id: string
  name: string
  type: StepType
  /** From ports (`default`, `error`, a condition's branches) to ids of steps. A port that is missing ends the path. */
  ports: ReadonlyMap<string, string>
  /** The step's own; null: that of the workflow, if the execution may use it. */
  retry: Retry | null
  /** Whether its requests may be sent twice, as far as the definition says. */
  is_idempotent: boolean
  /** Null: any number. */
  max_visits: number | null
}

export interface Graph {
  steps: ReadonlyMap<string, GraphStep>
  /** For steps without one, in executions that nobody waits for. */
  retry: Retry | null
  max_steps: number
  timeout_ms: number
}

/** Bounds that are settings of the server. */
export interface Limits {
  max_output_bytes: number
  max_context_bytes: number
  /** Attempts of one visit that ended with their server, one after another. */
  max_lost_attempts: number
  /** How long a caller waits for an execution, from its acceptance. */
  sync_ms: number
  /** How long an execution may wait for its start. */
  max_queued_ms: number
  /** How old an execution may become, waits included. */
  max_age_ms: number
}

export const defaultLimits: Limits = {
  max_output_bytes: 1024 * 1024,
  max_context_bytes: 4 * 1024 * 1024,
  max_lost_attempts: 10,
  sync_ms: 60_000,
  max_queued_ms: 86_400_000,
  max_age_ms: 400 * 86_400_000,
}

/** What decides beside the state. It is the same for all of an execution's life (W11). */
export interface Rules {
  graph: Graph
  limits: Limits
}
