// What becomes due in a hand-off, and what every change brings besides itself: promised times, and since when a holder could have answered.
import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../base/time.ts'
import { ann, bob, by, now, plan, states } from '../../../test/hand-off/machine.ts'
import { rulesWithoutTeam } from '../../hand-off/rules/default-team.ts'
import { type Decision, type LockedConversation, isRefusal } from './change.ts'
import { textContent } from './content.ts'
import { decideEnd, decideMessage } from './decisions.ts'
import { decideAssign, decideReply, decideRequest, decideReturn, decideTake } from './handling-decisions.ts'
import { decideOffer } from './handling-offers.ts'
import { decideLeft, decideMove } from './handling-requeue.ts'
import { type HandlingTimerInput, decideHandlingTimer, isPlainlyDue, nextDue } from './handling-timers.ts'
import { decideSnooze, decideUpdate } from './handling-upkeep.ts'
import type { HandlingRecord, TeamRules } from './handling.ts'
import { planOf } from './plan.ts'

const in_ = (seconds: number) => addSeconds(now, seconds)
const sla = {
  first_response_seconds: 600,
  next_response_seconds: 1200,
  resolution_seconds: 7200,
  warn_before_seconds: 300,
}
const rules: TeamRules = { ...rulesWithoutTeam, sla }

/** The state after a decision, as it will be stored. */
function next(state: LockedConversation, decision: Decision<unknown>, later = 0): LockedConversation {
  if (isRefusal(decision)) throw new Error(decision.refused)
  const { change } = planOf(state, decision.change)
  const handling = change.handling ?? state.handling
  const handled_by = handling?.handled_by ?? state.handled_by
  const silent_since = change.items.length > 0 ? state.now : state.silent_since
  return { ...state, handling, handled_by, silent_since, open_turns: [], now: addSeconds(state.now, later) }
}

const ending = {
  end_reason: 'nobody_available' as const,
  ended_by: { type: 'system' as const, id: null, name: null, reason: null },
  summary_enabled: false,
}
const timer: HandlingTimerInput = {
  ...{ answer: null, ending, closing: null, idle_closing: null, requeue: plan, holder: null },
}
const request = (state: LockedConversation, later = 0) => {
  const asked = { ...by, reason: 'requested' as const, text: null, plan: { ...plan, rules } }
  return next(state, decideRequest(state, { ...asked, most_requests: null, force: false, partial: null }), later)
}
const take = (state: LockedConversation, later = 0) =>
  next(state, decideTake(state, { ...by, assignee: ann, from: null, partial: null }), later)
const reply = (state: LockedConversation, later = 0) => {
  const said = { ...by, assignee: ann, from: null, message_id: 'm', text: 'Hi', take: false, is_behind: false }
  return next(state, decideReply(state, { ...said, next: 'keep', ending, partial: null }), later)
}
const say = (state: LockedConversation, later = 0) => {
  const message = { message_id: 'm', turn_id: 't', from: 'caller' as const, content: textContent('?'), author: null }
  const turn = {
    concurrency: 'queue' as const,
    interactivity: 'plain' as const,
    agent_version_id: 'v',
    max_seconds: 60,
  }
  return next(state, decideMessage(state, { ...message, ...turn, max_waiting: 32, partial: null, limit: null }), later)
}
const snooze = (state: LockedConversation, until: string | null, later = 0) =>
  next(state, decideSnooze(state, { ...by, holder: ann, until, wake_on_reply: true }), later)
const ring = (state: LockedConversation, input: Partial<HandlingTimerInput> = {}) =>
  decideHandlingTimer(state, { ...timer, ...input })
const typesOf = ({ change }: { change: { events: { type: string }[] } }) => change.events.map(({ type }) => type)
const clocks = ({ handling }: LockedConversation) => handling!.sla

describe('promised times', () => {
  test('begin with the request, warn once, and are breached', () => {
    const asked = request(states.agent())
    expect(clocks(asked)).toEqual({
      first_response: { state: 'running', due_at: in_(600), warn_at: in_(300) },
      resolution: { state: 'running', due_at: in_(7200), warn_at: in_(6900) },
    })
    const early = ring({ ...asked, now: in_(299) })
    expect([early.change.events, early.answer]).toEqual([[], in_(300)])
    const warned = ring({ ...asked, now: in_(300) })
    expect(warned.change.events).toEqual([
      {
        type: 'conversation.sla_warning',
        data: { ...system, target: 'first_response', due_at: in_(600) },
      },
    ])
    expect(warned.answer).toBe(in_(600))
    const after = next({ ...asked, now: in_(300) }, warned)
    expect(typesOf(ring({ ...after, now: in_(599) }))).toEqual([])
    const breached = ring({ ...after, now: in_(600) })
    expect(typesOf(breached)).toEqual(['conversation.sla_breached'])
    expect(clocks(next(after, breached))).toMatchObject({ first_response: { state: 'breached', due_at: in_(600) } })
  })

  test('are met by an answer; a message begins the next; a breached one stays', () => {
    const taken = take(request(states.agent(), 10), 10)
    expect(clocks(taken)).toMatchObject({ first_response: { state: 'running' } })
    const answered = reply(taken, 10)
    expect(clocks(answered)).toMatchObject({ first_response: { state: 'met', due_at: in_(600) } })
    expect(answered.handling!.answered_at).toBe(in_(20))
    const asked = say(answered, 10)
    expect(clocks(asked)).toMatchObject({ next_response: { state: 'running', due_at: in_(30 + 1200) } })
    const again = say(asked)
    expect(clocks(again)).toEqual(clocks(asked))
    expect(clocks(reply(again))).toMatchObject({ next_response: { state: 'met' } })
    const late = next({ ...again, now: in_(9000) }, ring({ ...again, now: in_(9000) }, { holder: here(in_(9000)) }))
    expect(clocks(reply(late))).toMatchObject({
      ...{ next_response: { state: 'breached' }, resolution: { state: 'breached' } },
    })
  })

  test('end with the return, and with the end: the resolution is met, what nobody answered is gone', () => {
    const taken = take(request(states.agent()))
    const returned = decideReturn(taken, { ...by, holder: ann, may: 'all', answer: null })
    expect(clocks(next(taken, returned))).toEqual({ resolution: { state: 'met', due_at: in_(7200) } })
    const ended = decideEnd(taken, { mode: 'cut', partial: null, ...ending, end_reason: 'ended_by_caller' })
    expect(clocks(next(taken, ended))).toEqual({ resolution: { state: 'met', due_at: in_(7200) } })
  })

  test('stand while it is snoozed', () => {
    const taken = take(request(states.agent(), 100))
    const asleep = snooze(taken, in_(5000), 3900)
    expect(ring(asleep)).toEqual({ change: expect.objectContaining({ events: [] }), answer: in_(5000) })
    const awake = snooze(asleep, null)
    expect(clocks(awake)).toMatchObject({
      first_response: { state: 'running', due_at: in_(600 + 3900), warn_at: in_(300 + 3900) },
      resolution: { state: 'running', due_at: in_(7200 + 3900) },
    })
  })

  test('count only open hours', () => {
    // 2026-01-01 is a Thursday; at midnight UTC it is 01:00 in Berlin.
    const weekly = [
      { day: 'thursday' as const, from: '09:00', to: '09:05' },
      { day: 'friday' as const, from: '09:00', to: '17:00' },
    ]
    const hours = { time_zone: 'Europe/Berlin', weekly, holidays: [] }
    const asked = { ...by, reason: 'requested' as const, text: null, plan: { ...plan, rules: { ...rules, hours } } }
    const state = states.agent()
    const decision = decideRequest(state, { ...asked, most_requests: null, force: false, partial: null })
    expect(clocks(next(state, decision))!.first_response).toEqual({
      ...{ state: 'running', due_at: '2026-01-02T08:05:00.000000Z', warn_at: '2026-01-01T08:05:00.000000Z' },
    })
  })

  test('of an earlier hand-off do not come back', () => {
    const before = { sla: { resolution: { state: 'met' as const, due_at: now } }, rules }
    const state = states.agent()
    const left = { ...state, handling: { ...states.queue().handling!, ...before, handled_by: 'agent' as const } }
    expect(clocks(take(left))).toEqual({})
    expect(Object.keys(clocks(request(left))!)).toEqual(['first_response', 'resolution'])
  })
})

const system = { by: { type: 'system', id: null, name: null }, why: 'due' }
const here = (seen_at: string) => ({ id: 'ann', seen_at })
const person = (more: Partial<HandlingRecord> = {}) =>
  states.person({ unanswered_since: now, awake_since: in_(-100), ...more })

describe('a holder who is gone', () => {
  test.each<[string, Partial<HandlingRecord>, HandlingTimerInput['holder'], number, boolean]>([
    ['offline for too long', {}, null, 300, true],
    ['a second before', {}, null, 299, false],
    ['heard of meanwhile', {}, here(in_(200)), 499, false],
    ['heard of, and then not', {}, here(in_(200)), 500, true],
    ['another one was heard of', {}, { id: 'bob', seen_at: in_(200) }, 300, true],
    ['there, but does not answer', {}, here(in_(86_399)), 86_400, true],
    ['who took it a moment ago', { awake_since: in_(60) }, null, 359, false],
    ['who took it, and is offline', { awake_since: in_(60) }, null, 360, true],
    ['with everything answered', { unanswered_since: null }, null, 1000, false],
    ['with everything snoozed', { snoozed_until: in_(100_000) }, null, 99_999, false],
    ['of another desk: offline means nothing', { assignee_type: 'external' }, null, 86_399, false],
    ['of another desk, who does not answer', { assignee_type: 'external' }, null, 86_400, true],
  ])('%s', (_what, more, holder, seconds, isGone) => {
    const state = { ...person(more), now: in_(seconds), silent_since: in_(seconds) }
    const { change } = ring(state, { holder })
    expect(change.handling?.handled_by ?? 'person').toBe(isGone ? 'queue' : 'person')
    if (!isGone) return
    expect(change.handling).toMatchObject({
      ...{ reason: 'person_gone', assignee_id: null, unanswered_since: now, wait_until: in_(seconds + 1800) },
    })
    expect(change.events).toMatchObject([
      { type: 'conversation.unassigned', data: { why: 'person_gone', from: { id: 'ann' } } },
      { type: 'conversation.handoff_requested', data: { why: 'person_gone', reason: 'person_gone' } },
    ])
  })

  test('may be heard of later, so the timer asks again', () => {
    const state = { ...person(), now: in_(300) }
    expect(ring(state, { holder: here(in_(290)) }).answer).toBe(in_(590))
  })
})

describe('an end user who is silent', () => {
  test.each<[string, Partial<HandlingRecord>, string, number, boolean]>([
    ['for too long after an answer', {}, now, 86_400, true],
    ['a second before', {}, now, 86_399, false],
    ['who waits for an answer', { unanswered_since: in_(86_000) }, now, 86_100, false],
    ['in a conversation that has just woken', { awake_since: in_(100) }, now, 86_400, false],
    ['that woke long ago', { awake_since: in_(100) }, now, 86_500, true],
    [
      'without such a rule',
      { rules: { ...rules, idle: { end_after_seconds: null, end_message: null } } },
      now,
      1e6,
      false,
    ],
  ])('%s', (_what, more, silent_since, seconds, isEnded) => {
    const state = { ...person({ unanswered_since: null, sla: null, ...more }), silent_since, now: in_(seconds) }
    const said = { message_id: 'bye', text: 'Goodbye.' }
    const { change } = ring(state, { idle_closing: said })
    expect(change.end?.end_reason ?? null).toBe(isEnded ? 'inactivity' : null)
    if (isEnded) expect(change.items).toMatchObject([{ author: { type: 'system' }, content: [{ text: 'Goodbye.' }] }])
  })
})

test('a wait that is over comes before an offer; a breach is told before both', () => {
  const more = { assignee_type: 'user' as const, assignee_id: 'bob', assignee_name: 'Bob', offered_until: now }
  const running = { first_response: { state: 'running' as const, due_at: now, warn_at: null } }
  const state = states.queue({ ...more, wait_until: now, rules, sla: running })
  expect(typesOf(ring(state))).toEqual(['conversation.sla_breached', 'conversation.returned'])
})

test('nothing is due with the agent', () => {
  const seen = { silent_since: now, holder_seen_at: null }
  expect(nextDue({ ...states.queue().handling!, handled_by: 'agent' }, seen)).toBeNull()
})

test('what begins a turn or looks for other people is not plainly due', () => {
  const past = { wait_until: in_(-1), waiting_since: in_(-1800) }
  const ended = { ...rules, wait: { fallback: 'end' as const, end_message: null } }
  expect(isPlainlyDue(states.queue({ ...past, unanswered_since: null }))).toBe(true)
  expect(isPlainlyDue(states.queue({ ...past, unanswered_since: in_(-60) }))).toBe(false)
  expect(isPlainlyDue(states.queue({ ...past, unanswered_since: in_(-60), rules: ended }))).toBe(true)
  expect(isPlainlyDue(states.person({ unanswered_since: in_(-100_000) }))).toBe(false)
  expect(isPlainlyDue(states.person({ unanswered_since: null, snoozed_until: in_(-1) }))).toBe(true)
  expect(isPlainlyDue(states.agent())).toBe(true)
})

describe('offers', () => {
  const offer = { team_id: 'team', user: bob, accept_seconds: 60 }
  const waits = states.queue({ team_id: 'team' })

  test('are made to one, until a time; who lets one pass is remembered', () => {
    const offered = next(waits, decideOffer(waits, offer), 60)
    expect(offered.handling).toMatchObject({ assignee_id: 'bob', offered_until: in_(60), passed_by: [] })
    const over = next(offered, ring(offered))
    expect(over.handling).toMatchObject({ assignee_id: null, offered_until: null, passed_by: ['bob'] })
    const declined = next(offered, decideAssign(offered, { ...by, to: { type: 'nobody' }, plan, partial: null }))
    expect(declined.handling!.passed_by).toEqual(['bob'])
    const given = next(over, decideTake(over, { ...by, assignee: ann, from: null, partial: null }))
    expect(given.handling).toMatchObject({ passed_by: [], awake_since: in_(60) })
  })

  test.each<[string, LockedConversation]>([
    [
      'is offered already',
      states.queue({ team_id: 'team', assignee_type: 'user', assignee_id: 'ann', offered_until: now }),
    ],
    ['waits elsewhere', states.queue({ team_id: 'other' })],
    ['is held', states.person({ team_id: 'team' })],
    ['is with its agent', states.agent()],
    ['has ended', { ...waits, status: 'completed' }],
    ['ends', { ...waits, ending }],
  ])('none of what %s', (_what, state) => {
    expect(isRefusal(decideOffer(state, offer))).toBe(true)
  })
})

describe('without anybody asking', () => {
  const changeOf = (decision: Decision<unknown>) => (isRefusal(decision) ? null : decision.change)

  test('what a removed member holds waits again; an offer to them is over', () => {
    expect(changeOf(decideLeft(person(), 'ann', plan))).toMatchObject({
      handling: { handled_by: 'queue', reason: 'person_gone' },
      events: [{ data: { why: 'member_removed' } }, { data: { why: 'member_removed' } }],
    })
    const offered = { assignee_type: 'user' as const, assignee_id: 'ann', offered_until: in_(9) }
    expect(changeOf(decideLeft(states.queue(offered), 'ann', plan))).toMatchObject({
      handling: { handled_by: 'queue', assignee_id: null, offered_until: null },
    })
    expect(changeOf(decideLeft(person(), 'bob', plan))!.handling).toBeNull()
    expect(changeOf(decideLeft(person({ assignee_type: 'external' }), 'ann', plan))!.handling).toBeNull()
  })

  test('what a deleted team has goes to another, by the rules that it has', () => {
    const to = { id: 'new', key: 'new', name: 'New' }
    const queued = { team_id: 'old', rules, assignee_type: 'user' as const, assignee_id: 'bob', offered_until: in_(9) }
    expect(changeOf(decideMove(states.queue(queued), 'old', to))).toMatchObject({
      handling: { team_id: 'new', assignee_id: null, rules: { team: to, sla } },
      events: [{ type: 'conversation.assigned', data: { why: 'team_deleted', assignee: null, team: { key: 'new' } } }],
    })
    expect(changeOf(decideMove(person({ team_id: 'old' }), 'old', null))).toMatchObject({
      handling: { handled_by: 'person', team_id: null, assignee_id: 'ann' },
    })
    expect(changeOf(decideMove(states.queue({ team_id: 'else' }), 'old', to))!.handling).toBeNull()
  })
})

test('a change while the agent has it leaves what was met, and promises nothing', () => {
  const answered = reply(take(request(states.agent())))
  const giving = { ...by, holder: ann, may: 'all' as const, answer: null }
  const returned = next(answered, decideReturn(answered, giving))
  expect(returned.handling!.sla).toMatchObject({ first_response: { state: 'met' } })
  const changed = next(returned, decideUpdate(returned, { ...by, priority: 'high', tags: null }))
  expect(changed.handling).toEqual({ ...returned.handling, priority: 2 })
})
