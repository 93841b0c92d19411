import { type ConversationStatus, channels, conversationStatuses } from '@parley/contract'
import { describe, expect, test } from 'vitest'
import { isActive, mayBecome, statusAtForcedEnd, takesMessages } from './conversation.ts'

/** The specification's table, verbatim. */
const specified: Partial<Record<ConversationStatus, string>> = {
  token_created: 'in_progress, cancelled, failed',
  triggered: 'ringing, in_progress, completed (text only), failed, cancelled, unanswered',
  ringing: 'in_progress, completed (text only), failed, cancelled, unanswered',
  in_progress: 'completed, failed, transferred',
}

describe('the conversation machine', () => {
  test.each(channels)('allows on %s exactly the transitions of the specification', (channel) => {
    for (const from of conversationStatuses) {
      const named = (specified[from] ?? '').split(', ')
      for (const to of conversationStatuses) {
        const expected = named.includes(to) || (named.includes(`${to} (text only)`) && channel === 'text')
        expect(mayBecome(channel, from, to), `${from} → ${to}`).toBe(expected)
      }
    }
  })

  test('T5: a terminal status never changes', () => {
    const terminal = conversationStatuses.filter((status) => !isActive(status))
    expect(terminal).toEqual(['completed', 'failed', 'cancelled', 'transferred', 'unanswered'])
    for (const from of terminal) for (const to of conversationStatuses) expect(mayBecome('text', from, to)).toBe(false)
  })

  test('takes messages in triggered, ringing and in_progress only', () => {
    expect(conversationStatuses.filter(takesMessages)).toEqual(['triggered', 'ringing', 'in_progress'])
  })

  test('a forced end is an allowed transition from every active status on every channel', () => {
    for (const channel of channels) {
      for (const from of conversationStatuses.filter(isActive)) {
        if (channel !== 'text' || from !== 'token_created') {
          expect(mayBecome(channel, from, statusAtForcedEnd(channel, from))).toBe(true)
        }
      }
    }
  })
})
