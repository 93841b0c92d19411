// Each timer of a hand-off: the row that it stands in, and what it does once.
import type { EventType } from '@parley/contract'
import { type Base, type ManyHandlings, makeHandlings, rowsOf } from './many.ts'

export interface Timer {
  handled_by: 'queue' | 'person'
  /** Columns of a hand-off for which it is due at a time, which is SQL. */
  due: (at: string) => Record<string, string>
  event: EventType
  /** It looks for people or begins a turn, so it acts alone. */
  isAlone?: true
}

const waiting = (at: string) => ({
  waiting_since: `${at} - interval '30 minutes'`,
  requested_at: `${at} - interval '30 minutes'`,
  wait_until: `${at} + interval '1 day'`,
})
const held = (at: string) => ({
  assignee_type: `'external'`,
  assignee_id: `'agent-7'`,
  assignee_name: `'Ada Desk'`,
  taken_at: `${at} - interval '1 day'`,
  awake_since: `${at} - interval '1 day'`,
})
/** As machine/ writes times. */
const text = (at: string) => `to_char((${at}) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

export const timers = {
  offer: {
    handled_by: 'queue',
    due: (at) => ({
      ...waiting(at),
      ...{ assignee_type: `'user'`, assignee_id: `gen_random_uuid()::text`, offered_until: at },
    }),
    event: 'conversation.unassigned',
  },
  wait: {
    handled_by: 'queue',
    due: (at) => ({ ...waiting(at), wait_until: at }),
    event: 'conversation.returned',
  },
  'wait, to answer': {
    handled_by: 'queue',
    due: (at) => ({
      ...waiting(at),
      wait_until: at,
      unanswered_since: `${at} - interval '20 minutes'`,
      unanswered: '1',
    }),
    event: 'conversation.returned',
    isAlone: true,
  },
  gone: {
    handled_by: 'person',
    due: (at) => ({ ...held(at), unanswered_since: `${at} - interval '1 day'`, unanswered: '1' }),
    event: 'conversation.handoff_requested',
    isAlone: true,
  },
  idle: { handled_by: 'person', due: held, event: 'conversation.ended' },
  snooze: {
    handled_by: 'person',
    due: (at) => ({ ...held(at), awake_since: at, snoozed_until: at }),
    event: 'conversation.woken',
  },
  sla: {
    handled_by: 'queue',
    due: (at) => ({
      ...waiting(at),
      sla: `jsonb_build_object('first_response', jsonb_build_object('state', 'running', 'due_at', ${text(at)}, 'warn_at', null))`,
    }),
    event: 'conversation.sla_breached',
  },
} satisfies Record<string, Timer>

export type TimerName = keyof typeof timers
export const timerNames = Object.keys(timers) as TimerName[]

export interface ManyDue {
  agent: ManyHandlings['agent']
  name: TimerName
  count: number
  /** SQL. */
  at: string
}

/** Conversations for which the timer is due at a time; it does not fire by itself. */
export function makeTimed(server: Base, { agent, name, count, at }: ManyDue): Promise<string[]> {
  const { handled_by, due } = timers[name]
  return makeHandlings(server, { agent, count, handled_by, columns: due(at) })
}

/** The same, and it fires at that time. */
export async function makeDue(server: Base, many: ManyDue): Promise<string[]> {
  const ids = await makeTimed(server, many)
  await rowsOf(
    server,
    `insert into work (kind, owner, subject, organization_id, due_at, ready)
     select 'handling_timer', id::text, id::text, $1, ${many.at}, false from unnest($2::uuid[]) id`,
    [server.organization_id, ids],
  )
  return ids
}

/** What the timer has done to each, and how many seconds after the time. */
export async function acts(server: Base, name: TimerName, ids: string[], at: string) {
  const { event } = timers[name] as Timer
  return rowsOf<{ count: number; late: number | null }>(
    server,
    `select count(e.id)::integer as count, extract(epoch from min(e.occurred_at) - ${at})::float8 as late
     from unnest($1::uuid[]) as wanted(id) left join events e on e.conversation_id = wanted.id and e.type = $2
     group by wanted.id`,
    [ids, event],
  )
}
