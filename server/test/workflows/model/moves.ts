// What may happen to an execution in a random sequence; each move is one or several events.
import fc from 'fast-check'
import type { RetryHint } from '../../../src/workflows/machine/events.ts'
import { deadlineOf } from '../../../src/workflows/machine/clock.ts'
import { cancelReasons } from '@parley/contract'
import { isFinal } from '../../../src/workflows/machine/execution.ts'
import type { Attempted, Course } from './course.ts'
import { branchName } from './graphs.ts'

export interface Move {
  name: string
  toString(): string
  run(course: Course): void
}

const move = (name: string, details: unknown, run: (course: Course) => void): Move => ({
  name,
  run,
  toString: () => `${name} ${JSON.stringify(details)}`,
})

const size = fc.constantFrom(2, 10, 900, 1001)
const chance = fc.constantFrom(0, 0.25, 1)
const hint = fc.record({ after_ms: fc.option(fc.constantFrom(500, 4000, 90_000)) })
/** Mostly the last server's attempt; else one that another server has taken over. */
const which = fc.constantFrom(0, 0, 0, 0, 0, 1, 2)

const attemptOf = (course: Course, back: number): Attempted | null => course.attempts.at(-1 - back) ?? null
const stepOf = (course: Course, { position }: Attempted) => {
  const { visit } = course.state
  return visit?.position === position ? course.graph.steps.get(visit.step_id)! : null
}

/** Only conditions have branches; not each of the drawn ones leads on. */
function branchOf(course: Course, attempted: Attempted, drawn: number | null): string | null {
  return drawn === null || stepOf(course, attempted)?.type !== 'condition' ? null : branchName(drawn)
}

/** Every report of an attempt goes out once; a server that crashed sends none. */
function report(course: Course, back: number, send: (attempted: Attempted) => string): void {
  const attempted = attemptOf(course, back)
  if (!attempted || attempted.isOver) return
  if (send(attempted) !== 'ok') return
  attempted.isOver = true
  course.noteAnswer(attempted)
}

const begin = fc.constant(move('begin', null, (course) => void course.take({ type: 'begun', at: course.now })))

/** A request with the commit before it, and perhaps a crash in between or right after. */
const request = fc
  .record({ back: which, crash: fc.constantFrom('before', 'after', null, null, null), answers: fc.boolean() })
  .map((drawn) => move('request', drawn, (course) => sendRequest(course, drawn)))

function sendRequest(course: Course, drawn: { back: number; crash: string | null; answers: boolean }): void {
  const attempted = attemptOf(course, drawn.back)
  if (!attempted || attempted.isOver) return
  const { position, attempt } = attempted
  const step = stepOf(course, attempted)
  if (drawn.answers) course.take({ type: 'prepared', position, attempt, answers: {}, at: course.now })
  const mayRepeat = step?.is_idempotent ?? true
  const isStored = mayRepeat || course.take({ type: 'effect_sent', position, attempt, at: course.now }) === 'ok'
  if (drawn.crash === 'before') attempted.isOver = true
  else if (isStored) course.send(attempted, mayRepeat)
  if (drawn.crash === 'after') attempted.isOver = true
}

const result = fc
  .record({
    back: which,
    bytes: size,
    branch: fc.option(fc.nat({ max: 3 })),
    again: fc.option(hint, { freq: 2 }),
    chance,
  })
  .map((drawn) =>
    move('result', drawn, (course) =>
      report(course, drawn.back, (attempted) => {
        const { position, attempt } = attempted
        const branch = branchOf(course, attempted, drawn.branch)
        const retry: RetryHint | null = drawn.again && {
          error: { code: 'http_status', message: '503' },
          ...drawn.again,
        }
        const rest = { output: { is: `of ${position}` }, bytes: drawn.bytes, branch, retry, chance: drawn.chance }
        return course.take({ type: 'result', position, attempt, ...rest, at: course.now })
      }),
    ),
  )

const failure = fc
  .record({
    back: which,
    cause: fc.constantFrom('transient' as const, 'transient' as const, 'unclear' as const, 'permanent' as const),
    after_ms: fc.option(fc.constantFrom(500, 4000, 90_000)),
    chance,
  })
  .map(({ back, ...drawn }) =>
    move('failure', { back, ...drawn }, (course) =>
      report(course, back, ({ position, attempt }) => {
        const error = { code: 'http_failed', message: 'No connection.' } as const
        return course.take({ type: 'failed', position, attempt, error, ...drawn, at: course.now })
      }),
    ),
  )

const wait = fc
  .record({
    back: which,
    ms: fc.constantFrom(-5, 0, 1000, 1000, 30_000, 30_000, 3_600_000, 366 * 86_400_000),
    is_resumable: fc.boolean(),
  })
  .map(({ back, ms, is_resumable }) =>
    move('wait', { back, ms, is_resumable }, (course) =>
      report(course, back, (attempted) => {
        if (stepOf(course, attempted)?.type !== 'wait') return 'skipped'
        const { position, attempt } = attempted
        return course.take({ type: 'waits', position, attempt, until: course.now + ms, is_resumable, at: course.now })
      }),
    ),
  )

const crash = which.map((back) =>
  move('crash', back, (course) => {
    const attempted = attemptOf(course, back)
    if (attempted) attempted.isOver = true
  }),
)

/** Long enough that something is over, or nearly. */
const pass = fc
  .oneof(
    { weight: 9, arbitrary: fc.constantFrom(1, 100, 700, 1000, 5000) },
    { weight: 3, arbitrary: fc.constantFrom(30_000, 59_999, 3_600_000) },
    { weight: 1, arbitrary: fc.constantFrom(86_400_000, 366 * 86_400_000) },
  )
  .map((ms) => move('pass', ms, (course) => void (course.now += ms)))

/** Until the pause of the open visit is over, to the millisecond, or just before. */
const untilDue = fc.constantFrom(-1, 0).map((more) =>
  move('until due', more, (course) => {
    const { state } = course
    if ('until' in state) course.now = Math.max(course.now, state.until + more)
  }),
)

const wake = fc.constant(
  move('wake', null, (course) => {
    const { state } = course
    if ('until' in state) course.now = Math.max(course.now, state.until)
    course.take({ type: state.phase === 'waiting' ? 'due' : 'begun', at: course.now })
  }),
)

const simple = fc
  .constantFrom('admitted' as const, 'due' as const, 'timed_out' as const, 'not_started' as const)
  .map((type) => move(type, null, (course) => void course.take({ type, at: course.now })))

/** To the millisecond, or just before. */
const deadline = fc.constantFrom(-1, 0).map((more) =>
  move('deadline', more, (course) => {
    const { state } = course
    if (!isFinal(state)) course.now = Math.max(course.now, deadlineOf(course.rules, state) + more)
    course.take({ type: 'timed_out', at: course.now })
  }),
)

const resume = size.map((bytes) =>
  move(
    'resume',
    bytes,
    (course) => void course.take({ type: 'resumed', data: { is: 'given' }, bytes, at: course.now }),
  ),
)

const rare = fc.constantFrom(...cancelReasons, 'broken' as const).map((drawn) =>
  move('stop', drawn, (course) => {
    const { now: at } = course
    course.take(drawn === 'broken' ? { type: 'broken', at } : { type: 'cancelled', reason: drawn, at })
  }),
)

/** Straight on, with nothing in its way: into the next visit, and out of it. */
const goOn = fc.record({ bytes: fc.constantFrom(2, 10, 100), branch: fc.option(fc.nat({ max: 2 })) }).map((drawn) =>
  move('go on', drawn, (course) => {
    const { state } = course
    const at = course.now
    if (state.phase === 'in_line') course.take({ type: 'admitted', at })
    if (state.phase === 'admitted' || state.phase === 'between') course.take({ type: 'begun', at })
    const attempted = attemptOf(course, 0)
    if (!attempted || attempted.isOver || course.state.phase !== 'attempting') return
    const { position, attempt } = attempted
    const branch = branchOf(course, attempted, drawn.branch)
    const rest = { output: { is: `of ${position}` }, bytes: drawn.bytes, branch, retry: null, chance: 0 }
    attempted.isOver = course.take({ type: 'result', position, attempt, ...rest, at }) === 'ok'
  }),
)

export const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: begin },
    { weight: 10, arbitrary: request },
    { weight: 8, arbitrary: result },
    { weight: 7, arbitrary: failure },
    { weight: 9, arbitrary: wait },
    { weight: 3, arbitrary: crash },
    { weight: 4, arbitrary: pass },
    { weight: 3, arbitrary: untilDue },
    { weight: 5, arbitrary: wake },
    { weight: 3, arbitrary: simple },
    { weight: 2, arbitrary: resume },
    { weight: 1, arbitrary: deadline },
    { weight: 1, arbitrary: rare },
    { weight: 16, arbitrary: goOn },
  ),
  { minLength: 5, maxLength: 80, size: 'max' },
)
