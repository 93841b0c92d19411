// Which calls of the model a change accounts for when it takes a turn from its attempt (P3). Pure.
// Each call that a running attempt may have under way is accounted for by exactly one commit: a fenced one of the attempt, or the one that
// takes the turn from it. An attempt that has tool calls without a result has no call of the model under way: its step has counted it.
import type { CountedCall } from '../../usage/port.ts'
import type { Change, OpenTurn } from './change.ts'

/** What is known of an attempt that was stopped. */
export interface StoppedCalls {
  turn_id: string
  lease: number
  /** Finished steps when it was stopped. */
  step: number
  /** What its calls have used since its last commit; null: nobody could say. */
  calls: CountedCall[] | null
}

type Counted = Pick<Change, 'calls' | 'lost_calls'>

const none: Counted = { calls: [], lost_calls: [] }

export function callsOf(turn: OpenTurn, stopped: StoppedCalls | null): Counted {
  if (turn.status !== 'running') return none
  const isStopped = turn.id === stopped?.turn_id && turn.lease === stopped.lease
  if (!isStopped || stopped.calls === null)
    return turn.pending_calls.length > 0 ? none : { ...none, lost_calls: [turn.id] }
  // Otherwise its last step, which was on its way when it was stopped, has counted them.
  return stopped.step === turn.steps ? { ...none, calls: stopped.calls } : none
}

export function callsOfAll(turns: OpenTurn[], stopped: StoppedCalls | null): Counted {
  const counted = turns.map((turn) => callsOf(turn, stopped))
  return { calls: counted.flatMap(({ calls }) => calls), lost_calls: counted.flatMap(({ lost_calls }) => lost_calls) }
}
