// Round robin: while something waits in a team that is open, it is offered every few seconds to members who are there and have room.
// One offer at a time, under the lock of the team (H10), so that two nodes never give the same room away.
import type { Core } from '../../calls/core.ts'
import { type CommitAddition, type Conversations, changeWithin, followUp } from '../../conversations/conversations.ts'
import type { HandlingRecord } from '../../conversations/machine/handling.ts'
import { decideOffer } from '../../conversations/machine/handling-offers.ts'
import { isOpenAt, nextOpening } from '../../conversations/machine/open-hours.ts'
import { type Pipeline, statement } from '../../database/database.ts'
import { type RootStore, type Store, type TransactionStore, openReservedStore } from '../../database/store.ts'
import { addWork } from '../../work/add.ts'
import type { Outcome, WorkItem, WorkKind } from '../../work/port.ts'
import { lockTeam } from '../teams/rows.ts'
import * as rows from './rows.ts'
import type { RoutedTeam } from './rows.ts'

/** As the function of the database names it. */
export const routing_work = 'route_team'

/** While something waits and the team is open. */
const again_ms = 5000
/** In one run, so that the work of other teams gets its turn. */
const most_offers = 200

interface Services {
  readonly core: Core
  readonly conversations: Conversations
}

export function routingWork(services: Services): WorkKind {
  return {
    name: routing_work,
    lease_ms: 10_000,
    delays_ms: [500, 2000, 5000],
    share: { node: 16, organization: 8, owner: 1 },
    run: (item, { signal }) => routeTeam(services, item, signal),
    giveUp: null,
  }
}

async function routeTeam(services: Services, item: WorkItem, signal: AbortSignal): Promise<Outcome> {
  const store = openReservedStore(services.core.database, item.organization_id!)
  const team = await rows.findRoutedTeam(store, item.subject)
  if (!team || team.settings.external || team.settings.assignment.mode !== 'round_robin') return { next: 'done' }
  const { business_hours } = team.settings
  if (!isOpenAt(business_hours, team.now)) {
    const opens_at = nextOpening(business_hours, team.now)
    return { next: opens_at === null ? 'done' : { again_at: opens_at } }
  }
  await rows.setMissingAway(store, team.id)
  const left_out: string[] = []
  for (let offers = 0; offers < most_offers && !signal.aborted; offers += 1) {
    const offered = await offerNext(services, store, team, left_out)
    if (offered === 'nothing_waits') return { next: left_out.length === 0 ? 'done' : { again_in_ms: again_ms } }
    if (offered === 'nobody_free') return { next: { again_in_ms: again_ms } }
  }
  return { next: { again_in_ms: 0 } }
}

type Offered = 'offered' | 'left_out' | 'nothing_waits' | 'nobody_free'

/** One transaction. `left_out`: those that another transaction holds. */
async function offerNext(
  { conversations }: Services,
  store: RootStore,
  team: RoutedTeam,
  left_out: string[],
): Promise<Offered> {
  const { capacity, accept_seconds } = team.settings.assignment
  const { offered, committed, id } = await store.transaction(async (tx) => {
    const nothing = (offered: Offered) => ({ offered, committed: null, id: '' })
    if (!(await lockTeam(tx, team.id))) return nothing('nothing_waits')
    const next = await rows.findNextWaiting(tx, team.id, left_out)
    if (!next) return nothing('nothing_waits')
    const user = await findFree(tx, team.id, capacity, next.passed_by)
    if (!user) return nothing('nobody_free')
    const offer = { team_id: team.id, user: { id: user.user_id, name: user.name }, accept_seconds }
    const id = next.conversation_id
    const changes = await changeWithin(tx, conversations.commits, {
      ...{ change: 'handling', ids: [id] },
      decide: (state) => decideOffer(state, offer),
    })
    const committed = changes.get(id) ?? null
    if (!committed) return { offered: 'left_out' as const, committed, id }
    await rows.noteOffer(tx, user.user_id)
    return { offered: 'offered' as const, committed, id }
  })
  if (committed) followUp(conversations, id, committed)
  if (offered === 'left_out') left_out.push(id)
  return offered
}

/** Another team may have taken the room of the first that is found. */
async function findFree(tx: TransactionStore, team_id: string, capacity: number, passed_by: string[]) {
  for (let tries = 0; tries < 3; tries += 1) {
    const user = await rows.pickPerson(tx, team_id, capacity, passed_by)
    if (!user) return null
    if (await rows.lockIfRoom(tx, user.user_id, capacity)) return user
  }
  return null
}

const routeStatement = statement(
  'route_teams_of',
  'select route_teams_of(organization_id, member) from (values ($1::uuid, $2)) of (organization_id, member)',
)

/** A member is there: their teams look whether something waits. */
export async function routeTeams(store: Store, user_id: string): Promise<void> {
  await store.query(routeStatement, [store.organization_id, user_id])
}

/** The same, of a member who has room again, in the commit that frees it. */
function routeTeamsOf(tx: Pipeline, organization_id: string, user_id: string): void {
  tx.send(routeStatement, [organization_id, user_id])
}

/** Looks for somebody as soon as something waits, or somebody has room. */
export const routeWaiting: CommitAddition = {
  on: ['handled', 'ended'],
  write(tx, { state, change }) {
    const { organization_id, handling: before } = state
    const after = change.handling ?? before
    if (!after) return
    const { team_id } = after
    const waits = change.end === null && after.handled_by === 'queue' && after.assignee_id === null
    const waited = before?.handled_by === 'queue' && before.assignee_id === null && before.team_id === team_id
    if (waits && !waited && team_id !== null) {
      addWork(tx, routing_work, { organization_id, owner: team_id, subject: team_id }, { urgent: true })
    }
    const had = before && occupiedBy(before)
    if (had && (change.end !== null || occupiedBy(after) !== had)) routeTeamsOf(tx, organization_id, had)
  },
}

/** Whose room it takes; null: nobody's. */
function occupiedBy({ handled_by, assignee_type, assignee_id, snoozed_until }: HandlingRecord): string | null {
  return handled_by !== 'agent' && assignee_type === 'user' && snoozed_until === null ? assignee_id : null
}
