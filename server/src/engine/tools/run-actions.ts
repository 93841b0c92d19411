// The actions of a tool, one after the other: what they save is what later ones see, and the first that fails ends them.
import { setImmediate } from 'node:timers/promises'
import type { ToolAction } from '@parley/contract'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { OutboundError } from '../../outbound/client.ts'
import {
  type RenderBudget,
  TemplateError,
  createBudget,
  evaluateCondition,
  renderTemplate,
} from '../../templates/templates.ts'
import { callHttp } from './http-action.ts'
import { storedBytes } from '../../base/json-size.ts'
import type { ToolCall, ToolOutcome, ToolRun } from './run-tool.ts'
import type { ToolWork } from '../rules/turn-tools.ts'

/** What the templates of an action see. */
export type ToolVariables = Readonly<Record<string, JsonValue>>

const max_said_characters = 32_000
const max_output_characters = 262_144
/** Of all actions of a call. */
const max_said_together = 262_144
const max_saved_bytes = 1_048_576
/** For all error actions of a call. */
const max_error_actions_ms = 10_000

interface Progress {
  saved: JsonObject
  said: string[]
  /** Why an action failed. */
  error: string | null
  /** Bytes that further answers may take. */
  room: number
}

interface ActionRun {
  call: ToolCall
  run: ToolRun
  /** Milliseconds that are left of the actions' time. */
  timeLeft(): number
  /** For all templates of the call. */
  budget: RenderBudget
}

export async function runActions(
  work: Extract<ToolWork, { type: 'actions' }>,
  timeout_ms: number,
  call: ToolCall,
  run: ToolRun,
): Promise<ToolOutcome> {
  const { clock } = run.services.ports
  const budget = createBudget()
  const within = (ms: number): ActionRun => {
    const deadline = clock.monotonic() + ms
    return { call, run, budget, timeLeft: () => Math.max(1, Math.ceil(deadline - clock.monotonic())) }
  }
  const progress: Progress = { saved: {}, said: [], error: null, room: max_saved_bytes }
  const around = within(timeout_ms)
  await runInOrder(work.actions, progress, around)
  const is_error = progress.error !== null
  // What failed may have used up all of the time.
  if (is_error) await runInOrder(work.actions_on_error, progress, within(Math.min(timeout_ms, max_error_actions_ms)))
  const output = outputOf(work.output, progress, around)
  return { said: progress.said.join('\n\n'), is_error: is_error || output.is_error, output: output.value }
}

/** Until one fails. */
async function runInOrder(actions: ToolAction[], progress: Progress, around: ActionRun): Promise<void> {
  try {
    for (const action of actions) {
      // Rendering takes its time, and the calls of a step begin all at once: others have their turn in between.
      await setImmediate()
      const seen = variablesOf(progress, around)
      if (action.condition && !evaluateCondition(action.condition, seen, around.budget)) continue
      const error = await runAction(action, seen, progress, around)
      if (error === null) continue
      progress.error ??= error
      return
    }
  } catch (error) {
    progress.error ??= reasonOf(error, around)
  }
}

/** Answers why it failed, or null. */
async function runAction(
  action: ToolAction,
  variables: ToolVariables,
  progress: Progress,
  around: ActionRun,
): Promise<string | null> {
  switch (action.type) {
    case 'http': {
      if (progress.room <= 0) return 'There is no room for another answer.'
      const { saved, error } = await callHttp(action, { ...around, variables, room: progress.room })
      progress.room -= storedBytes(saved)
      // Spread: assigning would take some names for the prototype.
      progress.saved = { ...progress.saved, ...(action.save_as ? { [action.save_as]: saved } : saved) }
      return error
    }
    case 'play_message': {
      const { budget } = around
      const text = renderTemplate(action.message, variables, { max_output: max_said_characters, budget }).trim()
      if (text === '') return null
      if (progress.said.join('').length + text.length > max_said_together) return 'The tool has said too much.'
      progress.said.push(text)
      progress.saved = { ...progress.saved, message: text }
      return null
    }
    case 'workflow':
      return 'Workflows are not available on this server.'
    case 'knowledge_base':
      return 'Knowledge bases are not available on this server.'
    default:
      around.run.log.info(
        { tool: around.call.name, call_id: around.call.call_id },
        `Skipping voice-only action '${action.type}' on async text channel`,
      )
      return null
  }
}

/** What the author of the configuration named stands above what a model named. */
function variablesOf({ saved, error }: Pick<Progress, 'saved' | 'error'>, { call, run }: ActionRun): ToolVariables {
  return { ...call.arguments, ...saved, error: error ?? '', ...run.variables, arguments: call.arguments }
}

function outputOf(
  template: string | null,
  progress: Progress,
  around: ActionRun,
): { value: JsonValue; is_error: boolean } {
  const { saved, error } = progress
  if (template === null) return { value: plainOutput(progress), is_error: false }
  try {
    const { budget } = around
    const text = renderTemplate(template, variablesOf(progress, around), { max_output: max_output_characters, budget })
    return { value: text, is_error: false }
  } catch (failure) {
    return { value: plainOutput({ saved, error: error ?? reasonOf(failure, around) }), is_error: true }
  }
}

/** What the answer of a server says for itself needs no words of ours. */
function plainOutput({ saved, error }: Pick<Progress, 'saved' | 'error'>): JsonValue {
  if (error === null) return saved
  return Object.keys(saved).length === 0 ? error : { ...saved, error }
}

function reasonOf(error: unknown, { run }: ActionRun): string {
  run.signal.throwIfAborted()
  if (error instanceof OutboundError || error instanceof TemplateError) return `${error.message}.`
  throw error
}
