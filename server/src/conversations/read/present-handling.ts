// Who handles a conversation, as the API shows it. Conversation tokens see it without ids, and people by the names that their team shows.
import type { Conversation, Handling } from '@parley/contract'
import type { Access } from '../../calls/access.ts'
import { type HandlingRecord, assigneeOf, noHandling, priorityOf, withShownName } from '../machine/handling.ts'
import { forEndUser } from '../machine/message-origin.ts'
import type { ShownConversation } from '../machine/rows.ts'

type Shown = Pick<
  Conversation,
  'handled_by' | 'assignee' | 'team' | 'handoff_reason' | 'priority' | 'tags' | 'handling'
>

export function presentHandling(
  { conversation: token }: Pick<Access, 'conversation'>,
  { handled_by, handling: stored }: Pick<ShownConversation, 'handled_by' | 'handling'>,
): Shown {
  const record = stored ?? noHandling
  const assignee = assigneeOf(record)
  if (token) {
    // An offer that nobody has accepted is not theirs to see.
    const holder = handled_by === 'person' ? assignee : null
    const shown = holder && forEndUser(withShownName(record.rules, holder))
    return {
      handled_by,
      assignee: shown,
      ...{ team: null, handoff_reason: null, priority: 'normal', tags: [], handling: null },
    }
  }
  const { reason: handoff_reason, rules, priority, tags } = record
  const team = rules?.team ? { key: rules.team.key, name: rules.team.name } : null
  const handling = (record.requested_at ?? record.taken_at) ? presentTimes(record) : null
  return { handled_by, assignee, team, handoff_reason, priority: priorityOf(priority), tags, handling }
}

function presentTimes({ sla, ...record }: HandlingRecord): Handling {
  const { requested_at, requested_by, taken_at, returned_at, waiting_since, wait_until } = record
  const { offered_until, unanswered_since, snoozed_until, wake_on_reply } = record
  const { first_response = null, next_response = null, resolution = null } = sla ?? {}
  return {
    ...{ requested_at, requested_by, taken_at, returned_at, waiting_since, wait_until },
    ...{ offered_until, unanswered_since, snoozed_until, wake_on_reply },
    sla: { first_response, next_response, resolution },
  }
}
