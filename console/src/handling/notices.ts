// What of the feed a person is told of, and what waits for them. Pure: it says which, never what was written.
import type { Conversation } from '@parley/contract'
import { type Handled, isHeldBy, standingOf } from './standing.ts'

export type NoticeKind = 'offer' | 'message' | 'waiting'

export interface Notice {
  kind: NoticeKind
  conversation_id: string
  /** The same moment has the same key, in whichever tab it is seen. */
  key: string
}

export type Watched = Handled & Pick<Conversation, 'team'>

export interface Listener {
  user_id: string
  /** The keys of their teams. */
  teams: ReadonlySet<string>
  /** What happened before is on the screen already. */
  since: string
}

/** What a conversation in this state is worth telling its listener; null: nothing. */
export function noticeOf(conversation: Watched, { user_id, teams, since }: Listener): Notice | null {
  const { id: conversation_id, handling, team } = conversation
  const told = (kind: NoticeKind, at: string | null | undefined): Notice | null =>
    at == null ? null : { kind, conversation_id, key: `${kind} ${conversation_id} ${at}` }
  const isNew = (at: string | null | undefined) => at != null && at > since
  switch (standingOf(conversation, { user_id })) {
    case 'offered':
      return told('offer', handling?.offered_until ?? handling?.waiting_since)
    case 'mine':
      return isNew(handling?.unanswered_since) ? told('message', handling?.unanswered_since) : null
    case 'waiting': {
      const isForAll = team === null || teams.has(team.key)
      // What is offered to somebody else is theirs to answer first.
      const isFree = conversation.assignee === null && isForAll && isNew(handling?.waiting_since)
      return isFree ? told('waiting', handling?.waiting_since) : null
    }
    default:
      return null
  }
}

/** The keys of notices that were seen, in any tab; the oldest are forgotten. */
const seen_at_most = 1000

export function rememberNotice(seen: Set<string>, { key }: Notice): boolean {
  if (seen.has(key)) return false
  seen.add(key)
  const [oldest] = seen
  if (seen.size > seen_at_most) seen.delete(oldest!)
  return true
}

/** The conversations that a person holds or is offered, from the list and what the feed has told since. */
export type Own = ReadonlyMap<string, Watched>

export function changeOwn(own: Own, id: string, conversation: Watched | null, user_id: string): Own {
  const isOwn = conversation !== null && ['mine', 'offered'].includes(standingOf(conversation, { user_id }))
  if (!isOwn && !own.has(id)) return own
  const next = new Map(own)
  if (isOwn) next.set(id, conversation)
  else next.delete(id)
  return next
}

/** How many of them wait for that person: offered, or with a message that is not answered and not put aside. */
export function countWaiting(own: Own, user_id: string): number {
  return [...own.values()].filter((one) => {
    if (!isHeldBy(one, user_id)) return false
    const { unanswered_since = null, snoozed_until = null } = one.handling ?? {}
    return one.handled_by === 'queue' || (unanswered_since !== null && snoozed_until === null)
  }).length
}
