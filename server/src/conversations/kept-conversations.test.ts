// What a node keeps of a conversation is for its organization, for one message, and for a short time.
import { expect, test } from 'vitest'
import { KeptConversations } from './kept-conversations.ts'
import type { Planned } from './machine/plan.ts'
import type { ConversationRecord } from './machine/rows.ts'
import type { BegunTurn } from './turn-runner.ts'

const born = { id: 'a', organization_id: 'o', custom_metadata: {}, recording_details: null } as ConversationRecord

function keep(record: ConversationRecord = born) {
  let now = 1000
  const kept = new KeptConversations({ monotonic: () => now })
  kept.noteBirth(record, { items: 1, events: 2 })
  return { kept, pass: (ms: number) => void (now += ms) }
}

test('it is taken once, by its organization', () => {
  const { kept } = keep()
  expect(kept.take('another', 'a')).toBeNull()
  expect(kept.take('o', 'b')).toBeNull()
  expect(kept.take('o', 'a')).toMatchObject({ ...born, next_position: 1, next_sequence: 3, next_turn: 1 })
  expect(kept.take('o', 'a')).toBeNull()
})

test('it is kept for ten seconds', () => {
  const { kept, pass } = keep()
  pass(9_999)
  kept.noteBirth({ ...born, id: 'b' }, { items: 0, events: 1 })
  pass(2)
  expect(kept.take('o', 'a')).toBeNull()
  expect(kept.take('o', 'b')).not.toBeNull()
})

test('JSON that is stored in another order than it was sent in is not known', () => {
  expect(keep({ ...born, custom_metadata: { b: 1, a: 2 } }).kept.take('o', 'a')).toBeNull()
  expect(keep({ ...born, recording_details: {} }).kept.take('o', 'a')).toBeNull()
})

test('after a reply it is known only if nothing has changed since its turn began', () => {
  const { kept } = keep()
  kept.take('o', 'a')
  const answered = { state: { updated_at: 'later' } } as Planned
  kept.noteReply({ left: { updated_at: 'then' }, conversation: born } as BegunTurn, answered)
  kept.noteReply({ left: null, conversation: born } as unknown as BegunTurn, answered)
  kept.noteReply(undefined, answered)
  expect(kept.take('o', 'a')).toBeNull()
})
