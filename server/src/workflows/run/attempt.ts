// Carries out one attempt of a visit: sees to mocks, has the runner of the step's type work, and reports what came of it.
import { executionErrorCodes } from '@parley/contract'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { makeStorable } from '../../base/text.ts'
import { newFuel } from '../../sandbox/rules/plain.ts'
import type { ExecutionErrorCode } from '../machine/execution.ts'
import { isObject } from '../../agents/rules/config-faults.ts'
import { namesOfVisit } from '../rules/names-of-visit.ts'
import type { ResolvedStep } from '../rules/resolve-definition.ts'
import type { ModelReply } from './ask-model.ts'
import type { AttemptToRun, Report } from './carry.ts'
import { StepFailure, shortenMessage } from './failure.ts'
import type { Plan } from './plan.ts'
import { stepRunners } from './step-runners.ts'
import type { RunServices, RunStep, StepResult, StepWait, VisitRun } from './visit-run.ts'

/** Throws what is no fault of the step: the execution has changed, the lease is lost, the database is away. */
export async function runAttempt(services: RunServices, attempt: AttemptToRun<Plan>): Promise<Report> {
  const run = await openVisit(services, attempt)
  try {
    const mock = mockOf(run)
    const result = mock === null ? await runStep(run) : answerOf(run.step, mock)
    return reportOf(run, result)
  } catch (error) {
    attempt.signal.throwIfAborted()
    if (!(error instanceof StepFailure)) throw error
    const { failure_cause: cause, after_ms } = error
    const told = { ...error.told, message: shortenMessage(error.message) }
    return { type: 'failed', error: told, cause, after_ms, chance: services.ports.random(), ...alongside(run, error) }
  }
}

async function openVisit(services: RunServices, attempt: AttemptToRun<Plan>): Promise<VisitRun> {
  const context = await attempt.context()
  const { plan, execution, position, started_at } = attempt
  const { id, workflow_id, version } = execution
  const { answers } = context
  const known = {
    ...context,
    execution: { id, workflow_id, version, started_at: new Date(started_at).toISOString() },
  }
  return {
    services,
    attempt,
    context,
    step: plan.definition.steps.get(attempt.step.id)!,
    names: namesOfVisit(known, plan.definition.steps),
    fuel: newFuel(),
    time: { left_ms: services.sandbox_ms },
    replies: answers?.position === position ? [...(answers.answers as unknown as ModelReply[])] : [],
    used: { replies: 0, input_tokens: 0, output_tokens: 0 },
    notes: [],
  }
}

function runStep(run: VisitRun): Promise<StepResult | StepWait> {
  const { type, config } = run.step
  // TypeScript cannot relate a looked-up runner to its configuration.
  const runner = stepRunners[type] as RunStep<typeof type>
  return runner(config as never, run)
}

function reportOf(run: VisitRun, result: StepResult | StepWait): Report {
  if ('until' in result) return { type: 'waits', ...result, ...alongside(run, {}) }
  const { output, branch = null, retry = null } = result
  const bytes = Buffer.byteLength(JSON.stringify(output))
  const chance = run.services.ports.random()
  return { type: 'result', output, bytes, branch, retry, chance, ...alongside(run, result) }
}

/** What readers of the visit see besides its output. */
function alongside({ notes, used }: VisitRun, { input, logs = '' }: { input?: JsonValue; logs?: string }) {
  const told = [logs.trimEnd(), ...notes].filter((text) => text !== '').join('\n')
  const { input_tokens, output_tokens } = used
  return {
    ...(input === undefined ? {} : { input }),
    ...(told === '' ? {} : { logs: makeStorable(told) }),
    ...(input_tokens + output_tokens === 0 ? {} : { input_tokens, output_tokens }),
  }
}

// --- mocks ---

function mockOf({ context: { test }, step }: VisitRun): JsonObject | null {
  const mocks = test?.['mocks']
  if (!isObject(mocks) || !Object.hasOwn(mocks, step.id)) return null
  const mock = mocks[step.id]
  return isObject(mock) ? (mock as JsonObject) : null
}

const codes: ReadonlySet<unknown> = new Set(executionErrorCodes)

/** What stands in for the step. Throws the failure that it is to have. */
function answerOf(step: ResolvedStep, { output = null, error }: JsonObject): StepResult {
  if (isObject(error)) {
    const { code, message } = error
    const told = typeof message === 'string' ? message : 'The mock of this step is an error.'
    throw new StepFailure(codes.has(code) ? (code as ExecutionErrorCode) : 'internal', told)
  }
  const isBranch = step.type === 'condition' && step.config.conditions.some(({ name }) => name === output)
  return { output, branch: isBranch ? String(output) : null }
}
