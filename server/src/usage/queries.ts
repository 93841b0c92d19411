// The SQL of usage_pending: rows of calls under way, and those that a commit of another folder adds to it.
import { type Executor, acrossOrganizations, statement } from '../database/database.ts'
import type { MeasuredCall } from './port.ts'

const counted = `id uuid, turn_id uuid, at timestamptz, purpose text, provider text, model text, outcome text, input_tokens bigint,
  cached_input_tokens bigint, cache_write_tokens bigint, output_tokens bigint, estimated boolean`

const tokens = 'input_tokens, cached_input_tokens, cache_write_tokens, output_tokens'

/**
 * Counts the calls of turns, within a statement that stores their effect. `from` has the columns organization_id, agent_id, conversation_id
 * and `calls`: JSON of CountedCall[], or null.
 */
export const insertCalls = (from: string) => `insert into usage_pending
       (id, organization_id, at, kind, purpose, agent_id, conversation_id, turn_id, provider, model, outcome, ${tokens}, estimated)
     select u.id, s.organization_id, u.at, 'model_call', u.purpose, s.agent_id, s.conversation_id, u.turn_id, u.provider, u.model,
            u.outcome, u.input_tokens, u.cached_input_tokens, u.cache_write_tokens, u.output_tokens, u.estimated
     from ${from} s cross join lateral jsonb_to_recordset(s.calls) as u(${counted})
     where s.calls is not null
     on conflict (id) do nothing`

/**
 * Counts a call of a turn as lost. `from` has what is known of it: id, organization_id, at, agent_id, conversation_id, turn_id, provider,
 * model and characters of its request.
 */
export const insertLostCalls = (from: string) => `insert into usage_pending
       (id, organization_id, at, kind, purpose, agent_id, conversation_id, turn_id, provider, model, outcome, input_tokens, output_tokens,
        estimated)
     select id, organization_id, at, 'model_call', 'reply', agent_id, conversation_id, turn_id, provider, model, 'lost',
            ceil(characters / 4.0), 0, true
     from ${from} on conflict (id) do nothing`

/** Counts one of something whose effect the statement stores. `from` has id, organization_id, at, agent_id, conversation_id and outcome. */
export const insertOne = (from: string, { kind, purpose, unit }: { kind: string; purpose: string; unit: string }) =>
  `insert into usage_pending (id, organization_id, at, kind, purpose, agent_id, conversation_id, outcome, quantity, unit)
     select id, organization_id, at, '${kind}', '${purpose}', agent_id, conversation_id, outcome, 1, '${unit}'
     from ${from} on conflict (id) do nothing`

const pageStatement = statement(
  'count_crawled_page',
  insertOne(
    `(select uuid_by_time() as id, $1::uuid as organization_id, clock_timestamp() as at, null::uuid as agent_id,
             null::uuid as conversation_id, 'ok' as outcome) page`,
    { kind: 'crawl', purpose: 'knowledge', unit: 'page' },
  ),
)

/** In the commit that notes what became of it. */
export async function countPage(tx: Pick<Executor, 'query'>, organization_id: string): Promise<void> {
  await tx.query(pageStatement, [organization_id])
}

/** A call under way, as its row has it. */
export interface OpenRow {
  id: string
  organization_id: string
  kind: string
  purpose: string
  agent_id: string | null
  conversation_id: string | null
  provider: string
  model: string
  input_tokens: number
  node_id: string
  most_ms: number
}

const openStatement = statement(
  'begin_calls',
  `insert into usage_pending (id, organization_id, at, kind, purpose, agent_id, conversation_id, provider, model, input_tokens, estimated,
                              node_id, open_until)
   select id, organization_id, clock_timestamp(), kind, purpose, agent_id, conversation_id, provider, model, input_tokens, true, node_id,
          clock_timestamp() + most_ms * interval '1 millisecond'
   from jsonb_to_recordset($1::jsonb) as c(id uuid, organization_id uuid, kind text, purpose text, agent_id uuid, conversation_id uuid,
     provider text, model text, input_tokens bigint, node_id uuid, most_ms double precision)
   on conflict (id) do nothing`,
)

export async function insertOpen(database: Executor, rows: OpenRow[]): Promise<void> {
  await database.query(openStatement, [JSON.stringify(rows)])
}

export interface CompletedRow extends MeasuredCall {
  id: string
  organization_id: string
}

// One that is lost by now stays so: it is counted once.
const completeStatement = statement(
  'complete_calls',
  `update usage_pending p set outcome = c.outcome, input_tokens = c.input_tokens, cached_input_tokens = c.cached_input_tokens,
          cache_write_tokens = c.cache_write_tokens, output_tokens = c.output_tokens, estimated = c.estimated, node_id = null,
          open_until = null
   from jsonb_to_recordset($1::jsonb) as c(organization_id uuid, ${counted})
   where p.id = c.id and p.organization_id = c.organization_id and p.outcome is null`,
)

export async function completeRows(database: Pick<Executor, 'query'>, rows: CompletedRow[]): Promise<void> {
  await database.query(completeStatement, [JSON.stringify(rows)])
}

const withdrawStatement = statement(
  'withdraw_call',
  'delete from usage_pending where id = $1 and organization_id = $2 and outcome is null',
)

/** It was not sent. */
export async function removeOpen(database: Executor, { id, organization_id }: OpenRow): Promise<void> {
  await database.query(withdrawStatement, [id, organization_id])
}

const lose = (
  which: string,
) => `update usage_pending set outcome = 'lost', output_tokens = 0, estimated = true, node_id = null, open_until = null
   where outcome is null and id = any(array(select id from usage_pending where outcome is null and ${which}))`
const of_calls = 'calls of all organizations whose nodes are gone'

const loseOfNodesStatement = acrossOrganizations(of_calls, 'lose_calls_of_nodes', lose('node_id = any($1::uuid[])'))

/** The nodes are gone. One that lives nevertheless finds its calls counted. */
export async function loseOfNodes(database: Executor, node_ids: string[]): Promise<void> {
  await database.query(loseOfNodesStatement, [node_ids])
}

const loseOldStatement = acrossOrganizations(
  of_calls,
  'lose_old_calls',
  lose('open_until < clock_timestamp() order by open_until limit $1 for update skip locked'),
)

/** Those that must be over by now. */
export async function loseOld(database: Executor, most: number): Promise<void> {
  await database.query(loseOldStatement, [most])
}
