// What is kept of a transcript is what a reader would find, or nothing.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ItemRecord } from '../conversations/machine/rows.ts'
import type { BegunTurn } from '../conversations/conversations.ts'
import { KeptHistories } from './kept-histories.ts'

const wide = { items: 100, characters: 10_000 }

function message(turn_id: string, role: 'user' | 'assistant', position: number, text: string): ItemRecord {
  return {
    ...({
      id: `${role} ${position}`,
      position,
      type: 'message',
      turn_id,
      role,
      content: [text],
      author: null,
    } as const),
    ...{ parts: null, interrupted: false, metrics: null, call_id: null, name: null, arguments: null, output: null },
    ...{ is_error: null, latency_ms: null, citations: null, client_id: null, in_reply_to: null, values: null },
    created_at: '2026-01-31T23:59:30.123456Z',
  }
}

function turn(id: string, said: ItemRecord[] | null, more: { redaction?: object; messages_of?: string } = {}) {
  const { redaction = null, messages_of = null } = more
  return { conversation: { id: 'conversation', redaction }, turn: { id, messages_of }, said } as BegunTurn
}

/** A turn from its message at a position to its reply. Returns the positions that the model was shown. */
function carryOut(kept: KeptHistories, id: string, position: number, reach = wide) {
  const begun = turn(id, [message(id, 'user', position, 'Hello')])
  const shown = kept.find(begun, reach)
  if (shown) kept.noteShown(begun, shown)
  kept.noteEnd('conversation', id, [message(id, 'assistant', position + 1, 'Hi')])
  return shown && shown.map((item) => item.position)
}

test('a conversation whose turns all run here is never read', () => {
  const kept = new KeptHistories()
  expect(carryOut(kept, 'a', 0)).toEqual([0])
  expect(carryOut(kept, 'b', 2)).toEqual([0, 1, 2])
  expect(carryOut(kept, 'c', 4)).toEqual([0, 1, 2, 3, 4])
})

test('an item has the fields that a reader finds', () => {
  const kept = new KeptHistories()
  carryOut(kept, 'a', 0)
  expect(kept.find(turn('b', [message('b', 'user', 2, 'Well')]), { ...wide, items: 2 })).toEqual([
    {
      ...({ id: 'assistant 1', position: 1, type: 'message', turn_id: 'a', role: 'assistant', author: null } as const),
      ...{
        content: ['Hi'],
        interrupted: false,
        call_id: null,
        name: null,
        arguments: null,
        output: null,
        is_error: null,
      },
      ...{ messages_of: 'a', is_cut: true, has_searched: false },
    },
    expect.objectContaining({ id: 'user 2', messages_of: 'b', is_cut: true }),
  ])
})

test('as many items are shown as a reader would find', () => {
  const reach = fc.integer({ min: 1, max: 12 })
  fc.assert(
    fc.property(fc.array(reach, { minLength: 1, maxLength: 10 }), (reaches) => {
      const kept = new KeptHistories()
      let least = 0
      for (const [turns, items] of reaches.entries()) {
        const position = 2 * turns
        const shown = carryOut(kept, `turn ${turns}`, position, { ...wide, items })
        const oldest = Math.max(0, position + 1 - items)
        const expected = Array.from({ length: position + 1 - oldest }, (_none, index) => oldest + index)
        // What was not shown is not kept either.
        expect(shown).toEqual(oldest < least ? null : expected)
        if (!shown) return
        least = oldest
      }
    }),
  )
})

test('what others have added is not known', () => {
  const kept = new KeptHistories()
  carryOut(kept, 'a', 0)
  expect(carryOut(kept, 'b', 3)).toBeNull()
})

test('nothing is kept of calls of tools, of other tries, and of what is redacted', () => {
  const said = [message('a', 'user', 0, 'Hello')]
  const findNext = (kept: KeptHistories) => kept.find(turn('b', [message('b', 'user', 2, 'Well')]), wide)
  const reply = [message('a', 'assistant', 1, 'Hi')]
  for (const begun of [turn('a', said, { redaction: {} }), turn('a', said, { messages_of: 'before' })]) {
    const kept = new KeptHistories()
    kept.noteShown(begun, kept.find(begun, wide)!)
    kept.noteEnd('conversation', 'a', reply)
    expect(findNext(kept)).toBeNull()
  }
  const kept = new KeptHistories()
  kept.noteShown(turn('a', said), kept.find(turn('a', said), wide)!)
  kept.noteEnd('conversation', 'a', [{ ...reply[0]!, type: 'function_call' }])
  expect(findNext(kept)).toBeNull()
  expect(kept.find(turn('b', null), wide)).toBeNull()
  expect(kept.find(turn('b', [message('a', 'user', 0, 'Hello')]), wide)).toBeNull()
})

test('a turn that adds more than is known here, and one that is not the newest', () => {
  const kept = new KeptHistories()
  carryOut(kept, 'a', 0)
  kept.noteEnd('conversation', 'another', [message('another', 'assistant', 2, 'Late')])
  expect(carryOut(kept, 'b', 2)).toEqual([0, 1, 2])
  kept.noteEnd('conversation', 'b', null)
  expect(carryOut(kept, 'c', 4)).toBeNull()
})

test('longer texts than a reader would find are read', () => {
  const kept = new KeptHistories()
  carryOut(kept, 'a', 0)
  expect(carryOut(kept, 'b', 2, { ...wide, characters: 8 })).toBeNull()
})
