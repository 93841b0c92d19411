// A member was removed, or cannot answer any more: they leave their teams, and what they held waits again. The database adds this work,
// whichever server removes a member. The member is refused at once, whatever happens here.
import type { Core } from '../../calls/core.ts'
import { type Conversations, changeWithin, followUp } from '../../conversations/conversations.ts'
import type { LockedConversation } from '../../conversations/machine/change.ts'
import { decideLeft } from '../../conversations/machine/handling-requeue.ts'
import { statement } from '../../database/database.ts'
import { type RootStore, openReservedStore } from '../../database/store.ts'
import type { Outcome, WorkItem, WorkKind } from '../../work/port.ts'
import { findAnsweringMember } from '../queries.ts'
import { rulesWithoutTeam, waitWithoutTeam } from '../rules/default-team.ts'
import { rulesOfTeam } from '../rules/team-settings.ts'
import { findAskedTeam } from './rows.ts'

const most = 100

interface Services {
  readonly core: Core
  readonly conversations: Conversations
}

export function leavingWork(services: Services): WorkKind {
  return {
    // As the trigger names it.
    name: 'member_left',
    lease_ms: 10_000,
    delays_ms: [500, 2000, 5000, 15_000, 60_000],
    share: { node: 4, organization: 2, owner: 2 },
    run: (item, { signal }) => leave(services, item, signal),
    giveUp: null,
  }
}

const leaveStatement = statement(
  'leave_teams',
  `with gone as (delete from people where organization_id = $1 and user_id = $2)
   delete from team_members where organization_id = $1 and user_id = $2`,
)

async function leave(services: Services, item: WorkItem, signal: AbortSignal): Promise<Outcome> {
  const { subject: user_id } = item
  const store = openReservedStore(services.core.database, item.organization_id!)
  // A role that still answers, or a member who has come back.
  if (await findAnsweringMember(store, user_id)) return { next: 'done' }
  await store.query(leaveStatement, [store.organization_id, user_id])
  for (;;) {
    const left = await requeueSome(services, store, user_id)
    if (left === 'nothing_left') return { next: 'done' }
    if (signal.aborted || left === 'all_locked') return { next: { again_in_ms: 1000 } }
  }
}

const heldStatement = statement(
  'list_held_by',
  `select conversation_id, (select key from teams t where t.id = h.team_id and t.deleted_at is null) as team_key from handlings h
   where organization_id = $1 and assignee_id = $2 and assignee_type = 'user' and ended_at is null and handled_by <> 'agent'
   order by conversation_id limit ${most}`,
)

interface Held {
  conversation_id: string
  team_key: string | null
}

async function requeueSome({ conversations }: Services, store: RootStore, user_id: string) {
  const held = await store.query<Held>(heldStatement, [store.organization_id, user_id])
  if (held.length === 0) return 'nothing_left'
  const plans = await plansOf(store, held)
  const plan_of = new Map(held.map(({ conversation_id, team_key }) => [conversation_id, plans.get(team_key)!]))
  const committed = await store.transaction((tx) =>
    changeWithin(tx, conversations.commits, {
      ...{ change: 'handling', ids: [...plan_of.keys()] },
      decide: (state: LockedConversation, id) => decideLeft(state, user_id, plan_of.get(id)!),
    }),
  )
  for (const [id, one] of committed) followUp(conversations, id, one)
  return committed.size > 0 ? 'some_left' : 'all_locked'
}

/** The end users are told nothing: nobody has asked. */
async function plansOf(store: RootStore, held: Held[]) {
  const keys = new Set(held.map(({ team_key }) => team_key))
  const plans = [...keys].map(async (key) => {
    const team = key === null ? null : await findAskedTeam(store, key)
    const rules = team ? rulesOfTeam(team, team.now) : rulesWithoutTeam
    const max_seconds = team ? team.settings.wait.max_seconds : waitWithoutTeam.max_seconds
    return [key, { rules, max_seconds, message: null, declines: null }] as const
  })
  return new Map(await Promise.all(plans))
}
