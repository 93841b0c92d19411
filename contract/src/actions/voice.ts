// Actions that only voice calls can run; text conversations skip them.
import { actionSchema, defineAction } from './define.ts'

const voiceActionTypes = [
  'play_audio',
  'cold_transfer',
  'warm_transfer',
  'conference',
  'dtmf',
  'wait',
  'hangup',
  'leave_room',
  'stop_audio',
  'update_endpointing',
] as const
export type VoiceActionType = (typeof voiceActionTypes)[number]

const VoiceAction = actionSchema(
  'VoiceAction',
  voiceActionTypes,
  {},
  { additionalProperties: true, description: 'Only for voice calls: stored, and skipped in text conversations.' },
)

export const voice = defineAction({ type: voiceActionTypes, schema: VoiceAction, templates: [], form: [] })
