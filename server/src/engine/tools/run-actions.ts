// Runs the actions of a tool one after the other: later ones see what earlier ones saved, and the first that fails ends them.
import { setImmediate } from 'node:timers/promises'
import type { ToolAction } from '@parley/contract'
import type { ResolvedTool } from '../../agents/rules/tools.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { OutboundError } from '../../outbound/client.ts'
import { atPath, describeTemplateFault, logTemplateFault } from '../../templates/faults.ts'
import { TemplateError, createBudget, evaluateCondition, mayLookUp, renderTemplate } from '../../templates/templates.ts'
import type { ActionRun, ActionRunners, ToolVariables } from '../actions/runner.ts'
import type { ToolCall, ToolOutcome, ToolRun } from './turn-tool.ts'

const max_output_characters = 262_144
/** For all actions of a call. */
const max_said_together = 262_144
const max_saved_bytes = 1_048_576
/** For all error actions of a call. */
const max_error_actions_ms = 10_000

interface Progress {
  saved: JsonObject
  said: string[]
  /** What actions want to know of the result. */
  settles: ((output: JsonValue) => void)[]
  /** Why an action failed. */
  error: string | null
}

export async function runActions(
  tool: Pick<ResolvedTool, 'actions' | 'actions_on_error' | 'output' | 'timeout_ms'>,
  runners: ActionRunners,
  call: ToolCall,
  run: ToolRun,
): Promise<ToolOutcome> {
  const { clock } = run.services.ports
  const budget = createBudget()
  const room = { saved_bytes: max_saved_bytes, said_characters: max_said_together }
  const within = (ms: number): ActionRun => {
    const deadline = clock.monotonic() + ms
    return { call, run, path: '', budget, room, timeLeft: () => Math.max(1, Math.ceil(deadline - clock.monotonic())) }
  }
  const { timeout_ms } = tool
  const progress: Progress = { saved: {}, said: [], settles: [], error: null }
  const around = within(timeout_ms)
  await runInOrder('actions', tool.actions, runners, progress, around)
  const is_error = progress.error !== null
  // The failed action may have used up all of the time.
  const late = () => within(Math.min(timeout_ms, max_error_actions_ms))
  if (is_error) await runInOrder('actions_on_error', tool.actions_on_error, runners, progress, late())
  const output = outputOf(tool.output, progress, around)
  const result = { said: progress.said.join('\n\n'), is_error: is_error || output.is_error, output: output.value }
  const { settles } = progress
  return settles.length === 0 ? result : { ...result, settle: (stored) => settles.forEach((one) => one(stored)) }
}

/** Until one fails. */
async function runInOrder(
  list: string,
  actions: ToolAction[],
  runners: ActionRunners,
  progress: Progress,
  around: ActionRun,
): Promise<void> {
  let path = list
  try {
    for (const [index, action] of actions.entries()) {
      path = `${list}[${index}]`
      // Rendering takes time, and the calls of a step start together: lets others run in between.
      await setImmediate()
      const seen = variablesOf(progress, around)
      const condition = action.condition?.trim()
      if (condition && !atPath(`${path}.condition`, () => evaluateCondition(condition, seen, around.budget))) continue
      const { saved = {}, said, settle, error = null } = await runAction(runners, action, seen, { ...around, path })
      // Spread: an assignment would treat some names as the prototype.
      progress.saved = { ...progress.saved, ...saved }
      if (said !== undefined) progress.said.push(said)
      if (settle) progress.settles.push(settle)
      if (error === null) continue
      progress.error ??= error
      return
    }
  } catch (error) {
    const reason = reasonOf(error, path, around)
    progress.error ??= reason
  }
}

function runAction<Action extends ToolAction>(
  runners: ActionRunners,
  action: Action,
  seen: ToolVariables,
  around: ActionRun,
) {
  // The type of one runner: TypeScript cannot relate a looked-up entry of the map to its action.
  const run = runners[action.type] as (...given: [Action, ToolVariables, ActionRun]) => ReturnType<typeof runners.http>
  return run(action, seen, around)
}

/** Names set by the configuration's author take precedence over those set by a model. */
function variablesOf({ saved, error }: Pick<Progress, 'saved' | 'error'>, { call, run }: ActionRun): ToolVariables {
  return { ...call.arguments, ...saved, error: error ?? '', ...run.variables, arguments: call.arguments }
}

/** An `output` that says nothing of the error is for a call that succeeds: of one that failed the reason is the result. */
function outputOf(
  template: string | null,
  progress: Progress,
  around: ActionRun,
): { value: JsonValue; is_error: boolean } {
  const { saved, error } = progress
  if (template === null) return { value: plainOutput(progress), is_error: false }
  try {
    if (error !== null && !mayLookUp(template, 'error')) return { value: error, is_error: true }
    const { budget } = around
    const text = renderTemplate(template, variablesOf(progress, around), { max_output: max_output_characters, budget })
    return { value: text, is_error: false }
  } catch (failure) {
    const reason = reasonOf(failure, 'output', around)
    return { value: plainOutput({ saved, error: error ?? reason }), is_error: true }
  }
}

/** A server's response is returned without any additions. */
function plainOutput({ saved, error }: Pick<Progress, 'saved' | 'error'>): JsonValue {
  if (error === null) return saved
  return Object.keys(saved).length === 0 ? error : { ...saved, error }
}

function reasonOf(error: unknown, path: string, { run, call }: ActionRun): string {
  run.signal.throwIfAborted()
  if (error instanceof OutboundError) return `${error.message}.`
  if (error instanceof TemplateError) {
    error.path ??= path
    const reason = describeTemplateFault(error)
    logTemplateFault(run.log, { tool: call.name, path: error.path, reason: run.redactor.redactText(reason) })
    return reason
  }
  throw error
}
