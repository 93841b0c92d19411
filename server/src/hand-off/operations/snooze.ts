// Puts a conversation aside until a time, or wakes it.
import { handOffBounds } from '@parley/contract'
import { invalid } from '../../base/errors.ts'
import type { Handler } from '../../calls/context.ts'
import { actingPerson, describeHandlingActor } from '../../conversations/conversations.ts'
import { decideSnooze } from '../../conversations/machine/handling-upkeep.ts'
import { requireConversation } from '../../conversations/read/require.ts'
import type { HandOff } from '../services.ts'
import { answerWith, changeHandling } from './change.ts'

/** What the way of a call may take of a minute that its caller has counted. */
const way_ms = 5000

export const snoozeConversation: Handler<'snoozeConversation', HandOff> = async (ctx, input) => {
  const conversation = await requireConversation(ctx, input.conversation_id, null)
  const holder = actingPerson(ctx.access, input.external)
  const by = describeHandlingActor(ctx, conversation)
  const until = input.until === null ? null : microsecondsOf(input.until)
  const wake_on_reply = input.wake_on_reply ?? true
  await changeHandling(ctx, conversation, {
    leaves: false,
    decide: (state) => {
      if (until !== null) checkTime(until, state.now)
      return decideSnooze(state, { by, why: 'call', holder, until, wake_on_reply })
    },
  })
  return answerWith(ctx, conversation.id)
}

/** By the database's clock. */
function checkTime(until: string, now: string): void {
  const { least_seconds, most_seconds } = handOffBounds.snooze
  const ahead_ms = Date.parse(until) - Date.parse(now)
  if (ahead_ms >= least_seconds * 1000 - way_ms && ahead_ms <= most_seconds * 1000) return
  throw invalid({ path: 'until', message: 'must be 1 minute to 365 days ahead' })
}

/** As the database writes times. One without a zone is UTC. */
function microsecondsOf(time: string): string {
  const isZoned = /(Z|[+-]\d\d:?\d\d)$/i.test(time)
  const date = new Date(isZoned ? time : `${time}Z`)
  if (Number.isNaN(date.getTime())) throw invalid({ path: 'until', message: 'must be a time' })
  return date.toISOString().replace(/(\.\d{3})Z$/, '$1000Z')
}
