// Counts calls of the model outside the usual commits of a turn: those that are lost with their attempt, and those that an attempt has made
// in vain. Part of commit.ts.
import { type Pipeline, statement } from '../../database/database.ts'
import { arraysOf, rowsOf } from '../../database/rows.ts'
import type { Store } from '../../database/store.ts'
import type { CountedCall } from '../../usage/port.ts'
import { insertCalls, insertLostCalls, splitModel } from '../../usage/usage.ts'
import type { Planned } from '../machine/plan.ts'
import type { TurnLease } from '../turn-runner.ts'
import type { Committer } from './committer.ts'

/** The newest items of a conversation, which a model may have been shown. */
const shown_items = 200

const lostStatement = statement(
  'count_lost_calls',
  `with lost as (
     select l.id, l.organization_id, l.at, l.agent_id, l.conversation_id, l.turn_id,
            coalesce(v.config -> 'llm' ->> 'provider', l.provider) as provider,
            case when v.config -> 'llm' ->> 'provider' is null then l.model else v.config -> 'llm' ->> 'model' end as model,
            coalesce(length(v.config ->> 'instructions'), 0) + coalesce((
              select sum(length(array_to_string(i.content, '')) + coalesce(length(i.output::text), 0))
              from (select content, output from transcript_items i where i.conversation_id = l.conversation_id
                    order by i.position desc limit ${shown_items}) i), 0) as characters
     from ${rowsOf('l', 'id uuid, organization_id uuid, at timestamptz, agent_id uuid, conversation_id uuid, turn_id uuid, provider text, model text')}
     join turns t on t.id = l.turn_id and t.organization_id = l.organization_id
     left join agent_versions v on v.id = t.agent_version_id and v.organization_id = l.organization_id
   )
   ${insertLostCalls('lost')}`,
)

/** Its input is estimated. */
export function countLostCalls(tx: Pipeline, { ports, default_model }: Committer, plans: Planned[]): void {
  const lost = plans.flatMap(({ state: { id: conversation_id, organization_id, agent_id, now: at }, change }) =>
    change.lost_calls.map((turn_id) => {
      return {
        id: ports.newId(),
        organization_id,
        at,
        agent_id,
        conversation_id,
        turn_id,
        ...splitModel(default_model),
      }
    }),
  )
  if (lost.length === 0) return
  const names = ['id', 'organization_id', 'at', 'agent_id', 'conversation_id', 'turn_id', 'provider', 'model'] as const
  tx.send(lostStatement, arraysOf(lost, [...names]))
}

// The lock makes a takeover wait, or finds that it was faster.
const inVainStatement = statement(
  'count_calls_in_vain',
  `with held as (
     select t.id, t.organization_id, t.conversation_id, $4::uuid as agent_id, $5::jsonb as calls from turns t
     where t.id = $1 and t.organization_id = $2 and t.lease = $3 and t.status = 'running' for share
   ), called as (
     ${insertCalls('held')}
   )
   select id from held`,
)

/** Before the attempt calls a model again. False: it does not hold its turn any more, and the commit that took it has counted them. */
export async function countCallsInVain(
  store: Store,
  { turn_id, lease }: Pick<TurnLease, 'turn_id' | 'lease'>,
  agent_id: string | null,
  calls: CountedCall[],
): Promise<boolean> {
  const values = [turn_id, store.organization_id, lease, agent_id, JSON.stringify(calls)]
  return (await store.query(inVainStatement, values)).length > 0
}
