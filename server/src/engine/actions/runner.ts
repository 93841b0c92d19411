// What an action gets when it runs, and what it may return.
import type { ActionOf, ActionType } from '@parley/contract'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { RenderBudget } from '../../templates/templates.ts'
import type { ToolCall, ToolRun } from '../tools/turn-tool.ts'

/** The variables of an action's templates. */
export type ToolVariables = Readonly<Record<string, JsonValue>>

/** The call that an action belongs to. */
export interface ActionRun {
  call: ToolCall
  run: ToolRun
  /** Of the action within its tool, such as `actions[0]`. */
  path: string
  /** Milliseconds left for the actions. */
  timeLeft(): number
  /** For all templates of the call. */
  budget: RenderBudget
  /** What the remaining actions of the call may add in total. Each action subtracts what it uses. */
  room: { saved_bytes: number; said_characters: number }
}

export interface ActionResult {
  /** For the templates of later actions, and for the output. */
  saved?: JsonObject
  /** To the end user, as part of the reply. */
  said?: string
  /** Is told the result of the call as it will be stored. */
  settle?: (output: JsonValue) => void
  /** Why it failed, which ends the actions; null or absent: it succeeded. */
  error?: string | null
}

/** May throw an `OutboundError` or a `TemplateError`: the action has failed. */
type Runner<Type extends ActionType> = (
  action: ActionOf<Type>,
  seen: ToolVariables,
  around: ActionRun,
) => Promise<ActionResult> | ActionResult

/** One for each type. */
export type ActionRunners = { [Type in ActionType]: Runner<Type> }
