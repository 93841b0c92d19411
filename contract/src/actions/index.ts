// Every action that a tool can have. A new action is a file in this folder and a row here.
import { Type } from '../type.ts'
import { named } from '../schema.ts'
import type { ActionDefinition, ActionOfDefinition } from './define.ts'
import { http } from './http.ts'
import { knowledgeBase } from './knowledge-base.ts'
import { playMessage } from './play-message.ts'
import { voice } from './voice.ts'
import { workflow } from './workflow.ts'

/** The actions, in the order in which they are displayed. */
const definitions = {
  http,
  playMessage,
  workflow,
  knowledgeBase,
  voice,
}

export const actions: readonly ActionDefinition[] = Object.values(definitions)

export type ToolAction = ActionOfDefinition<(typeof definitions)[keyof typeof definitions]>
export type ActionType = ToolAction['type']
/** The action with this type. */
export type ActionOf<Named extends ActionType, Action = ToolAction> = Action extends { type: infer Type }
  ? Named extends Type
    ? Action
    : never
  : never

export const ToolAction = named('ToolAction', Type.Unsafe<ToolAction>({ anyOf: actions.map(({ schema }) => schema) }))

const by_type: ReadonlyMap<unknown, ActionDefinition> = new Map(
  actions.flatMap((action) => action.types.map((type) => [type, action] as const)),
)

/** Undefined if no action has the type. */
export function findAction(type: unknown): ActionDefinition | undefined {
  return by_type.get(type)
}

export type { ActionDefinition, FormField } from './define.ts'
export type { VoiceActionType } from './voice.ts'
export { findWorkflowFaults } from './workflow.ts'
