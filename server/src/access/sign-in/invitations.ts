// The operations of invitations: making, listing and taking them back, and accepting one.
import { type Input, type Output, type Role, scopesOfRole } from '@parley/contract'
import type { Context, Handler, SignInContext } from '../../calls/context.ts'
import { cutPage, decodeTimeCursor, default_page_size } from '../../database/cursor.ts'
import type { Database } from '../../database/database.ts'
import { openStore, type Store } from '../../database/store.ts'
import { AppError, invalid, notFound } from '../../base/errors.ts'
import { isUuid } from '../../base/ports.ts'
import type { Access } from '../../calls/access.ts'
import type { AccessServices } from '../access.ts'
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

/** Where the console takes invitations. */
const path_of_page = '/accept-invitation'

export const createInvitation: Handler<'createInvitation'> = (ctx, input) => inviteMember(ctx, input)

/** The same for every address that is no member here: it tells nothing of what that is elsewhere. */
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
    // Counted one after the other, or many calls at once would go over the bounds.
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
/** Those who are invited are counted as if they had come: whoever accepts finds room. */
const most_members = 10_000

async function requireRoom(store: Store, email: string): Promise<void> {
  const invitations = await queries.countOpenInvitations(store)
  if (invitations >= most_invitations) throw new AppError('too_many_invitations')
  const isFull = (await countMembers(store)) + invitations >= most_members
  if (isFull && !(await isMember(store, email))) throw new AppError('too_many_members')
}

/** As a role, an invitation to it is changed or taken only by a caller who holds all that it holds. */
function requireInvitation(access: Access, role: Role, verb: 'replace' | 'delete'): void {
  requireScopes(access, scopesOfRole[role], `${verb} an invitation to be ${role}`)
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

/** A token that opens nothing counts as a failed attempt of its address. */
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

/** What who accepts has shown of himself, before the transaction. */
type Proof =
  /** A password that is to be set. */
  | { joining: 'set'; hash: string; name: string | null }
  /** He is the user, by his session or his password. */
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
  })
  return enter(ctx, session)
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
  if (password === null) throw invalid({ path: 'password', message: 'is needed' })
  if (joining === 'set') return { joining, hash: await passwords.hash(password), name }
  const checked = await checkPassword(ctx, email, password)
  return { joining, user_id: checked.id, hash: checked.hash }
}

/** What was judged before the lock has to be true under it. */
async function requireUnchanged(tx: Database, user: UserRecord, organization_id: string, proof: Proof): Promise<void> {
  if (proof.joining === 'set') {
    if ((await readJoining(tx, user, organization_id)) !== 'set') throw new AppError('invitation_needs_sign_in')
  } else if (proof.user_id !== user.id) throw notFound('Invitation')
  else if (proof.hash !== null && !(await users.holdPassword(tx, user.id, proof.hash)))
    throw new AppError('unauthorized')
}

/**
 * Whoever had the address before, without a membership or with this one only, has it no longer. The owner of an identity is linked
 * anew when he comes, and this password goes then.
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

/** Of a member the role stays as it is; an invitation to less than that does not open it. */
async function joinOrganization(store: Store, user: UserRecord, role: Role): Promise<void> {
  const inserted = await insertMember(store, user, role)
  if (inserted) return
  const member = await findMember(store, user.id)
  if (member && !scopesOfRole[member.role].every((scope) => scopesOfRole[role].includes(scope))) {
    throw notFound('Invitation')
  }
}
