// Turns that failed one after another, and their messages, which nobody has answered. Pure.
import { earliest } from '../../base/time.ts'
import type { Change, LockedConversation, OpenTurn } from './change.ts'
import { isOutside } from './handling.ts'
import { statusOfOutcome } from './turn.ts'

export type Failures = Pick<LockedConversation, 'failed_turns' | 'failed_since' | 'failed_messages'>

const nothingAsked = { failed_since: null, failed_messages: 0 } as const

/** What has failed when the change is made. From the time that people take over, their record has what is unanswered. */
export function failuresAfter(state: LockedConversation, change: Change): Failures {
  const { failed_turns, failed_since, failed_messages, handling, open_turns } = state
  const isReturned = change.handling !== null && change.handling.returned_at !== (handling?.returned_at ?? null)
  let failures: Failures = { failed_turns: isReturned ? 0 : failed_turns, failed_since, failed_messages }
  for (const { id, outcome } of change.ended_turns) {
    if (outcome === 'reply') failures = { failed_turns: 0, ...nothingAsked }
    if (statusOfOutcome[outcome] === 'failed') {
      failures = withFailed(
        failures,
        open_turns.find((turn) => turn.id === id),
      )
    }
  }
  return isOutside(change.handling?.handled_by ?? state.handled_by) || isReturned
    ? { ...failures, ...nothingAsked }
    : failures
}

function withFailed({ failed_turns, failed_since, failed_messages }: Failures, turn: OpenTurn | undefined): Failures {
  const messages = turn ? notYetFailed({ failed_since }, turn) : 0
  return {
    failed_turns: failed_turns + 1,
    failed_since: messages > 0 ? earliest([failed_since, turn!.asked_at]) : failed_since,
    failed_messages: failed_messages + messages,
  }
}

/** The messages of a turn, without those that another turn has failed to answer before. */
export function notYetFailed({ failed_since }: Pick<Failures, 'failed_since'>, turn: OpenTurn): number {
  const isRetry = turn.asked_at < turn.queued_at
  return isRetry && failed_since !== null && failed_since <= turn.asked_at ? 0 : turn.messages
}
