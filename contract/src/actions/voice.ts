// Actions that only voice calls can run; text conversations skip them.
import { Type } from '../type.ts'
import { without_effect } from '../schema.ts'
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

/** Stored as sent. An author is told of each that it has no effect yet, as opposed to a key that is not known. */
const later = Type.Optional(Type.Unsafe<unknown>({ [without_effect]: true }))

const VoiceAction = actionSchema(
  'VoiceAction',
  voiceActionTypes,
  {
    audio: later,
    url: later,
    wait: later,
    background: later,
    loop: later,
    volume: later,
    message: later,
    messages: later,
    seconds: later,
    min_delay: later,
    max_delay: later,
    digits: later,
    dtmf: later,
    transfer_number: later,
    displayed_number: later,
    transferee_number: later,
    phone_number: later,
    number: later,
    answer_seconds: later,
    consult_seconds: later,
    wait_for_answer: later,
    supervisor_instructions: later,
    hold_audio: later,
  },
  { description: 'Only for voice calls: stored, and skipped in text conversations.' },
)

export const voice = defineAction({ type: voiceActionTypes, schema: VoiceAction, templates: [], form: [] })
