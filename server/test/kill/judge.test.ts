// The judge finds every kind of violation: a sound run, damaged in one way after another.
import { describe, expect, test } from 'vitest'
import { judge } from './judge.ts'
import { planMissions, pausePoints } from './plan.ts'
import { createRandom } from './random.ts'
import { type Answer, type Sent, type Stored, type ViolationKind, nothingSent } from './records.ts'

const answered = (status: number, turn_id: string | null, more: { code?: string; reply?: string } = {}): Answer => ({
  kind: 'answer',
  status,
  code: more.code ?? null,
  turn_id,
  reply: more.reply ?? null,
})
const lost: Answer = { kind: 'lost' }
const left: Answer = { kind: 'left' }

const plain = { type: 'message' as const, call_id: null, name: null, output: null, is_error: null }

/** Two messages, one answered and one cut off by the end, and a third that was refused. */
function soundRun(): { sent: Sent; stored: Stored } {
  const message = (text: string, sent_at: number, answers: Answer[], key: string | null = null) => ({
    conversation_id: 'c',
    text,
    key,
    answers,
    is_doubled: false,
    sent_at,
  })
  const item = (position: number, role: string, text: string, turn_id: string, interrupted = false) => ({
    conversation_id: 'c',
    position,
    role,
    text,
    interrupted,
    turn_id,
    ...plain,
  })
  const types = [
    'conversation.created',
    'conversation.started',
    ...['message.created', 'turn.queued a', 'turn.started a', 'message.created', 'turn.completed a'],
    ...['message.created', 'turn.queued b', 'turn.started b', 'turn.started b', 'message.created', 'turn.cancelled b'],
    'conversation.ended',
    'conversation.updated',
  ]
  return {
    sent: {
      ...nothingSent(),
      messages: [
        message('one.', 1, [lost, answered(200, 'a', { reply: 'To one.' })], 'key'),
        message('two.', 2, [answered(409, 'b', { code: 'conversation_ended' })]),
        message('three.', 4, [answered(409, null, { code: 'conversation_not_active' })]),
        message('four.', 2, [lost]),
      ],
      creations: [{ user_id: 'u', answers: [lost, answered(200, null)], conversation_id: 'c' }],
      ends: [
        {
          conversation_id: 'c',
          answers: [answered(200, null)],
          told: { status: 'completed', duration: 5 },
          answered_at: 3,
          seen: { items: 4, status: 'completed' },
        },
      ],
      cancels: [{ turn_id: 'b', told: { status: 'cancelled', outcome: 'conversation_ended' } }],
      updates: [{ conversation_id: 'c', field: 'f', answers: [answered(200, null)] }],
    },
    stored: {
      conversations: [
        {
          id: 'c',
          user_id: 'u',
          status: 'completed',
          is_ended: true,
          is_deleted: false,
          duration: 5,
          custom_metadata: { f: true },
          next_position: 4,
          next_sequence: types.length + 1,
        },
      ],
      items: [
        item(0, 'user', 'one.', 'a'),
        item(1, 'assistant', 'To one.', 'a'),
        item(2, 'user', 'two.', 'b'),
        item(3, 'assistant', 'To tw', 'b', true),
      ],
      turns: [
        { id: 'a', conversation_id: 'c', status: 'completed', outcome: 'reply', messages_of: null },
        { id: 'b', conversation_id: 'c', status: 'cancelled', outcome: 'conversation_ended', messages_of: null },
      ],
      events: types.map((line, index) => {
        const [type, turn_id = null] = line.split(' ')
        return { conversation_id: 'c', sequence: index + 1, type: type!, turn_id, call_id: null }
      }),
      ...{ visits: [], active: [], links: [], counted: {} },
    },
  }
}

test('a sound run has no violations', () => {
  const { sent, stored } = soundRun()
  expect(judge(sent, stored)).toEqual({ violations: [], accepted: 2, deleted: 0, unknown: 1, unknown_stored: 0 })
})

const farewell = { role: 'assistant', text: 'Goodbye.', turn_id: null }

test('a rule says the same in two conversations', () => {
  const run = soundRun()
  append(run, farewell)
  append(run, { ...farewell, conversation_id: 'd' })
  const { violations } = judge(run.sent, run.stored)
  expect(violations.filter(({ kind }) => kind === 'doubled')).toEqual([])
})

type Run = ReturnType<typeof soundRun>

/** Appends an item like a correct writer. */
function append({ stored }: Run, item: Partial<Stored['items'][number]>): void {
  const position = stored.items.length
  const base = { ...plain, conversation_id: 'c', role: 'user', text: '', interrupted: false, turn_id: 'a' }
  stored.items.push({ ...base, position, ...item })
  stored.conversations[0]!.next_position += 1
}

function insertEvent({ stored }: Run, at: number, type: string, turn_id: string | null, call_id: string | null = null) {
  stored.events.splice(at, 0, { conversation_id: 'c', sequence: 0, type, turn_id, call_id })
  stored.events.forEach((event, index) => (event.sequence = index + 1))
  stored.conversations[0]!.next_sequence += 1
}

const spoiled: [ViolationKind, string, (run: Run) => void][] = [
  ['lost', 'an accepted message', ({ stored }) => void (stored.items[0]!.text = 'other')],
  ['lost', 'the reply of a completed turn', ({ stored }) => void (stored.items[1]!.interrupted = true)],
  ['lost', 'a turn that was named', ({ stored }) => void stored.turns.pop()],
  ['lost', 'a conversation', ({ stored }) => void (stored.conversations[0]!.user_id = 'other')],
  ['lost', 'an update', ({ stored }) => void (stored.conversations[0]!.custom_metadata = {})],
  ['doubled', 'a message with a key', (run) => append(run, { text: 'one.' })],
  ['doubled', 'a message without one', (run) => [1, 2].forEach(() => append(run, { text: 'four.' }))],
  ['doubled', 'a reply of a turn', (run) => append(run, { role: 'assistant', text: 'Again one.' })],
  [
    'doubled',
    'a text of the model',
    ({ stored }) => Object.assign(stored.items[3]!, { text: 'To one.', interrupted: false }),
  ],
  ['doubled', 'what a rule says', (run) => [1, 2].forEach(() => append(run, farewell))],
  [
    'doubled',
    'a conversation',
    ({ stored }) => void stored.conversations.push({ ...stored.conversations[0]!, id: 'd' }),
  ],
  ['doubled', 'the end of a turn', (run) => insertEvent(run, 8, 'turn.completed', 'a')],
  ['doubled', 'the end of a conversation', (run) => insertEvent(run, 14, 'conversation.ended', null)],
  [
    'doubled',
    'the answer to a message that was tried again',
    ({ stored }) => void stored.turns.push({ ...stored.turns[0]!, id: 'x', messages_of: 'a' }),
  ],
  ['haunted', 'an item that the end had not', (run) => void (run.sent.ends[0]!.seen!.items = 3)],
  ['haunted', 'a status that the end had not', (run) => void (run.stored.conversations[0]!.status = 'failed')],
  ['haunted', 'an event after the end', (run) => insertEvent(run, 14, 'message.created', null)],
  ['haunted', 'a message that was sent after the end', (run) => void (run.sent.messages[0]!.sent_at = 4)],
  ['haunted', 'items of a deleted conversation', ({ stored }) => void (stored.conversations[0]!.is_deleted = true)],
  ['misreported', 'refused, and stored', (run) => append(run, { text: 'three.' })],
  ['misreported', 'another reply', ({ sent }) => (sent.messages[0]!.answers = [answered(200, 'a', { reply: 'No.' })])],
  [
    'misreported',
    'another turn',
    ({ sent }) => (sent.messages[0]!.answers = [answered(200, 'b', { reply: 'To one.' })]),
  ],
  [
    'misreported',
    'another outcome',
    ({ sent }) => (sent.messages[1]!.answers = [answered(409, 'b', { code: 'turn_superseded' })]),
  ],
  ['misreported', 'another duration', ({ sent }) => void (sent.ends[0]!.told!.duration = 6)],
  ['misreported', 'a cancelled turn', ({ sent }) => void (sent.cancels[0]!.told.outcome = 'cancelled_by_caller')],
  ['misreported', 'a refused update', ({ sent }) => (sent.updates[0]!.answers = [answered(503, null)])],
  ['misreported', 'a refused creation', ({ sent }) => (sent.creations[0]!.answers = [answered(400, null)])],
  ['unfinished', 'a turn that runs', ({ stored }) => void (stored.turns[1]!.status = 'running')],
  ['broken', 'a hole in the positions', ({ stored }) => void (stored.items[3]!.position = 4)],
  ['broken', 'a hole in the sequence', ({ stored }) => void (stored.events[3]!.sequence = 9)],
  ['broken', 'two turns at once', (run) => insertEvent(run, 6, 'turn.started', 'b')],
  ['broken', 'a message that nobody sent', (run) => append(run, { text: 'five.' })],
  ['broken', 'a turn without messages', ({ stored }) => void (stored.items[0]!.role = 'system')],
  ['broken', 'a reply to something else', ({ stored }) => void (stored.items[1]!.text = 'To two.')],
  ['broken', 'a reply before its message', ({ stored }) => void (stored.items[0]!.position = 2)],
  ['broken', 'a reply of a cancelled turn', ({ stored }) => void (stored.items[3]!.interrupted = false)],
  ['broken', 'an end without its event', (run) => void (run.stored.conversations[0]!.is_ended = false)],
  [
    'fault',
    'an answer 500',
    ({ sent }) => void sent.messages[3]!.answers.push(answered(500, null, { code: 'internal' })),
  ],
]

test.each(spoiled)('%s: %s', (kind, _, spoil) => {
  const run = soundRun()
  spoil(run)
  expect(judge(run.sent, run.stored).violations.map((violation) => violation.kind)).toContain(kind)
})

/** The first turn makes a call before it replies; its step has text. */
function runWithCall(): Run {
  const run = soundRun()
  const [message, reply, ...rest] = run.stored.items
  const key = { call_id: 'k', name: 'order', role: null, text: '' }
  const step = { ...reply!, text: 'Wait. ' }
  const call = { ...reply!, ...key, type: 'function_call' as const }
  const output = { status: 200, body: { key: 'k' } }
  const result = { ...reply!, ...key, type: 'function_call_output' as const, output, is_error: false }
  run.stored.items = [message!, step, call, result, reply!, ...rest].map((item, position) => ({ ...item, position }))
  run.stored.conversations[0]!.next_position = 7
  run.sent.ends[0]!.seen!.items = 7
  run.sent.messages[0]!.answers = [answered(200, 'a', { reply: 'Wait. To one.' })]
  run.sent.executed = [{ tool: 'order', call_id: 'k' }]
  return run
}

test('a sound run with a tool call has no violations', () => {
  const { sent, stored } = runWithCall()
  expect(judge(sent, stored).violations).toEqual([])
})

test.each<[ViolationKind, string, (run: Run) => void]>([
  ['doubled', 'a call that may not be repeated', ({ sent }) => void sent.executed.push(sent.executed[0]!)],
  ['doubled', 'a result', (run) => append(run, { ...run.stored.items[3]!, position: 7 })],
  ['doubled', 'an id of a call', (run) => append(run, { ...run.stored.items[2]!, position: 7 })],
  ['lost', 'a result', ({ stored }) => void (stored.items[3]!.call_id = 'other')],
  ['broken', 'a result of no call', ({ stored }) => void (stored.items[2]!.call_id = 'other')],
  ['broken', 'a result in another turn', ({ stored }) => void (stored.items[3]!.turn_id = 'b')],
  ['misreported', 'a result of a call that nobody made', ({ sent }) => void sent.executed.pop()],
  [
    'misreported',
    'the result of another call',
    ({ stored }) => void (stored.items[3]!.output = { body: { key: 'x' } }),
  ],
])('%s: %s', (kind, _, spoil) => {
  const run = runWithCall()
  spoil(run)
  expect(judge(run.sent, run.stored).violations.map((violation) => violation.kind)).toContain(kind)
})

/** The call shows a widget, which no API is asked for. */
function runWithWidget(): Run {
  const run = runWithCall()
  for (const item of run.stored.items) if (item.call_id === 'k') item.name = 'show_info_widget'
  run.sent.executed = []
  insertEvent(run, 5, 'widget.shown', 'a', 'k')
  return run
}

test.each<[ViolationKind | 'sound', string, (run: Run) => void]>([
  ['sound', 'a widget that is told', () => {}],
  ['lost', 'the event of a widget', ({ stored }) => void (stored.events[5]!.type = 'turn.queued')],
  ['doubled', 'the event of a widget', (run) => insertEvent(run, 6, 'widget.shown', 'a', 'k')],
  ['broken', 'a widget that nobody stored', (run) => insertEvent(run, 6, 'widget.shown', 'a', 'other')],
])('%s: %s', (kind, _, spoil) => {
  const run = runWithWidget()
  spoil(run)
  const kinds = judge(run.sent, run.stored).violations.map((violation) => violation.kind)
  expect(kinds).toEqual(kind === 'sound' ? [] : [kind])
})

test('a call of an idempotent tool may be repeated', () => {
  const { sent, stored } = runWithCall()
  const again = { tool: 'look', call_id: 'k' }
  sent.executed = [again, again]
  expect(judge(sent, stored).violations).toEqual([])
})

describe('what cannot be known is not a violation', () => {
  test.each<[string, Answer[]]>([
    ['no answer', [lost]],
    ['the client left', [left]],
    ['outcome_unknown', [answered(500, null, { code: 'outcome_unknown' })]],
    ['left, and refused when it came again', [left, answered(409, null, { code: 'turn_in_progress' })]],
  ])('%s', (_, answers) => {
    const run = soundRun()
    run.sent.messages[1]!.answers = answers
    expect(judge(run.sent, run.stored).violations).toEqual([])
  })
})

describe('the plan', () => {
  test('a long run dies at every point; the same seed gives the same plan', () => {
    const missions = planMissions(500, createRandom(5))
    expect(missions).toEqual(planMissions(500, createRandom(5)))
    const points = missions.flatMap((mission) => (mission.kind === 'point' ? [mission.point] : []))
    expect(new Set(points)).toEqual(new Set(pausePoints))
    expect(new Set(missions.map(({ kind }) => kind))).toEqual(new Set(['point', 'chance', 'pause']))
  })

  test('sixty kills meet every change, and short runs each at other stages', () => {
    const points = (kills: number, seed: number) =>
      planMissions(kills, createRandom(seed)).flatMap((mission) => (mission.kind === 'point' ? [mission.point] : []))
    /** Of `execution.begin.written` it is `execution.begin`, of `message.sent` it is `message`. */
    const changesOf = (some: readonly string[]) => new Set(some.map((point) => point.replace(/\.[^.]+$/, '')))
    expect(changesOf(points(60, 1))).toEqual(changesOf(pausePoints))
    const seeds = Array.from({ length: 100 }, (_, seed) => seed)
    expect(new Set(seeds.flatMap((seed) => points(20, seed))).size).toBe(pausePoints.length)
  })
})
