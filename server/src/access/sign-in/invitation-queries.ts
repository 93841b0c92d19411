// The SQL of invitations: those that are open, and what became of others. Their tokens are stored as hashes and never read. An invitation
// reaches its final state when its row moves from one table to the other, which happens once.
import type { EndedState, InvitationState, Output, Role } from '@parley/contract'
import { newest } from '../../database/cursor.ts'
import { type Executor, type Pipeline, acrossOrganizations, statement } from '../../database/database.ts'
import type { Store, TransactionStore } from '../../database/store.ts'
import { addOrganizationEvent } from '../../organization-events/organization-events.ts'
import type { Actor } from '../../calls/access.ts'
import { type PageRequest, countRows } from '../queries.ts'
import { type Standing, standingOf } from '../standing.ts'

export type InvitationRecord = Output<'listInvitations'>['data'][number]

/** Nobody sends mails with links. */
const no_delivery = { status: 'none', error: null } as const

type Row = Omit<InvitationRecord, 'delivery'>

const present = (row: Row): InvitationRecord => ({ ...row, delivery: no_delivery })

const shared = 'id as invitation_id, email, role, name, invited_by, created_at, expires_at'
const openColumns = `${shared}, 'pending' as state, null::timestamptz as ended_at`
const endedColumns = `${shared}, state, ended_at`

export interface NewInvitation {
  id: string
  token_hash: Buffer
  email: string
  role: Role
  name: string | null
  invited_by: Actor
  /** The organization of the inviter if they are of a partner; null: of this one. */
  invited_from: string | null
  expires_in_seconds: number
}

/**
 * It has not expired, and neither has the key that made it: a key's holder must not be able to let people in later. Deleting a key, and
 * ending or changing a membership, revokes the invitations. One of a partner lasts as long as the inviter may manage this organization.
 */
const isOpen = `i.expires_at > clock_timestamp()
   and (i.invited_by ->> 'type' is distinct from 'credential' or exists (
     select from credentials c where c.key_id = i.invited_by ->> 'id' and c.user_id is null
       and c.organization_id = coalesce(i.invited_from, i.organization_id) and (c.expires_at is null or c.expires_at > now())))
   and (i.invited_from is null or (
     exists (select from organizations o where o.id = i.organization_id and i.invited_from = any(o.ancestors))
     and (i.invited_by ->> 'type' is distinct from 'user' or exists (
       select from members m where m.organization_id = i.invited_from and m.role = 'admin'
         and m.user_id = case when i.invited_by ->> 'type' = 'user' then (i.invited_by ->> 'id')::uuid end))))
   and exists (select from organizations o where o.id = i.organization_id and o.deleted_at is null)`

const insertStatement = statement(
  'insert_invitation',
  `insert into invitations (organization_id, id, token_hash, email, role, name, invited_by, invited_from, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp() + make_interval(secs => $9))
   returning ${openColumns}`,
)

export async function insertInvitation(
  tx: Executor & TransactionStore,
  { id, token_hash, email, role, name, invited_by, invited_from, expires_in_seconds }: NewInvitation,
): Promise<InvitationRecord> {
  const invited = [id, token_hash, email, role, name, JSON.stringify(invited_by), invited_from, expires_in_seconds]
  const [invitation] = await tx.query<Row>(insertStatement, [tx.organization_id, ...invited])
  const { organization_id } = tx
  const data = { invitation_id: id, email, role }
  addOrganizationEvent(tx, { organization_id, type: 'invitation.created', subject: id, data })
  return present(invitation!)
}

const countStatement = statement(
  'count_open_invitations',
  `select count(*) from invitations i where i.organization_id = $1 and ${isOpen}`,
)

export function countOpenInvitations(store: Store): Promise<number> {
  return countRows(store, countStatement)
}

const findToStatement = statement(
  'find_invitation_to',
  `select role from invitations i where i.organization_id = $1 and i.email = $2 and ${isOpen}`,
)

/** The open invitation of an address. */
export async function findInvitationTo(store: Store, email: string): Promise<{ role: Role } | undefined> {
  const [invitation] = await store.query<{ role: Role }>(findToStatement, [store.organization_id, email])
  return invitation
}

const listOpenStatement = statement(
  'list_invitations',
  `select ${openColumns} from invitations i
   where i.organization_id = $1 and ${isOpen} and (created_at, id) < ($2, $3)
   order by created_at desc, id desc limit $4`,
)

const listEndedStatement = statement(
  'list_ended_invitations',
  `select ${endedColumns} from ended_invitations
   where organization_id = $1 and state = $5 and (created_at, id) < ($2, $3)
   order by created_at desc, id desc limit $4`,
)

export async function selectInvitations(
  store: Store,
  { limit, after }: PageRequest,
  state: InvitationState = 'pending',
): Promise<InvitationRecord[]> {
  const { time, key } = after ?? newest
  const values = [store.organization_id, time, key, limit]
  const rows = await (state === 'pending'
    ? store.query<Row>(listOpenStatement, values)
    : store.query<Row>(listEndedStatement, [...values, state]))
  return rows.map(present)
}

interface LockedInvitation {
  role: Role
  email: string
  token_hash: Buffer
  is_open: boolean
}

const lockStatement = statement(
  'lock_invitation',
  `select role, email, token_hash, ${isOpen} as is_open from invitations i
   where i.organization_id = $1 and i.id = $2 for update of i`,
)

/** No other transaction can end or replace it until this one ends. */
export async function lockInvitation(tx: Store, id: string): Promise<LockedInvitation | undefined> {
  const [invitation] = await tx.query<LockedInvitation>(lockStatement, [tx.organization_id, id])
  return invitation
}

const findEndedStatement = statement(
  'find_ended_invitation',
  'select email, state from ended_invitations where organization_id = $1 and id = $2',
)

/** Undefined: there is no such invitation that has ended. */
export async function findEnded(store: Store, id: string): Promise<{ email: string; state: EndedState } | undefined> {
  const [found] = await store.query<{ email: string; state: EndedState }>(findEndedStatement, [
    store.organization_id,
    id,
  ])
  return found
}

const renewStatement = statement(
  'renew_invitation',
  `update invitations set token_hash = $3, created_at = created_at,
     expires_at = clock_timestamp() + (expires_at - created_at)
   where organization_id = $1 and id = $2 returning ${openColumns}`,
)

/** A locked one gets another token, and lasts again as long as it did. */
export async function renewInvitation(tx: Store, id: string, token_hash: Buffer): Promise<InvitationRecord> {
  const [renewed] = await tx.query<Row>(renewStatement, [tx.organization_id, id, token_hash])
  return present(renewed!)
}

export interface TakenInvitation {
  id: string
  organization_id: string
  email: string
  role: Role
  name: string | null
}

/** Moves what a condition finds: who comes second finds nothing. `$1` is the state. */
const endWhere = (condition: string) =>
  `with ended as (
     delete from invitations i where ${condition}
     returning id, organization_id, token_hash, email, role, name, invited_by, invited_from, created_at, expires_at)
   insert into ended_invitations
     (id, organization_id, token_hash, email, role, name, invited_by, invited_from, created_at, expires_at, state)
   select *, $1 from ended returning id, organization_id, email, role, name`

function tellEnded(tx: Pipeline, rows: readonly TakenInvitation[], state: EndedState): void {
  for (const { id, organization_id, email, role } of rows) {
    const data = { invitation_id: id, email, role }
    addOrganizationEvent(tx, { organization_id, type: `invitation.${state}`, subject: id, data })
  }
}

const endOneStatement = statement('end_invitation', endWhere('i.organization_id = $2 and i.id = $3'))

/** One that is locked. */
export async function endInvitation(tx: Executor & TransactionStore, id: string, state: EndedState): Promise<void> {
  tellEnded(tx, await tx.query(endOneStatement, [state, tx.organization_id, id]), state)
}

const revokeByStatement = statement(
  'revoke_invitations_by',
  endWhere(
    `i.organization_id = $2 and i.invited_from is null and i.invited_by ->> 'type' = $3 and i.invited_by ->> 'id' = $4`,
  ),
)

/** Those of an inviter who has lost access. */
export async function revokeInvitationsBy(tx: Executor & TransactionStore, { type, id }: Pick<Actor, 'type' | 'id'>) {
  tellEnded(tx, await tx.query(revokeByStatement, ['revoked', tx.organization_id, type, id]), 'revoked')
}

const revokeToStatement = statement('revoke_invitations_to', endWhere('i.organization_id = $2 and i.email = $3'))

/** Those of a former member, whose link would let them return, or of an address that is invited again. */
export async function revokeInvitationsTo(tx: Executor & TransactionStore, email: string): Promise<void> {
  tellEnded(tx, await tx.query(revokeToStatement, ['revoked', tx.organization_id, email]), 'revoked')
}

export interface OpenInvitation {
  organization_id: string
  organization_name: string
  email: string
  role: Role
  name: string | null
  expires_at: string
  standing: Standing
}

const findStatement = statement(
  'find_invitation',
  `select i.organization_id, o.name as organization_name, i.email, i.role, i.name, i.expires_at, ${standingOf('i.organization_id')} as standing
   from invitations i join organizations o on o.id = i.organization_id
   where i.token_hash = $1 and ${isOpen}`,
)

export async function findInvitation(executor: Executor, token_hash: Buffer): Promise<OpenInvitation | undefined> {
  const [invitation] = await executor.query<OpenInvitation>(findStatement, [token_hash])
  return invitation
}

const closedStatement = statement(
  'find_closed_invitation',
  `select e.organization_id, e.state from ended_invitations e where e.token_hash = $1
   union all select i.organization_id, 'expired' from invitations i where i.token_hash = $1 and not (${isOpen})`,
)

/** What became of it. Null: no invitation has this token any more, or it is open. */
export async function findClosed(executor: Executor, token_hash: Buffer): Promise<EndedState | null> {
  const [closed] = await executor.query<{ state: EndedState }>(closedStatement, [token_hash])
  return closed?.state ?? null
}

const takeStatement = statement('take_invitation', endWhere(`i.token_hash = $2 and ${isOpen}`))

/** Undefined: it is not open. Of several acts at once, only one succeeds. */
export async function takeInvitation(
  tx: Executor & Pipeline,
  token_hash: Buffer,
  state: EndedState,
): Promise<TakenInvitation | undefined> {
  const rows = await tx.query<TakenInvitation>(takeStatement, [state, token_hash])
  tellEnded(tx, rows, state)
  return rows[0]
}

const takeAllStatement = statement('take_invitations', endWhere(`i.email = $2 and ${isOpen}`))

/** Accepts all open invitations of an address in any organization, for a user who has proven that they own the address. */
export async function takeInvitationsOf(tx: Executor & Pipeline, email: string): Promise<TakenInvitation[]> {
  const rows = await tx.query<TakenInvitation>(takeAllStatement, ['accepted', email.toLowerCase()])
  tellEnded(tx, rows, 'accepted')
  return rows
}

const isInvitedStatement = acrossOrganizations(
  'any organization may have invited the address',
  'is_invited',
  `select from invitations i where i.email = $1 and ${isOpen} limit 1`,
)

export async function isInvited(executor: Executor, email: string): Promise<boolean> {
  return (await executor.query(isInvitedStatement, [email.toLowerCase()])).length > 0
}

interface ReceivedRow {
  invitation_id: string
  organization_id: string
  organization_name: string
  role: Role
  inviter: string | null
  created_at: string
  expires_at: string
}

const receivedStatement = statement(
  'list_received_invitations',
  `select i.id as invitation_id, i.organization_id, o.name as organization_name, i.role, i.invited_by ->> 'name' as inviter,
     i.created_at, i.expires_at
   from invitations i join organizations o on o.id = i.organization_id
   where i.email = $1 and ${isOpen} and (i.created_at, i.id) < ($2, $3)
   order by i.created_at desc, i.id desc limit $4`,
)

/** The open ones of an address, in any organization. */
export function selectReceived(
  executor: Executor,
  email: string,
  { limit, after }: PageRequest,
): Promise<ReceivedRow[]> {
  const { time, key } = after ?? newest
  return executor.query(receivedStatement, [email.toLowerCase(), time, key, limit])
}

const placeStatement = statement(
  'find_organization_of_invitation',
  `select organization_id from invitations where id = $1 and email = $2
   union all select organization_id from ended_invitations where id = $1 and email = $2`,
)

/** The organization that invited the address so. */
export async function findPlaceOf(executor: Executor, id: string, email: string): Promise<string | undefined> {
  const [found] = await executor.query<{ organization_id: string }>(placeStatement, [id, email.toLowerCase()])
  return found?.organization_id
}

const by_time = 'expired rows of all organizations'
const overStatement = acrossOrganizations(
  by_time,
  'end_expired_invitations',
  endWhere('i.id = any(array(select id from invitations where expires_at < now() order by expires_at limit $2))'),
)
const forgetStatement = acrossOrganizations(
  by_time,
  'forget_ended_invitations',
  `delete from ended_invitations where id = any(array(
     select id from ended_invitations where ended_at < now() - make_interval(days => $1) order by ended_at limit $2))`,
)

const kept_days = 90

/** Those whose time is over reach their state; old ones are forgotten. */
export async function endExpiredInvitations(tx: Executor & Pipeline, most: number): Promise<void> {
  tellEnded(tx, await tx.query(overStatement, ['expired', most]), 'expired')
  await tx.query(forgetStatement, [kept_days, most])
}
