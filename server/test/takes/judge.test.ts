// The judge of takes finds each kind of violation, and nothing in a run that is right.
import { describe, expect, test } from 'vitest'
import { judge } from './judge.ts'
import {
  type Answer,
  type Sent,
  type Stored,
  type StoredEvent,
  type StoredItem,
  nothingSent,
  violationKinds,
} from './records.ts'

const event = (sequence: number, type: string, fields: Partial<StoredEvent> = {}): StoredEvent => ({
  ...{ conversation_id: 'c', sequence, type, turn_id: null, at: sequence * 1_000_000 },
  ...{ role: null, author: null, author_id: null, assignee: null, from: null },
  ...fields,
})
const item = (position: number, at: number, fields: Partial<StoredItem> = {}): StoredItem => ({
  ...{ conversation_id: 'c', position, type: 'message', role: 'user', author: null, author_id: null },
  ...{ text: 'message 1.', interrupted: false, turn_id: 't', call_id: null, at: at * 1_000_000 },
  ...fields,
})
const answer = (status: number, fields: Partial<Answer & { kind: 'answer' }> = {}): Answer => ({
  ...{ kind: 'answer' as const, status, code: null, turn_id: null, reply: null, handled_by: null, assignee: null },
  ...fields,
})

const word = { type: 'message.delta', id: null, turn_id: 't', text: 'Half' }

/** A message is cut by Ada's take; she answers it and gives the conversation back, and the agent answers the next one. */
function rightRun(): { sent: Sent; stored: Stored } {
  const said = (role: string, author: string | null = null, author_id: string | null = null) => ({
    role,
    author,
    author_id,
  })
  const events = [
    event(1, 'message.created', { ...said('user'), turn_id: 't' }),
    event(2, 'turn.started', { turn_id: 't' }),
    event(3, 'message.created', { ...said('assistant'), turn_id: 't' }),
    event(4, 'turn.cancelled', { turn_id: 't' }),
    event(5, 'conversation.taken', { assignee: 'ada' }),
    event(6, 'message.created', said('assistant', 'user', 'ada')),
    event(7, 'conversation.returned'),
    event(8, 'message.created', { ...said('user'), turn_id: 'u' }),
    event(9, 'turn.started', { turn_id: 'u' }),
    event(10, 'message.created', { ...said('assistant'), turn_id: 'u' }),
  ]
  const items = [
    item(0, 1),
    item(1, 3, { role: 'assistant', text: 'Half', interrupted: true }),
    item(2, 6, { role: 'assistant', author: 'user', author_id: 'ada', text: 'reply 1.', turn_id: null }),
    item(3, 8, { text: 'message 2.', turn_id: 'u' }),
    item(4, 10, { role: 'assistant', text: 'Whole', turn_id: 'u' }),
  ]
  const turns = [
    { id: 't', conversation_id: 'c', status: 'cancelled', outcome: 'taken_over' },
    { id: 'u', conversation_id: 'c', status: 'completed', outcome: 'reply' },
  ]
  const act = { conversation_id: 'c', person: 'ada', text: null, storm: null }
  const sent: Sent = {
    ...nothingSent(),
    messages: [
      { conversation_id: 'c', text: 'message 1.', answers: [answer(409, { code: 'turn_taken_over', turn_id: 't' })] },
      { conversation_id: 'c', text: 'message 2.', answers: [answer(200, { turn_id: 'u', reply: 'Whole' })] },
    ],
    acts: [
      { ...act, act: 'take', storm: 1, answers: [answer(200, { assignee: 'ada' })] },
      {
        ...act,
        act: 'take',
        person: 'bob',
        storm: 1,
        answers: [answer(409, { code: 'conversation_taken', assignee: 'ada' })],
      },
      { ...act, act: 'reply', text: 'reply 1.', answers: [answer(200, { assignee: 'ada' })] },
      { ...act, act: 'return', answers: [answer(200)] },
    ],
    heard: [
      {
        conversation_id: 'c',
        events: events.flatMap(({ type, sequence, turn_id }) => [
          ...(sequence === 3 || sequence === 10 ? [word] : []),
          { type, id: sequence, turn_id, text: null },
        ]),
      },
    ],
  }
  return { sent, stored: { events, items, turns } }
}

test('a right run has no violation', () => {
  const { sent, stored } = rightRun()
  expect(judge(sent, stored)).toEqual([])
})

type Break = (run: { sent: Sent; stored: Stored }) => unknown
const insert = ({ events }: Stored, before: number, added: StoredEvent) => events.splice(before - 1, 0, added)

const broken: [kind: (typeof violationKinds)[number], name: string, spoil: Break][] = [
  [
    'outside',
    'a reply of the agent',
    ({ stored }) => insert(stored, 6, event(6, 'message.created', { role: 'assistant' })),
  ],
  ['outside', 'a turn', ({ stored }) => insert(stored, 6, event(6, 'turn.started'))],
  [
    'outside',
    'a call without an event',
    ({ stored }) => stored.items.push(item(5, 5.5, { type: 'function_call', role: null })),
  ],
  ['overheard', 'a word', ({ sent }) => sent.heard[0]!.events.splice(7, 0, word)],
  [
    'two holders',
    'a second take',
    ({ stored }) => insert(stored, 6, event(6, 'conversation.taken', { assignee: 'bob' })),
  ],
  ['two holders', 'a reply of another', ({ stored }) => (stored.events[5]!.author_id = 'bob')],
  ['two holders', 'two that have won', ({ sent }) => (sent.acts[1]!.answers = [answer(200, { assignee: 'bob' })])],
  ['lost', 'a reply', ({ stored }) => stored.items.splice(2, 1)],
  ['lost', 'a message', ({ stored }) => (stored.items[3]!.text = 'other')],
  ['lost', 'a take', ({ stored }) => (stored.events[4]!.assignee = 'carl')],
  [
    'lost',
    'what streams had shown of replies that were cut',
    ({ sent, stored }) => {
      for (const id of ['v', 'w', 'x', 'y', 'z']) {
        const heard = ['message.delta', 'turn.cancelled'].map((type) => ({ type, id: null, turn_id: id, text: null }))
        sent.heard.push({ conversation_id: id, events: heard })
        stored.turns.push({ id, conversation_id: id, status: 'cancelled', outcome: 'taken_over' })
      }
      stored.items[1]!.interrupted = false
    },
  ],
  ['lost', 'an event of a stream', ({ sent }) => sent.heard[0]!.events.splice(5, 1)],
  ['doubled', 'a reply', ({ stored }) => stored.items.push({ ...stored.items[2]!, position: 5 })],
  ['doubled', 'a message', ({ stored }) => stored.items.push({ ...stored.items[3]!, position: 5 })],
  ['doubled', 'an answer to what was cut', ({ stored }) => (stored.items[1]!.interrupted = false)],
  ['doubled', 'an answer to what is for people', ({ stored }) => (stored.turns[1]!.outcome = 'for_person')],
  [
    'untruthful',
    'another reply',
    ({ sent }) => (sent.messages[1]!.answers = [answer(200, { turn_id: 'u', reply: 'No' })]),
  ],
  ['untruthful', 'a refused reply that is stored', ({ sent }) => (sent.acts[2]!.answers = [answer(409)])],
  ['untruthful', 'cut, and it was not', ({ stored }) => (stored.turns[0]!.outcome = 'superseded')],
  [
    'untruthful',
    'a loser who is told of nobody',
    ({ sent }) => (sent.acts[1]!.answers = [answer(409, { code: 'conversation_taken' })]),
  ],
  ['unanswered', 'a turn that goes on', ({ stored }) => (stored.turns[1]!.outcome = null)],
  ['unanswered', 'a message without a turn', ({ stored }) => (stored.items[3]!.turn_id = null)],
  ['fault', 'an answer 500', ({ sent }) => sent.acts[3]!.answers.push(answer(500, { code: 'internal' }))],
  [
    'late',
    'a tool that is called long afterwards',
    ({ sent, stored }) => {
      stored.items.push(item(5, 3, { type: 'function_call', role: null, call_id: 'call' }))
      stored.events[6]!.at = 60_000_000
      sent.executed.push({ call_id: 'call', at: 20_000 })
    },
  ],
]

describe('finds what is', () => {
  test.each(broken)('%s: %s', (kind, _name, spoil) => {
    const run = rightRun()
    spoil(run)
    expect(judge(run.sent, run.stored).map((violation) => violation.kind)).toContain(kind)
  })

  test('every kind', () => {
    expect([...new Set(broken.map(([kind]) => kind))].toSorted()).toEqual([...violationKinds].toSorted())
  })
})
