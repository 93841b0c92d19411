// The built-in tool `hand_off`: people take over. It runs last in its step, and ends the turn in the commit that leaves the agent.
import { type ModelReason, handOffBounds, modelReasons } from '@parley/contract'
import type { HandOffRules } from '../../agents/rules/hand-off.ts'
import type { JsonObject } from '../../base/json.ts'
import type { AskedByModel } from '../hand-off.ts'
import { type TurnTool, failed } from './turn-tool.ts'

export const hand_off_tool = 'hand_off'

const about =
  'Hands the conversation to a person and ends your turn. Say in your text what happens now, or give it as `message`.'
const asked = 'Call it when the end user asks for a person, and when you cannot help.'
const notAsked = 'Call it when you cannot help.'

const text = (maxLength: number, description: string) => ({ type: 'string', maxLength, description })

export function handOffTool({ teams, asked_for_person }: HandOffRules): TurnTool {
  const properties: JsonObject = {
    reason: { type: 'string', enum: [...modelReasons] },
    text: text(handOffBounds.text, 'What the person should know. The end user does not see it.'),
    message: text(handOffBounds.message, 'What the end user is told, if you say nothing yourself.'),
    ...(teams.length > 0 ? { team: { type: 'string', enum: teams, description: 'Who should answer.' } } : {}),
  }
  return {
    ...{ name: hand_off_tool, description: `${about} ${asked_for_person ? asked : notAsked}` },
    parameters: { type: 'object', properties, required: ['reason'], additionalProperties: false },
    ...{ is_checked: true, idempotent: true, needs_room: false, ends: 'turn' },
    // One call of a step is carried out with the end of the turn, and not here.
    run: async () => failed('Nobody was asked. Call it again, once in a step, if a person is still needed.'),
  }
}

export function readAsked(given: JsonObject): AskedByModel {
  const { reason, text: about_it, message, team } = given as Partial<Record<string, string>>
  return {
    ...{ reason: reason as ModelReason, text: about_it?.trim() ? about_it : null },
    ...{ message: message?.trim() ? message : '', team: team ?? null },
  }
}
