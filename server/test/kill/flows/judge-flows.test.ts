// The judge finds what is wrong with workflows: a sound run, damaged in one way after another.
import { expect, test } from 'vitest'
import { visitId } from '../../../src/workflows/rules/visit-id.ts'
import type { Answer, ViolationKind } from '../records.ts'
import { judgeFlows } from './judge-flows.ts'
import { type SentFlows, type StoredExecution, type StoredFlows, type StoredVisit, noFlows } from './records.ts'

const answered = (status: number, code: string | null = null): Answer => ({
  kind: 'answer',
  ...{ status, code, turn_id: null, reply: null },
})

const execution = (id: string, more: Partial<StoredExecution> = {}): StoredExecution => ({
  ...{ id, status: 'success', n: '1', output_n: '1', error_code: null, cancel_reason: null, cause: null },
  ...{ trigger_type: 'manual', call_id: null, conversation_id: null, retry_of: null, finished_at: 100_000 },
  ...more,
})

const visit = (
  execution_id: string,
  position: number,
  step_id: string,
  more: Partial<StoredVisit> = {},
): StoredVisit => ({
  ...{
    execution_id,
    position,
    step_id,
    type: 'http',
    status: 'success',
    error_code: null,
    is_sent: step_id === 'post',
  },
  ...{ is_resumed: null, started_at: 90_000, finished_at: 91_000, attempts: 1 },
  ...more,
})

const ids = Object.fromEntries(
  ['start', 'resumed', 'hook', 'time', 'event', 'before', 'after', 'call'].map((name, at) => [
    name,
    `0190b000-0000-7000-8000-00000000000${at}`,
  ]),
) as Record<'start' | 'resumed' | 'hook' | 'time' | 'event' | 'before' | 'after' | 'call', string>

/** One of each: started, resumed and cancelled too late, by a webhook, a time, an event, and around a conversation. */
function soundRun(): { sent: SentFlows; stored: StoredFlows } {
  const around = { status: 'completed', is_ended: true, starts: 1, is_applied: true }
  return {
    sent: {
      ...noFlows(),
      starts: [
        { n: 1, is_keyed: true, answers: [answered(200)], execution_id: ids.start, told: { status: 'success', n: 1 } },
      ],
      hooks: [{ n: 2, execution_ids: [ids.hook, ids.hook], refusals: [] }],
      resumes: [
        { execution_id: ids.resumed, data: 7, answers: [answered(200)], has_won: true },
        { execution_id: ids.resumed, data: 8, answers: [answered(409)], has_won: false },
      ],
      cancels: [{ execution_id: ids.resumed, told: { status: 'success' } }],
      planted: [{ trigger_id: 't', at: '2026-01-01T00:00:00.000Z' }],
      requests: [
        { step: 'post', key: visitId(ids.start, 2), at: 90_500 },
        { step: 'put', key: visitId(ids.start, 3), at: 90_500 },
        { step: 'put', key: visitId(ids.start, 3), at: 90_700 },
      ],
    },
    stored: {
      executions: [
        execution(ids.start),
        execution(ids.resumed, { n: '3', output_n: '7' }),
        execution(ids.hook, { n: null, output_n: '2', trigger_type: 'webhook' }),
        execution(ids.time, { n: null, trigger_type: 'timer', cause: 'schedule:t:2026-01-01T00:00:00.000Z' }),
        execution(ids.event, { n: null, trigger_type: 'event', cause: 'event:x:y', conversation_id: 'heard' }),
        execution(ids.before, { n: null, trigger_type: 'pre_call', cause: 'before:held', finished_at: 80_000 }),
        execution(ids.after, { n: null, trigger_type: 'post_call', cause: 'after:held' }),
        execution(ids.call, { n: null, trigger_type: 'ongoing_conversation', call_id: 'call' }),
      ],
      visits: [
        visit(ids.start, 1, 'begin', { type: 'trigger' }),
        visit(ids.start, 2, 'post'),
        visit(ids.start, 3, 'put', { attempts: 2 }),
        visit(ids.start, 4, 'pause', { type: 'wait', is_resumed: false }),
        visit(ids.start, 5, 'order', { status: 'failed', error_code: 'unknown_outcome', is_sent: true }),
        visit(ids.resumed, 3, 'pause', { type: 'wait', is_resumed: true }),
      ],
      around: [
        { ...around, conversation_id: 'held', agent_id: 'a', tier: 'gold', due_at: 90_000 },
        { ...around, conversation_id: 'heard', agent_id: 'b', tier: null, due_at: null },
      ],
      fires: [{ trigger_id: 't', at: '2026-01-01T00:00:00.000Z', started: 1 }],
      minutes: [10, 11, 12],
      violations: [],
    },
  }
}

type Run = ReturnType<typeof soundRun>

function kindsOf({ sent, stored }: Run): ViolationKind[] {
  const kinds: ViolationKind[] = []
  judgeFlows((kind) => void kinds.push(kind), sent, stored)
  return kinds
}

test('a sound run has no violation, and its unknown outcome is counted', () => {
  const run = soundRun()
  expect(kindsOf(run)).toEqual([])
  expect(judgeFlows(() => {}, run.sent, run.stored)).toEqual({
    ...{ executions: 8, visits: 6, requests: 3, unknown_outcomes: 1, begun_again: 1 },
  })
})

const find = (run: Run, id: string) => run.stored.executions.find((one) => one.id === id)!

test.each<[string, ViolationKind, (run: Run) => void]>([
  ['an execution that was answered is missing', 'lost', ({ stored }) => void stored.executions.shift()],
  ['one is there twice', 'doubled', ({ stored }) => void stored.executions.push(execution('other'))],
  ['another status was told', 'misreported', (run) => (run.sent.starts[0]!.told!.status = 'failed')],
  ['another output was told', 'misreported', (run) => (run.sent.starts[0]!.told!.n = 2)],
  ['a start was a fault', 'fault', (run) => void run.sent.starts[0]!.answers.push(answered(500))],
  ['a cancelled one went on', 'haunted', (run) => (run.sent.cancels[0]!.told!.status = 'cancelled')],
  ['two have resumed one wait', 'doubled', (run) => (run.sent.resumes[1]!.has_won = true)],
  ['a resume is lost', 'lost', (run) => (run.stored.visits[5]!.is_resumed = false)],
  ['the data of the loser', 'misreported', (run) => (find(run, ids.resumed).output_n = '8')],
  ['one never ends', 'unfinished', (run) => (find(run, ids.start).status = 'running')],
  [
    'a failure that has no reason',
    'broken',
    (run) => Object.assign(find(run, ids.time), { status: 'failed', error_code: 'internal' }),
  ],
  ['a wait is too short', 'broken', ({ stored }) => (stored.visits[3]!.finished_at = 90_999)],
  ['a request twice', 'doubled', ({ sent }) => void sent.requests.push(sent.requests[0]!)],
  ['a success without its request', 'lost', ({ sent }) => void sent.requests.shift()],
  ['a request long after the end', 'haunted', ({ sent }) => (sent.requests[1]!.at = 103_000)],
  ['a request of nobody', 'broken', ({ sent }) => void sent.requests.push({ step: 'put', key: 'x', at: 1 })],
  ['an unknown outcome of what may be repeated', 'broken', ({ stored }) => (stored.visits[4]!.step_id = 'look')],
  ['an unknown outcome of what was not sent', 'broken', ({ stored }) => (stored.visits[4]!.is_sent = false)],
  ['another failure of a request', 'broken', ({ stored }) => (stored.visits[4]!.error_code = 'http_failed')],
  ['an invariant', 'broken', ({ sent }) => void sent.broken.push('W4')],
  ['two executions of one request to a webhook', 'doubled', (run) => (run.sent.hooks[0]!.execution_ids[0] = ids.call)],
  ['a webhook is refused', 'fault', (run) => void run.sent.hooks[0]!.refusals.push(404)],
  ['a time that never fired', 'lost', (run) => (run.stored.fires[0]!.started = 0)],
  ['a time that fired twice', 'doubled', (run) => (run.stored.fires[0]!.started = 2)],
  ['a minute is missing', 'lost', ({ stored }) => void stored.minutes.splice(1, 1)],
  ['a call is executed twice', 'doubled', (run) => (find(run, ids.time).call_id = 'call')],
  ['an end that nothing follows', 'lost', ({ stored }) => (stored.executions[4]!.cause = null)],
  ['two follow an end', 'doubled', ({ stored }) => void stored.executions.push({ ...stored.executions[6]!, id: 'x' })],
  ['it begins twice', 'doubled', ({ stored }) => (stored.around[0]!.starts = 2)],
  [
    'it never begins',
    'unfinished',
    ({ stored }) => Object.assign(stored.around[0]!, { status: 'triggered', is_ended: false }),
  ],
  ['it does not know what precedes it', 'lost', ({ stored }) => (stored.around[0]!.tier = null)],
])('%s', (_what, kind, damage) => {
  const run = soundRun()
  damage(run)
  expect(kindsOf(run)).toContain(kind)
})

test('a server that was stopped may send what it was about to send', () => {
  const run = soundRun()
  run.sent.requests[1]!.at = 103_000
  run.sent.stops.push({ from: 99_000, to: 102_900 })
  expect(kindsOf(run)).toEqual([])
})
