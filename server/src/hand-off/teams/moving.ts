// What a deleted team still has moves to the team that was named, or to the default team, a hundred in each commit. Then its row goes.
import type { Core } from '../../calls/core.ts'
import { type Conversations, changeWithin, followUp } from '../../conversations/conversations.ts'
import { decideMove } from '../../conversations/machine/handling-requeue.ts'
import { statement } from '../../database/database.ts'
import { type RootStore, openReservedStore } from '../../database/store.ts'
import type { Outcome, WorkItem, WorkKind } from '../../work/port.ts'
import { lockTeam } from './rows.ts'

export const moving_work = 'move_team'

const most = 100
/** What was being handed to the team when it was deleted arrives within this time. */
const late_seconds = 60
const again_ms = 15_000

interface Services {
  readonly core: Core
  readonly conversations: Conversations
}

export function movingWork(services: Services): WorkKind {
  return {
    name: moving_work,
    lease_ms: 10_000,
    delays_ms: [500, 2000, 5000, 15_000, 60_000],
    share: { node: 4, organization: 2, owner: 1 },
    run: (item, { signal }) => moveTeam(services, item, signal),
    giveUp: null,
  }
}

interface Moving {
  target: { id: string; key: string; name: string } | null
  is_late: boolean
}

const movingStatement = statement(
  'find_moving_team',
  `select t.deleted_at < clock_timestamp() - interval '${late_seconds} seconds' as is_late,
     (select jsonb_build_object('id', to_team.id, 'key', to_team.key, 'name', to_team.name) from teams to_team
      where to_team.organization_id = $1 and to_team.deleted_at is null and (to_team.id = t.move_to or to_team.is_default)
      order by to_team.id = t.move_to desc limit 1) as target
   from teams t where t.organization_id = $1 and t.id = $2 and t.deleted_at is not null`,
)
const listStatement = statement(
  'list_in_team',
  `select conversation_id from handlings where organization_id = $1 and team_id = $2 and ended_at is null and handled_by <> 'agent'
   order by conversation_id limit ${most}`,
)
const forgetStatement = statement('forget_team', 'delete from teams where organization_id = $1 and id = $2')

async function moveTeam(services: Services, item: WorkItem, signal: AbortSignal): Promise<Outcome> {
  const store = openReservedStore(services.core.database, item.organization_id!)
  const own = [store.organization_id, item.subject]
  for (;;) {
    const [team] = await store.query<Moving>(movingStatement, own)
    if (!team) return { next: 'done' }
    const moved = await moveSome(services, store, item.subject, team.target)
    if (signal.aborted || moved === 'all_locked') return { next: { again_in_ms: 1000 } }
    if (moved === 'moved') continue
    if (!team.is_late) return { next: { again_in_ms: again_ms } }
    return { next: 'done', write: async (tx) => void (await tx.query(forgetStatement, own)) }
  }
}

async function moveSome(
  { conversations }: Services,
  store: RootStore,
  team_id: string,
  target: Moving['target'],
): Promise<'nothing_left' | 'moved' | 'all_locked'> {
  const { found, committed } = await store.transaction(async (tx) => {
    if (target) await lockTeam(tx, target.id)
    const rows = await tx.query<{ conversation_id: string }>(listStatement, [store.organization_id, team_id])
    const ids = rows.map(({ conversation_id }) => conversation_id)
    const decide = { change: 'handling' as const, ids, decide: decideMoveFrom(team_id, target) }
    return { found: ids.length, committed: await changeWithin(tx, conversations.commits, decide) }
  })
  for (const [id, one] of committed) followUp(conversations, id, one)
  if (found === 0) return 'nothing_left'
  return committed.size > 0 ? 'moved' : 'all_locked'
}

const decideMoveFrom = (team_id: string, target: Moving['target']) => (state: Parameters<typeof decideMove>[0]) =>
  decideMove(state, team_id, target)
