// Whether replies that were rated low in a row ask for a person. Pure.
import { type Decision, type LockedConversation, noChange } from './change.ts'
import { isActive } from './conversation.ts'
import { type RequestInput, byOf, requestChange, whyDeclined } from './handling-decisions.ts'
import { declinedChange } from './handling-upkeep.ts'

export interface RatedInput {
  turn_id: string
  /** The newest replies since the last return, the newest first; without a rating counts as fine. */
  newest: readonly { turn_id: string; confidence: number | null }[]
  threshold: number
  consecutive: number
  request: RequestInput
}

/** Only if the reply is the newest and no turn is open: otherwise the agent has gone on. */
export function decideLowConfidence(state: LockedConversation, input: RatedInput): Decision<'asked' | 'nothing'> {
  const { newest, turn_id, threshold, consecutive, request } = input
  const isIdle = isActive(state.status) && state.ending === null && state.open_turns.length === 0
  const low = newest.slice(0, consecutive).filter(({ confidence }) => confidence !== null && confidence < threshold)
  if (!isIdle || state.handled_by !== 'agent' || newest[0]?.turn_id !== turn_id || low.length < consecutive) {
    return { change: noChange, answer: 'nothing' }
  }
  const declined = whyDeclined(state, request)
  if (!declined) return { change: requestChange(state, request), answer: 'asked' }
  const opens_at = request.plan.declines?.opens_at ?? null
  return {
    change: declinedChange({ ...byOf(request), why: declined.why }, request.reason, opens_at),
    answer: 'nothing',
  }
}
