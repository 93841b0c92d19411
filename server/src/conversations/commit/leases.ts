// Leases of turns across organizations: renews a node's own, gives them back, and finds turns that nobody holds.
import { type Executor, acrossOrganizations } from '../../database/database.ts'
import { lease_ms } from '../machine/turn.ts'
import type { CountedCall } from '../../usage/port.ts'
import type { FoundSoFar } from '../machine/turn-endings.ts'

const of_leases = 'a node renews its leases in all organizations'

const renewStatement = acrossOrganizations(
  of_leases,
  'renew_leases',
  `update turns set lease_expires_at = clock_timestamp() + $3::integer * interval '1 millisecond'
   where node_id = $1 and lease = any($2::bigint[]) and status = 'running' returning lease`,
)

/** Returns the leases that this node still holds. */
export async function renewLeases(database: Executor, node_id: string, leases: number[]): Promise<number[]> {
  const rows = await database.query<{ lease: number }>(renewStatement, [node_id, leases, lease_ms])
  return rows.map((row) => row.lease)
}

const expireStatement = acrossOrganizations(
  of_leases,
  'expire_leases',
  `update turns set lease_expires_at = clock_timestamp() - interval '1 millisecond'
   where node_id = $1 and lease = any($2::bigint[]) and status = 'running'`,
)

/** Gives turns back: any node may take them over at once. */
export async function expireLeases(database: Executor, node_id: string, leases: number[]): Promise<void> {
  if (leases.length > 0) await database.query(expireStatement, [node_id, leases])
}

const expireOfNodesStatement = acrossOrganizations(
  of_leases,
  'expire_leases_of_nodes',
  `update turns set lease_expires_at = clock_timestamp() - interval '1 millisecond'
   where node_id = any($1::uuid[]) and status = 'running'`,
)

/** The nodes are gone. One that lives nevertheless renews its leases, or finds that another node was faster. */
export async function expireLeasesOfNodes(database: Executor, node_ids: string[]): Promise<void> {
  await database.query(expireOfNodesStatement, [node_ids])
}

interface TurnPlace {
  organization_id: string
  conversation_id: string
  turn_id: string
}

export interface AbandonedTurn extends TurnPlace {
  /** Its lease has run out. False: it waits, and none runs. */
  is_running: boolean
}

// A live node renews its leases again once the database is back, but not all nodes do so at the same moment.
// A turn that waits in a conversation where none runs was never started: its node stopped before it could follow up its commit. One of a
// conversation that has not begun starts with it.
const abandonedStatement = acrossOrganizations(
  'a node takes over turns of all organizations',
  'abandoned_turns',
  `(select organization_id, conversation_id, id as turn_id, true as is_running from turns
    where status = 'running' and lease_expires_at < clock_timestamp() and ($2::uuid is null or node_id = $2)
    order by lease_expires_at limit $1)
   union all
   (select organization_id, conversation_id, id, false from turns waiting
    where status = 'queued'
      and not exists (select from turns open where open.conversation_id = waiting.conversation_id
                      and open.status in ('queued', 'running') and open.sequence < waiting.sequence)
      and not exists (select from conversation_progress p where p.conversation_id = waiting.conversation_id and p.is_held_back)
    limit $1)`,
)

/** How many turns of each kind one sweep takes over; the next sweep continues. */
const sweep_size = 500

/** `only_of`: of those whose lease has run out, only the turns of this node. */
export function findAbandonedTurns(database: Executor, only_of: string | null): Promise<AbandonedTurn[]> {
  return database.query(abandonedStatement, [sweep_size, only_of])
}

export interface OpenTurnPlace extends TurnPlace {
  sequence: number
}

const openStatement = acrossOrganizations(
  'a paused copy goes on with turns of no organization',
  'find_open_turns',
  `select organization_id, conversation_id, id as turn_id, sequence from turns
   where status in ('queued', 'running') and queued_at <= $1
     and (conversation_id, -sequence) > ($2::uuid, $3::integer)
   order by conversation_id, sequence desc limit 500`,
)

/** Turns that were accepted before a time, in each conversation the last one first, after the last one of the call before. */
export function findOpenTurns(
  database: Executor,
  accepted_before: string,
  after: OpenTurnPlace | null,
): Promise<OpenTurnPlace[]> {
  const none = '00000000-0000-0000-0000-000000000000'
  const values = [accepted_before, after?.conversation_id ?? none, after ? -after.sequence : -2_147_483_647]
  return database.query(openStatement, values)
}

export interface HeldTurn {
  turn_id: string
  lease: number
  node_id: string
}

const runningStatement = acrossOrganizations(
  of_leases,
  'find_running_turn',
  `select id as turn_id, lease, node_id from turns where conversation_id = $1 and status = 'running'`,
)

export async function findTurnLease(database: Executor, conversation_id: string): Promise<HeldTurn | null> {
  const [row] = await database.query<HeldTurn>(runningStatement, [conversation_id])
  return row ?? null
}

const leaveStatement = acrossOrganizations(
  of_leases,
  'leave_partial_text',
  `update turns set partial_text = $3, partial_step = $4, partial_retrievals = $5, partial_calls = $6 where id = $1 and lease = $2 and status = 'running'`,
)

/** The text of a stopped attempt, and how many steps of its turn were finished before. */
export interface PartialText {
  text: string
  step: number
  found: FoundSoFar | null
  /** What its calls of the model have used; null: its node is of a release that does not count them. */
  calls: CountedCall[] | null
}

/** Stores it with the turn; null removes it. */
export async function leavePartialText(
  database: Executor,
  turn_id: string,
  lease: number,
  partial: PartialText | null,
): Promise<void> {
  await database.query(leaveStatement, [
    ...[turn_id, lease, partial?.text ?? null, partial?.step ?? null],
    partial?.found ? JSON.stringify(partial.found) : null,
    partial?.calls ? JSON.stringify(partial.calls) : null,
  ])
}

const partialStatement = acrossOrganizations(
  of_leases,
  'read_partial_text',
  `select partial_text as text, partial_step as step, partial_retrievals as found, partial_calls as calls
   from turns
   where id = $1 and lease = $2 and partial_text is not null`,
)

export async function readPartialText(
  database: Executor,
  turn_id: string,
  lease: number,
): Promise<PartialText | undefined> {
  const [row] = await database.query<PartialText>(partialStatement, [turn_id, lease])
  return row
}
