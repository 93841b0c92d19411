// What an action is given when it is carried out, and what may come of it.
import type { ActionOf, ActionType } from '@parley/contract'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import type { RenderBudget } from '../../templates/templates.ts'
import type { ToolCall, ToolRun } from '../tools/turn-tool.ts'

/** What the templates of an action see. */
export type ToolVariables = Readonly<Record<string, JsonValue>>

/** The call that an action is a part of. */
export interface ActionRun {
  call: ToolCall
  run: ToolRun
  /** Milliseconds that are left of the actions' time. */
  timeLeft(): number
  /** For all templates of the call. */
  budget: RenderBudget
  /** What all actions of the call together may still add. An action takes its part. */
  room: { saved_bytes: number; said_characters: number }
}

export interface ActionResult {
  /** For the templates of later actions, and for the output. */
  saved?: JsonObject
  /** To the end user, as a part of the reply. */
  said?: string
  /** Why it failed, which ends the actions; null or absent: it did not. */
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
