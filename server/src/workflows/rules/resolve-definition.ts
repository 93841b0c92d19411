// A checked definition with all its defaults, as what carries a visit out reads it. Pure. Null means the same as absent.
import {
  type StepMethod,
  type StepOf,
  type StepType,
  type WaitUnit,
  type WorkflowDefinition,
  type WorkflowRetry,
  type WorkflowStep,
  waitUnits,
  workflowDefaults as defaults,
} from '@parley/contract'
import type { Retry } from '../machine/graph.ts'
import type { FieldOfInput, FieldOfOutput } from './convert-values.ts'
import { type ResolvedTrigger, resolveTrigger } from './resolve-trigger.ts'

type Values = Record<string, unknown>

/** The configuration of each type of step that is visited. */
export interface StepConfigs {
  trigger: ResolvedTrigger
  input: { fields: FieldOfInput[] }
  code: { code: string; timeout_ms: number }
  condition: { conditions: { name: string; condition: string }[] }
  http: {
    method: StepMethod
    url: string
    headers: Values
    query_params: Values
    /** Absent: none is sent. */
    body?: unknown
    timeout_ms: number
    fail_on_status: boolean
  }
  app: { connection: string; tool: string; arguments: Values; timeout_ms: number }
  output: { output_data: FieldOfOutput[] }
  /** `until` instead of `duration`, if it is set. */
  wait: { duration: number | string; unit_seconds: number; until: string | null; resumable: boolean }
}

export type VisitedType = keyof StepConfigs

export type ResolvedStep = {
  [T in VisitedType]: {
    id: string
    name: string
    type: T
    config: StepConfigs[T]
    /** From ports to ids of steps. */
    ports: ReadonlyMap<string, string>
    /** The step's own; null: that of the settings. */
    retry: Retry | null
    /** As the definition says; null: as the type and its configuration say. */
    idempotent: boolean | null
    max_visits: number | null
    /** For its prompts. */
    ai_model: string
  }
}[VisitedType]

export interface ResolvedSettings {
  timeout_seconds: number
  retry: Retry | null
  max_steps: number
  max_concurrent: number | null
  keep: 'all' | 'failed' | 'none'
  ai_model: string
}

export interface ResolvedDefinition {
  settings: ResolvedSettings
  /** By id, without notes. */
  steps: ReadonlyMap<string, ResolvedStep>
}

export function resolveDefinition({ settings, nodes }: WorkflowDefinition): ResolvedDefinition {
  const given = settings ?? {}
  const resolved: ResolvedSettings = {
    timeout_seconds: given.timeout_seconds ?? defaults.settings.timeout_seconds,
    retry: resolveRetry(given.retry),
    max_steps: given.max_steps ?? defaults.settings.max_steps,
    max_concurrent: given.max_concurrent ?? defaults.settings.max_concurrent,
    keep: given.keep ?? defaults.settings.keep,
    ai_model: given.ai_model ?? defaults.settings.ai_model,
  }
  const steps = nodes.flatMap((step): [string, ResolvedStep][] =>
    step.type === 'note' ? [] : [[step.id, resolveStep(step, resolved.ai_model)]],
  )
  return { settings: resolved, steps: new Map(steps) }
}

function resolveRetry(retry: WorkflowRetry | null | undefined): Retry | null {
  if (retry === null || retry === undefined) return null
  return {
    max_attempts: retry.max_attempts ?? defaults.retry.max_attempts,
    backoff_seconds: retry.backoff_seconds ?? defaults.retry.backoff_seconds,
    factor: retry.factor ?? defaults.retry.factor,
    max_backoff_seconds: retry.max_backoff_seconds ?? defaults.retry.max_backoff_seconds,
  }
}

type Visited = Exclude<WorkflowStep, { type: 'note' }>

function resolveStep(step: Visited, ai_model: string): ResolvedStep {
  const ways = Object.entries(step.next ?? {})
  return {
    id: step.id,
    name: step.name ?? step.id,
    type: step.type,
    config: (resolvers[step.type] as (config: unknown) => unknown)(step.config),
    // What follows an output is never visited.
    ports: new Map(step.type === 'output' ? ways.filter(([port]) => port === 'error') : ways),
    retry: resolveRetry(step.retry),
    idempotent: step.idempotent ?? null,
    max_visits: step.max_visits ?? null,
    ai_model: step.ai_model ?? ai_model,
  } as ResolvedStep
}

type ConfigOf<T extends StepType> = StepOf<T>['config']

const resolvers: { [T in VisitedType]: (config: ConfigOf<T>) => StepConfigs[T] } = {
  trigger: resolveTrigger,
  input: ({ fields }) => ({
    fields: (fields ?? []).map(({ name, type, required, default: standard }) => ({
      name,
      type: type ?? defaults.field.type,
      required: required ?? defaults.field.required,
      default: standard ?? null,
    })),
  }),
  code: ({ code, timeout_ms }) => ({ code: code ?? '', timeout_ms: timeout_ms ?? defaults.code.timeout_ms }),
  condition: ({ conditions }) => ({
    conditions: (conditions ?? []).map(({ name, condition }) => ({ name, condition: condition ?? '' })),
  }),
  http: ({ method, url, headers, query_params, body, timeout_ms, fail_on_status }) => ({
    method: method ?? defaults.http.method,
    url: url ?? '',
    headers: headers ?? {},
    query_params: query_params ?? {},
    ...(body === undefined || body === null ? {} : { body }),
    timeout_ms: timeout_ms ?? defaults.http.timeout_ms,
    fail_on_status: fail_on_status ?? defaults.http.fail_on_status,
  }),
  app: ({ connection, tool, arguments: given, timeout_ms }) => ({
    connection: (connection ?? '').trim(),
    tool: (tool ?? '').trim(),
    arguments: given ?? {},
    timeout_ms: timeout_ms ?? defaults.app.timeout_ms,
  }),
  output: ({ output_data }) => ({
    output_data: (output_data ?? []).map(({ name, type, value }) => ({
      name,
      type: type ?? defaults.field.type,
      value: value ?? null,
    })),
  }),
  wait: ({ duration, unit, until, resumable }) => ({
    duration: duration ?? defaults.wait.duration,
    unit_seconds: waitUnits[(unit ?? defaults.wait.unit) as WaitUnit],
    until: until === undefined || until === null || until.trim() === '' ? null : until,
    resumable: resumable ?? defaults.wait.resumable,
  }),
}
