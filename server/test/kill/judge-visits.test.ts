// The judge finds what is wrong with visitors: a sound run, damaged in one way after another.
import { expect, test } from 'vitest'
import { judgeVisits } from './judge-visits.ts'
import { type Answer, type Sent, type Stored, type ViolationKind, nothingSent } from './records.ts'

const answered = (status: number, code: string | null = null): Answer => ({
  kind: 'answer',
  ...{ status, code, turn_id: null, reply: null },
})
const lost: Answer = { kind: 'lost' }

/** A guest who pressed start twice, ended, gave feedback twice, was signed, and started again as the user. */
function soundRun() {
  const visit = (conversation_id: string, user_id: string) => ({
    ...{
      conversation_id,
      widget_id: 'w',
      user_id,
      is_ended: false,
      has_feedback: false,
      rating: null as number | null,
    },
    says: { user_id: 'u', verified: true },
  })
  const start = (user_id: string, conversation_id: string, ...answers: Answer[]) => ({
    ...{ user_id, conversation_id: conversation_id as string | null, answers, is_named: true, active: 0 },
  })
  const sent: Sent = {
    ...nothingSent(),
    visits: [
      {
        ...{ widget_id: 'w', guest_id: 'guest_1', user_id: 'u', links: [null] },
        starts: [
          start('guest_1', 'a', lost, answered(200)),
          start('guest_1', 'a', answered(200)),
          start('u', 'b', answered(200)),
        ],
      },
    ],
    feedbacks: [
      { conversation_id: 'a', rating: 4, answers: [lost, answered(200)] },
      { conversation_id: 'a', rating: 1, answers: [answered(409, 'feedback_given')] },
    ],
  }
  const event = { conversation_id: 'a', sequence: 1, type: 'conversation.feedback', turn_id: null, call_id: null }
  const stored: Stored = {
    ...{ conversations: [], turns: [], events: [event], items: [] },
    visits: [{ ...visit('a', 'guest_1'), is_ended: true, has_feedback: true, rating: 4 }, visit('b', 'u')],
    active: [{ widget_id: 'w', user_id: 'u', conversation_id: 'b' }],
    links: [{ guest_id: 'guest_1', user_id: 'u' }],
    counted: { conversations: 2, feedback: 1 },
  }
  return { sent, stored }
}

type Run = ReturnType<typeof soundRun>

function kindsOf({ sent, stored }: Run): ViolationKind[] {
  const kinds: ViolationKind[] = []
  judgeVisits((kind) => void kinds.push(kind), sent, stored)
  return kinds
}

test('a sound run has no violations', () => expect(kindsOf(soundRun())).toEqual([]))

test('a press without a name may begin another conversation with each try that nobody answered', () => {
  const run = soundRun()
  run.sent.visits[0]!.starts = [
    { user_id: 'u', conversation_id: 'b', answers: [lost, answered(200)], is_named: false, active: 0 },
  ]
  expect(kindsOf(run)).toEqual([])
  for (const tries of [[answered(200)], [answered(429), answered(200)]]) {
    run.sent.visits[0]!.starts[0]!.answers = tries
    expect(kindsOf(run)).toEqual(['doubled'])
  }
})

test('a feedback whose first answer was lost is known to be given', () => {
  const run = soundRun()
  run.sent.feedbacks[0]!.answers = [lost, answered(409, 'feedback_given')]
  expect(kindsOf(run)).toEqual([])
})

test.each<[ViolationKind, string, (run: Run) => void]>([
  ['doubled', 'two active conversations at once', ({ sent }) => void (sent.visits[0]!.starts[0]!.active = 2)],
  [
    'doubled',
    'more conversations than presses',
    ({ sent, stored }) => {
      sent.visits[0]!.starts.length = 1
      stored.visits[1]!.is_ended = true
    },
  ],
  [
    'doubled',
    'another conversation with a try that names the first one',
    ({ sent }) => {
      sent.visits[0]!.starts.length = 1
      sent.visits[0]!.starts[0]!.answers = [lost, lost, answered(200)]
    },
  ],
  ['lost', 'a conversation', ({ sent }) => void (sent.visits[0]!.starts[1]!.conversation_id = 'c')],
  ['misreported', 'a conversation of somebody else', ({ stored }) => void (stored.visits[1]!.user_id = 'v')],
  [
    'fault',
    'a start that fails',
    ({ sent }) => void sent.visits[0]!.starts[0]!.answers.push(answered(500, 'internal')),
  ],
  ['broken', 'an open conversation that is not active', ({ stored }) => void stored.active.pop()],
  ['haunted', 'an ended conversation that is active', ({ stored }) => void (stored.visits[1]!.is_ended = true)],
  ['doubled', 'two accepted feedbacks', ({ sent }) => (sent.feedbacks[1]!.answers = [answered(200)])],
  ['lost', 'a feedback', ({ stored }) => Object.assign(stored.visits[0]!, { has_feedback: false, rating: null })],
  ['misreported', 'another rating', ({ stored }) => void (stored.visits[0]!.rating = 1)],
  [
    'misreported',
    'given before, and not stored',
    (run) => {
      run.sent.feedbacks.shift()
      Object.assign(run.stored.visits[0]!, { has_feedback: false, rating: null })
      run.stored.events = []
    },
  ],
  ['doubled', 'the event of a feedback', ({ stored }) => void stored.events.push(stored.events[0]!)],
  ['broken', 'a feedback without its event', ({ stored }) => void (stored.events = [])],
  ['broken', 'a feedback without its rating', ({ stored }) => void (stored.visits[0]!.rating = null)],
  ['lost', 'a link', ({ stored }) => void (stored.links = [])],
  ['misreported', 'a link to somebody else', ({ stored }) => void (stored.links[0]!.user_id = 'v')],
  ['unfinished', 'a conversation that is not marked', ({ stored }) => void (stored.visits[0]!.says.verified = false)],
  ['misreported', 'a count', ({ stored }) => void (stored.counted['conversations'] = 3)],
])('%s: %s', (kind, _, spoil) => {
  const run = soundRun()
  spoil(run)
  expect(kindsOf(run)).toContain(kind)
})
