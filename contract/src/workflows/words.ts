// The words, defaults and bounds of workflows as plain data, for schemas, server and console. It imports nothing.

export const stepTypes = ['trigger', 'input', 'code', 'condition', 'http', 'app', 'output', 'wait', 'note'] as const
export type StepType = (typeof stepTypes)[number]

/** The steps where an execution can begin. */
export const entryTypes = ['trigger', 'input'] as const satisfies readonly StepType[]

export const triggerTypes = [
  'manual',
  'ongoing_conversation',
  'timer',
  'webhook',
  'event',
  'post_call',
  'pre_call',
] as const
export type TriggerType = (typeof triggerTypes)[number]

/** The types of an output's and an input's fields. */
export const valueTypes = ['string', 'number', 'boolean', 'array', 'object', 'any'] as const
export type ValueType = (typeof valueTypes)[number]

/** The units of a wait, with their seconds. */
export const waitUnits = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const
export type WaitUnit = keyof typeof waitUnits

export const stepMethods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
export type StepMethod = (typeof stepMethods)[number]

export const hookMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
export type HookMethod = (typeof hookMethods)[number]

/** What happens to the times of a schedule at which no server ran. */
export const missedRules = ['once', 'skip', 'all'] as const
export type MissedRule = (typeof missedRules)[number]

/** What happens at a time of a schedule whose last execution has not ended. */
export const overlapRules = ['allow', 'skip'] as const
/** What a webhook answers: that it was accepted, or the execution's output. */
export const hookAnswers = ['accepted', 'result'] as const

export const signatureTypes = ['standard_webhooks', 'github', 'stripe', 'slack', 'hmac'] as const
export type SignatureType = (typeof signatureTypes)[number]
export const signatureAlgorithms = ['sha256', 'sha1', 'sha512'] as const
export const signatureEncodings = ['hex', 'base64'] as const

/** Of which executions the content stays after their end. */
export const keepRules = ['all', 'failed', 'none'] as const
export type KeepRule = (typeof keepRules)[number]

/** The ports that are not branches of a condition. */
export const ownPorts = { next: 'default', failed: 'error' } as const

/** The problems of a definition. */
export const problemCodes = [
  'invalid',
  'required',
  'duplicate_id',
  'unknown_step',
  'unknown_port',
  'no_entry',
  'unreachable',
  'missing_branch',
  'unbounded_cycle',
  'entry_has_input',
  'note_connected',
  'expression',
  'code',
  'reserved_name',
  'not_available',
] as const
export type ProblemCode = (typeof problemCodes)[number]

/** The settings of a workflow whose definition does not mention them. */
export const workflowDefaults = {
  settings: {
    timeout_seconds: 3600,
    max_steps: 1000,
    max_concurrent: null,
    keep: 'all',
    ai_model: 'small',
  },
  retry: { max_attempts: 1, backoff_seconds: 1, factor: 2, max_backoff_seconds: 300 },
  code: { timeout_ms: 2000 },
  http: { method: 'GET', timeout_ms: 30_000, fail_on_status: false },
  app: { timeout_ms: 30_000 },
  wait: { duration: 1, unit: 'minutes', resumable: false },
  field: { type: 'any', required: false },
  timer: { timezone: 'UTC', missed: 'once', overlap: 'allow' },
  webhook: { methods: ['POST'], dedupe_hours: 24, respond: 'accepted' },
  signature: { algorithm: 'sha256', encoding: 'hex', prefix: '' },
} as const

/** Maximum entries of lists, characters of texts, and bounds of numbers. */
export const workflowBounds = {
  definition_bytes: 524_288,
  steps: 200,
  triggers: 10,
  /** In one definition. */
  expressions: 500,
  expression_characters: 10_000,
  code_bytes: 65_536,
  id: 64,
  name: 200,
  description: 10_000,
  note: 10_000,
  conditions: 50,
  condition: { name: 100 },
  fields: 100,
  field: { name: 200, description: 4000 },
  url: 20_000,
  headers: 100,
  methods: 5,
  connection: 200,
  tool: 200,
  agents: 100,
  events: 50,
  event: 64,
  cron: 200,
  timezone: 100,
  dedupe: 10_000,
  dedupe_hours: { least: 1, most: 720 },
  ai_model: 300,
  timeout_seconds: { least: 1, most: 86_400 },
  max_steps: { least: 1, most: 10_000 },
  max_concurrent: { least: 1, most: 1000 },
  max_visits: { least: 1, most: 1000 },
  code_timeout_ms: { least: 1, most: 10_000 },
  request_timeout_ms: { least: 1, most: 300_000 },
  retry: { max_attempts: 10, backoff_seconds: 3600, factor: 10, max_backoff_seconds: 86_400 },
  /** 366 days. */
  wait_seconds: { least: 1, most: 31_622_400 },
  problems: 100,
} as const

export const connectionKinds = ['mcp', 'http'] as const
export type ConnectionKind = (typeof connectionKinds)[number]

export const connectionDefaults = { method: 'GET', timeout_ms: 30_000 } as const

export const connectionBounds = {
  url: 2000,
  text: 20_000,
  headers: 100,
  timeout_ms: 300_000,
  /** Of one connection. */
  operations: 200,
  operation: { name: 64, description: 10_000, path: 2000 },
} as const

/** As AnyReach means them: of the published versions at most one is live, and only its triggers fire. */
export const versionStatuses = ['draft', 'published', 'live'] as const
export type WorkflowVersionStatus = (typeof versionStatuses)[number]

export const executionStatuses = ['queued', 'running', 'waiting', 'success', 'failed', 'cancelled'] as const
export type ExecutionStatus = (typeof executionStatuses)[number]

/** Those that can still change. */
export const openExecutionStatuses = ['queued', 'running', 'waiting'] as const satisfies readonly ExecutionStatus[]

export const visitStatuses = ['ready', 'running', 'waiting', 'retrying', 'success', 'failed', 'cancelled'] as const
export type VisitStatus = (typeof visitStatuses)[number]

/** Whether a caller waits for the end. */
export const executionModes = ['sync', 'async'] as const
export type ExecutionMode = (typeof executionModes)[number]

/** Why a step or an execution failed. */
export const executionErrorCodes = [
  'input_invalid',
  'expression_failed',
  'ai_failed',
  'budget_exceeded',
  'code_failed',
  'http_failed',
  'http_status',
  'address_refused',
  'response_too_large',
  'app_failed',
  'unknown_outcome',
  'output_invalid',
  'output_too_large',
  'context_too_large',
  'loop_limit',
  'step_limit',
  'timed_out',
  'not_started',
  'internal',
] as const
export type ExecutionErrorCode = (typeof executionErrorCodes)[number]

export const cancelReasons = [
  'by_caller',
  'turn_ended',
  'tool_timeout',
  'conversation_ended',
  'conversation_deleted',
] as const
export type CancelReason = (typeof cancelReasons)[number]

/** What became of a time of a schedule, a request to a webhook or an event. */
export const fireOutcomes = ['started', 'duplicate', 'skipped', 'refused'] as const
export type FireOutcome = (typeof fireOutcomes)[number]

/** What can be generated from a description. */
export const expressionKinds = ['expression', 'cron'] as const

/** Of workflows themselves, and of what callers send. */
export const workflowRecordBounds = {
  name: 200,
  description: 10_000,
  input_bytes: 262_144,
  /** How long a caller of `executeWorkflow` waits. */
  sync_seconds: 60,
  /** Cancelled by one call. */
  cancelled: 10_000,
  /** Of one test. */
  mocks: 200,
  /** Of the data of a preview. */
  preview_bytes: 1_048_576,
  connection: { name: 200, description: 10_000 },
} as const
