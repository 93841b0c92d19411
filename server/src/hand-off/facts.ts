// Records what happened in hand-offs, in the commit in which it happens.
import { statement } from '../database/database.ts'
import type { Store } from '../database/store.ts'
import type { CommitAddition } from '../conversations/conversations.ts'
import { factsOf } from './rules/facts.ts'

const insertStatement = statement(
  'insert_handling_facts',
  `insert into handling_facts (organization_id, at, kind, agent_id, team_id, user_id, seconds, rating)
   select organization_id, coalesce(at, clock_timestamp()), kind, agent_id, team_id, user_id, seconds, rating from jsonb_to_recordset($1::jsonb)
     as f(organization_id uuid, at timestamptz, kind text, agent_id uuid, team_id uuid, user_id uuid, seconds real, rating smallint)`,
)

export const recordFacts: CommitAddition = {
  on: ['handled', 'ended', 'told'],
  writeAll(tx, plans) {
    const rows = plans.flatMap((plan) => {
      const { organization_id, agent_id, now: at } = plan.state
      return factsOf(plan).map((fact) => ({ ...fact, organization_id, agent_id, at }))
    })
    if (rows.length > 0) tx.send(insertStatement, [JSON.stringify(rows)])
  },
}

/** A caller was declined. */
export function recordDeclined(
  store: Store,
  { agent_id, team_id }: { agent_id: string | null; team_id: string | null },
): Promise<unknown> {
  const { organization_id } = store
  const fact = { organization_id, kind: 'declined', agent_id, team_id }
  return store.query(insertStatement, [JSON.stringify([fact])])
}

const takenStatement = (of: string) => `select seconds from handling_facts where organization_id = $1 and ${of}
     and at > clock_timestamp() - interval '24 hours' and kind = 'taken' and seconds is not null`

// Each part by its index: `is not distinct from` would read all of them.
const waitStatement = statement(
  'estimate_wait',
  `select percentile_cont(0.5) within group (order by seconds) as median, count(*) as taken from (
     ${takenStatement('team_id = $2::uuid')} union all ${takenStatement('team_id is null and $2::uuid is null')}) taken`,
)

/** So many have to be taken for a median to mean something. */
const least_taken = 10

export async function estimateWait(store: Store, team_id: string | null): Promise<number | null> {
  const [row] = await store.query<{ median: number | null; taken: number }>(waitStatement, [
    store.organization_id,
    team_id,
  ])
  return row!.taken < least_taken || row!.median === null ? null : Math.round(row!.median)
}
