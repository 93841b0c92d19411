// Actions that only a call by voice can carry out; on text they are skipped.
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
  { additionalProperties: true, description: 'Only calls by voice have it: kept, and skipped on text.' },
)

export const voice = defineAction({ type: voiceActionTypes, schema: VoiceAction, templates: [], form: [] })
