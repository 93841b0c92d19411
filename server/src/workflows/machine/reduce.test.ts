import { expect, test } from 'vitest'
import { type Acceptance, acceptExecution } from './accept.ts'
import { type Change, type ExecutionEvent, type Happening, type Reduced, isRefused } from './events.ts'
import { type ExecutionState, type Phase, statusOfPhase } from './execution.ts'
import { type GraphStep, type Rules, type StepType, defaultLimits } from './graph.ts'
import { executionTable, reduce, reduceAll } from './reduce.ts'

type Given = Partial<Omit<GraphStep, 'ports'>> & { type: StepType; ports?: Record<string, string> }

const start = 1_800_000_000_000
const day_ms = 86_400_000

function rulesOf(steps: Record<string, Given>, more: Partial<Rules['graph']> = {}): Rules {
  const made = Object.entries(steps).map(([id, { ports = {}, ...given }]): [string, GraphStep] => [
    id,
    {
      id,
      name: `Step ${id}`,
      retry: null,
      is_idempotent: true,
      max_visits: null,
      ...given,
      ports: new Map(Object.entries(ports)),
    },
  ])
  return {
    graph: { steps: new Map(made), retry: null, max_steps: 1000, timeout_ms: 3_600_000, ...more },
    limits: defaultLimits,
  }
}

const accept = (more: Partial<Acceptance> = {}): Change =>
  acceptExecution({ at: start, mode: 'async', entry: 'a', is_admitted: true, stop_after: null, copied: null, ...more })

const result = (position: number, more: object = {}): Happening => ({
  ...{ type: 'result', position, attempt: 1, output: { n: position }, bytes: 7, branch: null, retry: null, chance: 0 },
  ...more,
})
const failed = (position: number, more: object = {}): Happening => ({
  ...{ type: 'failed', position, attempt: 1, error: { code: 'http_failed', message: 'No connection.' } },
  ...{ cause: 'transient', after_ms: null, chance: 0 },
  ...more,
})

/** Each event comes a second after the one before, unless it says when. */
function follow(rules: Rules, from: Change, happenings: (Happening & { at?: number })[]): Change {
  let at = start
  const events = happenings.map((one): ExecutionEvent => ({ ...one, at: (at = one.at ?? at + 1000) }))
  const { change, refusal } = reduceAll(rules, from.state, events)
  expect(refusal).toBeNull()
  return change!
}

const changed = (reduced: Reduced): Change => {
  if (isRefused(reduced)) throw new Error(reduced.refused)
  return reduced
}

const ends = (change: Change) => (change.effect.do === 'end' ? change.effect : null)

test('W2: a final execution refuses every event', () => {
  const final = (Object.keys(executionTable) as Phase[]).filter((phase) => statusOfPhase[phase].visit === null)
  expect(final).toEqual(['success', 'failed', 'cancelled'])
  const decided = final.flatMap((phase) => Object.values(executionTable[phase]))
  expect(new Set(decided)).toEqual(new Set(['final', 'not_waiting']))
})

test('every open phase can be cancelled, run out of time, and be given up', () => {
  for (const [phase, row] of Object.entries(executionTable)) {
    const isOpen = statusOfPhase[phase as Phase].visit !== null
    for (const event of ['cancelled', 'timed_out', 'broken'] as const) {
      expect(typeof row[event], `${event} in ${phase}`).toBe(isOpen ? 'function' : 'string')
    }
  }
})

test('a path from its entry to its output, in one commit', () => {
  const rules = rulesOf({
    a: { type: 'trigger', ports: { default: 'b' } },
    b: { type: 'condition', ports: { found: 'c', default: 'd' } },
    c: { type: 'output' },
    d: { type: 'output' },
  })
  const accepted = accept()
  expect([accepted.effect, accepted.state.phase]).toEqual([{ do: 'begin' }, 'admitted'])
  const change = follow(rules, accepted, [
    ...[{ type: 'begun' as const }, result(1), { type: 'begun' as const }, result(2, { branch: 'found' })],
    ...[{ type: 'begun' as const }, result(3)],
  ])
  expect(ends(change)).toMatchObject({ status: 'success', output: { n: 3 } })
  expect(change.visits.map(({ position, step_id, status }) => [position, step_id, status])).toEqual([
    [1, 'a', 'success'],
    [2, 'b', 'success'],
    [3, 'c', 'success'],
  ])
  expect([...accepted.told, ...change.told].map(({ number, type }) => [number, type])).toEqual(
    [
      ...['execution.queued', 'execution.started', 'step.started', 'step.completed'],
      ...['step.started', 'step.completed', 'step.started', 'step.completed', 'execution.completed'],
    ].map((type, index) => [index + 1, `workflow_${type}`]),
  )
})

test('a path that ends without an output has an empty one', () => {
  const rules = rulesOf({ a: { type: 'code' } })
  expect(ends(follow(rules, accept(), [{ type: 'begun' }, result(1)]))).toMatchObject({ status: 'success', output: {} })
})

test('W5: after a crash a visit begins again; if its request was sent, its outcome is unknown', () => {
  const rules = rulesOf({ a: { type: 'http', ports: { error: 'b' } }, b: { type: 'code' } })
  const again = follow(rules, accept(), [{ type: 'begun' }, { type: 'begun' }])
  expect(again.effect).toEqual({ do: 'attempt', position: 1, attempt: 2 })
  expect(isRefused(reduce(rules, again.state, { ...result(1), at: start + 5000 }))).toBe(true)
  const unknown = follow(rules, accept(), [
    ...[
      { type: 'begun' as const },
      { type: 'effect_sent' as const, position: 1, attempt: 1 },
      { type: 'begun' as const },
    ],
  ])
  expect(unknown.visits.map(({ status, error, is_sent }) => [status, error?.code, is_sent])).toEqual([
    ['failed', 'unknown_outcome', true],
    ['ready', undefined, false],
  ])
})

test('a request that was sent is not sent again in the same attempt, nor after a timeout', () => {
  const rules = rulesOf({
    a: { type: 'http', retry: { max_attempts: 3, backoff_seconds: 1, factor: 2, max_backoff_seconds: 300 } },
  })
  const sent = follow(rules, accept(), [{ type: 'begun' }, { type: 'effect_sent', position: 1, attempt: 1 }])
  const twice = { type: 'effect_sent', position: 1, attempt: 1, at: start + 3000 } as const
  expect(reduce(rules, sent.state, twice)).toEqual({ refused: 'stale' })
  const unclear = follow(rules, sent, [failed(1, { cause: 'unclear' })])
  expect(ends(unclear)).toMatchObject({
    status: 'failed',
    error: { code: 'http_failed', step_id: 'a', step_name: 'Step a' },
  })
  expect(follow(rules, sent, [failed(1)]).state.phase).toBe('backing_off')
})

test('backoffs grow, obey what the peer asks for, and are bounded; the last answer stands', () => {
  const rules = rulesOf({
    a: { type: 'http', retry: { max_attempts: 3, backoff_seconds: 2, factor: 3, max_backoff_seconds: 10 } },
  })
  const pauseAfter = (more: object) => {
    const { effect } = follow(rules, accept(), [{ type: 'begun' }, failed(1, more)])
    return effect.do === 'wait' ? effect.until - start - 2000 : null
  }
  expect([0, 0.5, 1].map((chance) => pauseAfter({ chance }))).toEqual([2000, 2200, 2400])
  expect([1000, 5000, 60_000].map((after_ms) => pauseAfter({ after_ms }))).toEqual([2000, 5000, 10_000])
  const retry = { error: { code: 'http_status', message: 'The server answered 503.' }, after_ms: null }
  const second = follow(rules, accept(), [
    ...[{ type: 'begun' as const }, result(1, { retry }), { type: 'begun' as const, at: start + 10_000 }],
    result(1, { attempt: 2, retry, chance: 1 }),
  ])
  expect(second.state).toMatchObject({ phase: 'backing_off', until: start + 11_000 + 7200 })
  expect(isRefused(reduce(rules, second.state, { type: 'begun', at: start + 18_199 }))).toBe(true)
  const last = follow(rules, second, [{ type: 'begun', at: start + 18_200 }, result(1, { attempt: 3, retry })])
  expect(ends(last)).toMatchObject({ status: 'success' })
})

test('crashes do not count as tries, and are bounded', () => {
  const rules = rulesOf({ a: { type: 'code' } })
  const crashes = Array.from({ length: 10 }, () => ({ type: 'begun' }) as const)
  expect(follow(rules, accept(), crashes).effect).toEqual({ do: 'attempt', position: 1, attempt: 10 })
  expect(ends(follow(rules, accept(), [...crashes, { type: 'begun' }]))).toMatchObject({ error: { code: 'internal' } })
})

test('a caller that waits gets a minute, no retries of the workflow, and no wait that is longer', () => {
  const retry = { max_attempts: 3, backoff_seconds: 1, factor: 2, max_backoff_seconds: 300 }
  const rules = rulesOf({ a: { type: 'wait', ports: { default: 'b' } }, b: { type: 'http' } }, { retry })
  const sync = accept({ mode: 'sync' })
  const waits = (ms: number): Happening => ({
    ...{ type: 'waits', position: 1, attempt: 1, is_resumable: false },
    until: start + ms,
  })
  expect(ends(follow(rules, sync, [{ type: 'begun' }, waits(60_001)]))).toMatchObject({ error: { code: 'timed_out' } })
  const woken = follow(rules, sync, [{ type: 'begun' }, waits(30_000), { type: 'due', at: start + 30_000 }])
  expect(ends(follow(rules, woken, [{ type: 'begun', at: start + 31_000 }, failed(2)]))?.error?.code).toBe(
    'http_failed',
  )
  expect(reduce(rules, woken.state, { type: 'timed_out', at: start + 59_999 })).toMatchObject({ refused: 'early' })
  expect(ends(changed(reduce(rules, woken.state, { type: 'timed_out', at: start + 60_000 })))?.error?.code).toBe(
    'timed_out',
  )
})

test('W8: a wait is over at its time, or when it is resumed; its time does not count', () => {
  const rules = rulesOf({ a: { type: 'wait', ports: { default: 'b' } }, b: { type: 'code' } }, { timeout_ms: 5000 })
  const until = start + 366 * day_ms
  const wait: Happening = { type: 'waits', position: 1, attempt: 1, until, is_resumable: true }
  const waiting = follow(rules, accept(), [{ type: 'begun' }, wait])
  expect([waiting.effect, statusOfPhase[waiting.state.phase].execution]).toEqual([{ do: 'wait', until }, 'waiting'])
  expect(reduce(rules, waiting.state, { type: 'due', at: until - 1 })).toEqual({ refused: 'early', until })
  const woken = follow(rules, waiting, [{ type: 'due', at: until }, { type: 'begun' }])
  expect(woken.visits[0]!.output).toEqual({ waited_seconds: (until - start) / 1000 - 1, resumed: false, data: null })
  const resumed = follow(rules, waiting, [{ type: 'resumed', data: 'yes', bytes: 5 }])
  expect(resumed.visits[0]!.output).toMatchObject({ resumed: true, data: 'yes' })
  const late = { type: 'timed_out', at: until + 1000 + 5000 } as const
  expect(ends(changed(reduce(rules, woken.state, late)))?.error).toMatchObject({ code: 'timed_out', step_id: 'b' })
  expect(ends(follow(rules, woken, [result(2)]))?.status).toBe('success')
})

test('loops end: by max_visits, whose error port runs, and by max_steps', () => {
  const loop = rulesOf({ a: { type: 'code', max_visits: 2, ports: { default: 'a', error: 'b' } }, b: { type: 'code' } })
  const rounds = [
    { type: 'begun' as const },
    result(1),
    { type: 'begun' as const },
    result(2),
    { type: 'begun' as const },
  ]
  const left = follow(loop, accept(), rounds)
  expect(left.visits.map(({ step_id, error, attempts }) => [step_id, error?.code ?? null, attempts.length])).toEqual([
    ...[
      ['a', null, 1],
      ['a', null, 1],
    ],
    ...[
      ['a', 'loop_limit', 0],
      ['b', null, 0],
    ],
  ])
  const endless = rulesOf({ a: { type: 'code', ports: { default: 'a' } } }, { max_steps: 2 })
  expect(ends(follow(endless, accept(), rounds.slice(0, 4)))).toMatchObject({
    error: { code: 'step_limit', step_id: 'a' },
  })
})

test('W12: one that is queued for a day never started', () => {
  const rules = rulesOf({ a: { type: 'code' } })
  const { state } = accept({ is_admitted: false })
  const late = { type: 'not_started', at: start + day_ms } as const
  expect(reduce(rules, state, { ...late, at: late.at - 1 })).toEqual({ refused: 'early', until: late.at })
  const given_up = changed(reduce(rules, state, late))
  expect([ends(given_up)?.error?.code, given_up.visits[0]!.status]).toEqual(['not_started', 'cancelled'])
})

test('a test ends with the step that it asks for', () => {
  const rules = rulesOf({ a: { type: 'code', ports: { default: 'b', error: 'b' } }, b: { type: 'code' } })
  const begun = follow(rules, accept({ stop_after: 'a' }), [{ type: 'begun' }])
  expect(ends(follow(rules, begun, [result(1)]))).toMatchObject({ status: 'success', output: { n: 1 } })
  expect(ends(follow(rules, begun, [failed(1)]))).toMatchObject({ status: 'failed' })
})

test('a retry from a step has the outputs before it, and goes on after their positions', () => {
  const rules = rulesOf({ a: { type: 'code', ports: { default: 'b' } }, b: { type: 'code' } })
  const tally: ExecutionState['tally'] = new Map([['a', { visits: 1, position: 1, bytes: 7 }]])
  const retried = accept({ entry: 'b', copied: { visits: 1, tally } })
  expect(retried.state.visit).toEqual({ position: 2, step_id: 'b', visit: 1 })
  expect(ends(follow(rules, retried, [{ type: 'begun' }, result(2)]))?.status).toBe('success')
})
