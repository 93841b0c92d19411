// The operations on invitations: create, list, delete, read and accept.
import { type Input, type Output, type Role, scopesOfRole } from '@parley/contract'
import type { Context, Handler, SignInContext } from '../../calls/context.ts'
import { cutPage, decodeTimeCursor, default_page_size } from '../../database/cursor.ts'
import type { Database } from '../../database/database.ts'
import { openStore, type Store } from '../../database/store.ts'
import { AppError, invalid, notFound } from '../../base/errors.ts'
import { isUuid } from '../../base/ports.ts'
import type { Access } from '../../calls/access.ts'
import type { AccessServices } from '../access.ts'
import { newValue, secretChange, tell } from '../audit.ts'
import { hashSecret } from '../rules/credentials.ts'
import { requireRole, requireScopes } from '../rules/grants.ts'
import {
  countMembers,
  findMember,
  findOrInsertUser,
  findUser,
  insertMember,
  isMember,
  lockOrganization,
  type UserRecord,
} from '../queries.ts'
import { addressBucket, giveAttemptBack, takeAttempt } from '../../calls/attempts.ts'
import * as queries from './invitation-queries.ts'
import { decideJoining, type Joining } from '../rules/invitation-proof.ts'
import { checkPassword, enter, readOwnSession } from './operations.ts'
import * as sessions from './sessions.ts'
import * as users from './users.ts'

type Caller = SignInContext<AccessServices>

const default_life_seconds = 7 * 24 * 3600

/** The console's page for accepting invitations. */
const path_of_page = '/accept-invitation'

export const createInvitation: Handler<'createInvitation'> = (ctx, input) => inviteMember(ctx, input)

/** Gives the same response for every address that is not a member here, so as not to reveal whether it has an account. */
export async function inviteMember(
  ctx: Context,
  input: Input<'createInvitation'>,
): Promise<Output<'createInvitation'>> {
  const { access, core } = ctx
  const { role, name = null, expires_in_seconds } = input
  const email = input.email.trim().toLowerCase()
  requireRole(access, role, 'grant')
  const token = core.ports.randomBytes(32).toString('base64url')
  const invitation = {
    id: core.ports.newId(),
    token_hash: hashSecret(token),
    ...{ email, role, name },
    invited_by: access.actor,
    expires_in_seconds: expires_in_seconds ?? default_life_seconds,
  }
  const record = await ctx.store.transaction(async (store) => {
    // The lock makes calls count one after the other; otherwise simultaneous calls could exceed the limits.
    await lockOrganization(store)
    const open = await queries.findInvitationTo(store, email)
    if (open) requireInvitation(access, open.role, 'replace')
    await queries.deleteInvitationsOf(store, email)
    await requireRoom(store, email)
    return queries.insertInvitation(store, invitation)
  })
  const { public_url } = core.config.sign_in
  return { ...record, token, url: public_url === undefined ? null : `${public_url}${path_of_page}#${token}` }
}

const most_invitations = 1000
/** Open invitations count as members, so that accepting one cannot exceed the limit. */
const most_members = 10_000

async function requireRoom(store: Store, email: string): Promise<void> {
  const invitations = await queries.countOpenInvitations(store)
  if (invitations >= most_invitations) throw new AppError('too_many_invitations')
  const isFull = (await countMembers(store)) + invitations >= most_members
  if (isFull && !(await isMember(store, email))) throw new AppError('too_many_members')
}

/** Like a role, an invitation to it can be replaced or deleted only by a caller who has all of the role's scopes. */
function requireInvitation(access: Access, role: Role, verb: 'replace' | 'delete'): void {
  requireScopes(access, scopesOfRole[role], `${verb} an invitation with the role ${role}`)
}

export const listInvitations: Handler<'listInvitations'> = async (ctx, { limit = default_page_size, cursor }) => {
  const request = { limit: limit + 1, after: decodeTimeCursor(cursor, isUuid) }
  const rows = await queries.selectInvitations(ctx.store, request)
  return cutPage(rows, limit, ({ created_at, invitation_id }) => ({ time: created_at, key: invitation_id }))
}

export const deleteInvitation: Handler<'deleteInvitation'> = async (ctx, { invitation_id }) => {
  if (!isUuid(invitation_id)) throw notFound('Invitation')
  await ctx.store.transaction(async (store) => {
    const invitation = await queries.lockInvitation(store, invitation_id)
    if (!invitation) throw notFound('Invitation')
    requireInvitation(ctx.access, invitation.role, 'delete')
    await queries.deleteInvitationRow(store, invitation_id)
  })
}

export const readInvitation: Handler<'readInvitation', AccessServices> = async (ctx, { token }) => {
  const { database } = ctx.core
  const { organization_id, organization_name, email, role, name, expires_at } = await requireOpenInvitation(ctx, token)
  const joining = await readJoining(database, await findUser(database, email), organization_id)
  const needs = joining === 'set' ? 'new_password' : joining === 'own' ? 'password' : 'sign_in'
  return { organization: { name: organization_name }, email, role, name, expires_at, needs }
}

/** An invalid token counts as a failed attempt of the caller's address. */
async function requireOpenInvitation(ctx: Caller, token: string): Promise<queries.OpenInvitation> {
  const { database } = ctx.core
  const buckets = [addressBucket(ctx.edge.address)]
  await takeAttempt(database, buckets)
  const invitation = await queries.findInvitation(database, hashSecret(token))
  if (!invitation) throw notFound('Invitation')
  await giveAttemptBack(database, buckets)
  return invitation
}

async function readJoining(database: Database, user: UserRecord | undefined, organization_id: string) {
  if (!user) return decideJoining(null, organization_id)
  const memberships = await users.selectMemberships(database, user.id)
  const has_password = (await users.findPassword(database, user.id)) !== undefined
  return decideJoining({ memberships, has_password }, organization_id)
}

/** What the person who accepts has proven before the transaction. */
type Proof =
  /** A new password to set. */
  | { joining: 'set'; hash: string; name: string | null }
  /** The caller has proven to be the user, with a session or password. */
  | { joining: 'own'; user_id: string; hash: string | null }

export const acceptInvitation: Handler<'acceptInvitation', AccessServices> = async (ctx, { token, password, name }) => {
  const { database, ports } = ctx.core
  const invitation = await requireOpenInvitation(ctx, token)
  const proof = await prove(ctx, invitation, { password: password ?? null, name: name ?? null })
  const session = sessions.createSession(ctx.core, 'password')
  await database.transaction(async (tx) => {
    const user = await findOrInsertUser(tx, { id: ports.newId(), email: invitation.email, name: null })
    await users.lockUser(tx, user.id)
    await requireUnchanged(tx, user, invitation.organization_id, proof)
    if (!(await queries.takeInvitation(tx, hashSecret(token)))) throw notFound('Invitation')
    const store = openStore(tx, invitation.organization_id)
    if (proof.joining === 'set') await setPassword(tx, user, proof.name ?? invitation.name, proof.hash)
    await joinOrganization(store, user, invitation.role)
    if (!(await sessions.beginUserSession(tx, session, user.id, invitation.organization_id)))
      throw notFound('Invitation')
    await tellOfJoining(ctx, tx, user, invitation, proof)
  })
  return enter(ctx, session)
}

async function tellOfJoining(
  { core, origin }: Caller,
  tx: Database,
  { id, email }: UserRecord,
  { organization_id, role }: queries.OpenInvitation,
  { joining }: Proof,
): Promise<void> {
  await tell(tx, core.ports, organization_id, {
    ...{ action: 'acceptInvitation', origin },
    actor: { type: 'user', id, name: email },
    target: { type: 'member', id, name: email },
    changes: [newValue('role', role), ...(joining === 'set' ? [secretChange('password')] : [])],
  })
}

async function prove(
  ctx: Caller,
  { email, organization_id }: queries.OpenInvitation,
  { password, name }: { password: string | null; name: string | null },
): Promise<Proof> {
  const { database } = ctx.core
  const { passwords } = ctx.room
  const user = await findUser(database, email)
  const session = await readOwnSession(ctx)
  if (user && session?.user?.id === user.id) return { joining: 'own', user_id: user.id, hash: null }
  const joining: Joining = await readJoining(database, user, organization_id)
  if (joining === 'sign_in') throw new AppError('invitation_needs_sign_in')
  if (password === null) throw invalid({ path: 'password', message: 'is required' })
  if (joining === 'set') return { joining, hash: await passwords.hash(password), name }
  const checked = await checkPassword(ctx, 'acceptInvitation', email, password)
  return { joining, user_id: checked.id, hash: checked.hash }
}

/** Checks under the lock what was decided before it. */
async function requireUnchanged(tx: Database, user: UserRecord, organization_id: string, proof: Proof): Promise<void> {
  if (proof.joining === 'set') {
    if ((await readJoining(tx, user, organization_id)) !== 'set') throw new AppError('invitation_needs_sign_in')
  } else if (proof.user_id !== user.id) throw notFound('Invitation')
  else if (proof.hash !== null && !(await users.holdPassword(tx, user.id, proof.hash)))
    throw new AppError('unauthorized')
}

/**
 * Ends the access of the address's previous holder, who had no membership other than this one. The owner of an identity is linked
 * again when they next sign in, which deletes this password.
 */
async function setPassword(tx: Database, user: UserRecord, name: string | null, hash: string): Promise<void> {
  const is_nobodys = (await users.selectMemberships(tx, user.id)).length === 0
  await sessions.endSessionsOf(tx, { user_id: user.id })
  if (is_nobodys) await users.deleteTokensOf(tx, user.id)
  else await users.deleteMintedTokensOf(tx, user.id)
  await users.deleteIdentitiesOf(tx, user.id)
  await users.writePassword(tx, user.id, { hash, is_vouched: false })
  if (name !== null) await users.nameUser(tx, user.id, name)
}

/** A member keeps their role. An invitation to a lesser role does not work for them. */
async function joinOrganization(store: Store, user: UserRecord, role: Role): Promise<void> {
  const inserted = await insertMember(store, user, role)
  if (inserted) return
  const member = await findMember(store, user.id)
  if (member && !scopesOfRole[member.role].every((scope) => scopesOfRole[role].includes(scope))) {
    throw notFound('Invitation')
  }
}
