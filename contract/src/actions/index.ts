// Every action that a tool can have. A new one is a file beside this one and a row here.
import { Type } from 'typebox'
import { named } from '../schema.ts'
import type { ActionDefinition, ActionOfDefinition } from './define.ts'
import { http } from './http.ts'
import { knowledgeBase } from './knowledge-base.ts'
import { playMessage } from './play-message.ts'
import { voice } from './voice.ts'
import { workflow } from './workflow.ts'

/** In the order in which people are shown them. */
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
/** The action that a type names. */
export type ActionOf<Named extends ActionType, Action = ToolAction> = Action extends { type: infer Type }
  ? Named extends Type
    ? Action
    : never
  : never

export const ToolAction = named('ToolAction', Type.Unsafe<ToolAction>({ anyOf: actions.map(({ schema }) => schema) }))

const by_type: ReadonlyMap<unknown, ActionDefinition> = new Map(
  actions.flatMap((action) => action.types.map((type) => [type, action] as const)),
)

/** Undefined for what is no type of an action. */
export function findAction(type: unknown): ActionDefinition | undefined {
  return by_type.get(type)
}

export type { ActionDefinition, FormField } from './define.ts'
export type { VoiceActionType } from './voice.ts'
