// The operations on invitations: create, list, revoke, renew, and with a token read, accept and decline.
import { type Input, type Output, type Role, scopesOfRole } from '@parley/contract'
import type { Context, Handler, SignInContext } from '../../calls/context.ts'
import { cutPage, decodeTimeCursor, default_page_size } from '../../database/cursor.ts'
import type { Database, Transaction } from '../../database/database.ts'
import { openStoreIn, type Store, type TransactionStore } from '../../database/store.ts'
import { AppError, invalid, notFound } from '../../base/errors.ts'
import { isUuid } from '../../base/ports.ts'
import type { Access } from '../../calls/access.ts'
import type { AccessServices } from '../services.ts'
import { newValue, secretChange, tell } from '../audit.ts'
import { hashSecret } from '../rules/credentials.ts'
import { requireRole, requireScopes } from '../rules/grants.ts'
import { countMembers, findMember, findOrInsertUser, findUser, isMember, type UserRecord } from '../queries.ts'
import { addMember } from '../members.ts'
import { lockOrganization } from '../organization-rows.ts'
import { requireStanding } from '../standing.ts'
import { endViewsOf } from '../view-rows.ts'
import { addressBucket, giveAttemptBack, networkOf, takeAttempt } from '../../calls/attempts.ts'
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

type Inviting = Pick<Context, 'access' | 'core' | 'store'>

/** Gives the same response for every address that is not a member here, so as not to reveal whether it has an account. */
export function inviteMember(ctx: Inviting, input: Input<'createInvitation'>): Promise<Output<'createInvitation'>> {
  const { access } = ctx
  requireRole(access, input.role, 'grant')
  return invite(ctx, input, null, (role) => requireInvitation(access, role, 'replace'))
}

/** As `inviteMember`, by a partner of the store's organization, who can grant and replace any role there. */
export function inviteAsPartner(ctx: Inviting, input: Input<'createInvitation'>): Promise<Output<'createInvitation'>> {
  return invite(ctx, input, ctx.access.organization_id, () => {})
}

async function invite(
  { access, core, store: root }: Inviting,
  input: Input<'createInvitation'>,
  invited_from: string | null,
  requireReplaceable: (role: Role) => void,
): Promise<Output<'createInvitation'>> {
  const { role, name = null, expires_in_seconds } = input
  const email = input.email.trim().toLowerCase()
  const { token, token_hash } = newToken(core)
  const invitation = {
    id: core.ports.newId(),
    ...{ token_hash, email, role, name, invited_from },
    invited_by: access.actor,
    expires_in_seconds: expires_in_seconds ?? default_life_seconds,
  }
  const record = await root.transaction(async (store) => {
    // The lock makes calls count one after the other; otherwise simultaneous calls could exceed the limits.
    await lockOrganization(store)
    const open = await queries.findInvitationTo(store, email)
    if (open) requireReplaceable(open.role)
    await queries.revokeInvitationsTo(store, email)
    await requireRoom(store, email)
    return queries.insertInvitation(store, invitation)
  })
  return withLink(core, record, token)
}

function newToken({ ports }: Context['core']) {
  const token = ports.randomBytes(32).toString('base64url')
  return { token, token_hash: hashSecret(token) }
}

function withLink({ config }: Context['core'], record: queries.InvitationRecord, token: string) {
  const { public_url } = config.sign_in
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

/** Like a role, an invitation to it can be replaced, renewed or revoked only by a caller who has all of the role's scopes. */
function requireInvitation(access: Access, role: Role, verb: 'replace' | 'renew' | 'delete'): void {
  requireScopes(access, scopesOfRole[role], `${verb} an invitation with the role ${role}`)
}

export const listInvitations: Handler<'listInvitations'> = (ctx, input) => listInvitationsOf(ctx.store, input)

export async function listInvitationsOf(
  store: Store,
  { limit = default_page_size, cursor, state }: Input<'listInvitations'>,
): Promise<Output<'listInvitations'>> {
  const request = { limit: limit + 1, after: decodeTimeCursor(cursor, isUuid) }
  const rows = await queries.selectInvitations(store, request, state)
  return cutPage(rows, limit, ({ created_at, invitation_id }) => ({ time: created_at, key: invitation_id }))
}

export const deleteInvitation: Handler<'deleteInvitation'> = async (ctx, { invitation_id }) => {
  await ctx.store.transaction(async (store) => {
    const { role } = await requireLocked(store, invitation_id)
    requireInvitation(ctx.access, role, 'delete')
    await queries.endInvitation(store, invitation_id, 'revoked')
  })
}

export const resendInvitation: Handler<'resendInvitation'> = async (ctx, { invitation_id }) => {
  const { token, token_hash } = newToken(ctx.core)
  const record = await ctx.store.transaction(async (store) => {
    const { role } = await requireLocked(store, invitation_id)
    requireInvitation(ctx.access, role, 'renew')
    return queries.renewInvitation(store, invitation_id, token_hash)
  })
  return withLink(ctx.core, record, token)
}

/** Throws `invitation_closed`, also if another act was faster. */
export async function requireLocked(store: TransactionStore, id: string) {
  if (!isUuid(id)) throw notFound('Invitation')
  const invitation = await queries.lockInvitation(store, id)
  if (invitation?.is_open) return invitation
  if (invitation || (await queries.findEnded(store, id))) throw new AppError('invitation_closed')
  throw notFound('Invitation')
}

export const readInvitation: Handler<'readInvitation', AccessServices> = async (ctx, { token }) => {
  const { database } = ctx.core
  const { organization_id, organization_name, email, role, name, expires_at } = await requireOpenInvitation(ctx, token)
  const joining = await readJoining(database, await findUser(database, email), organization_id)
  const needs = joining === 'set' ? 'new_password' : joining === 'own' ? 'password' : 'sign_in'
  return { organization: { name: organization_name }, email, role, name, expires_at, needs }
}

async function requireOpenInvitation(ctx: Caller, token: string): Promise<queries.OpenInvitation> {
  const invitation = await countTry(ctx, () => queries.findInvitation(ctx.core.database, hashSecret(token)))
  if (!invitation) throw notFound('Invitation')
  return invitation
}

/** An invalid token counts as a failed attempt of the caller's address. */
async function countTry<T>({ core, edge }: Caller, find: () => Promise<T | null | undefined>) {
  const buckets = [addressBucket(edge.address)]
  await takeAttempt(core.database, buckets)
  const found = await find()
  if (found) await giveAttemptBack(core.database, buckets)
  return found
}

/** Of a link that was valid before, the holder learns that it is closed. */
async function findOrClosed({ database }: Context['core'], token_hash: Buffer) {
  return (await queries.findInvitation(database, token_hash)) ?? (await queries.findClosed(database, token_hash))
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
  const invitation = await countTry(ctx, () => findOrClosed(ctx.core, hashSecret(token)))
  if (!invitation) throw notFound('Invitation')
  if (typeof invitation === 'string') throw new AppError('invitation_closed')
  requireStanding(invitation.standing)
  const proof = await prove(ctx, invitation, { password: password ?? null, name: name ?? null })
  const session = sessions.createSession(ctx.core, 'password')
  await database.transaction(async (tx) => {
    const user = await findOrInsertUser(tx, { id: ports.newId(), email: invitation.email, name: null })
    await users.lockUser(tx, user.id)
    await requireUnchanged(tx, user, invitation.organization_id, proof)
    if (!(await queries.takeInvitation(tx, hashSecret(token), 'accepted'))) throw new AppError('invitation_closed')
    const store = openStoreIn(tx, invitation.organization_id)
    if (proof.joining === 'set') await setPassword(tx, user, proof.name ?? invitation.name, proof.hash)
    await joinOrganization(store, user, invitation.role)
    if (!(await sessions.beginUserSession(tx, session, user.id, invitation.organization_id)))
      throw notFound('Invitation')
    await tellOfJoining(ctx, tx, user, invitation, proof)
  })
  return enter(ctx, session)
}

export const declineInvitation: Handler<'declineInvitation', AccessServices> = async (ctx, { token }) => {
  const { database } = ctx.core
  const token_hash = hashSecret(token)
  const found = await countTry(ctx, () => findOrClosed(ctx.core, token_hash))
  if (!found) throw notFound('Invitation')
  if (found === 'declined') return
  const declined =
    typeof found !== 'string' &&
    (await database.transaction(async (tx) => {
      const taken = await queries.takeInvitation(tx, token_hash, 'declined')
      if (taken) await tellOfDeclining(ctx, tx, taken)
      return taken !== undefined
    }))
  if (!declined && (await queries.findClosed(database, token_hash)) !== 'declined')
    throw new AppError('invitation_closed')
}

/** Who has the link has proven nothing else. */
async function tellOfDeclining(
  { core, origin, edge }: Caller,
  tx: Database,
  { id, organization_id, email }: queries.TakenInvitation,
): Promise<void> {
  await tell(tx, core.ports, organization_id, {
    ...{ action: 'declineInvitation', origin },
    actor: { type: 'unknown', id: networkOf(edge.address), name: null },
    target: { type: 'invitation', id, name: email },
    changes: [{ path: 'state', from: 'pending', to: 'declined' }],
  })
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
async function setPassword(tx: Transaction, user: UserRecord, name: string | null, hash: string): Promise<void> {
  const is_nobodys = (await users.selectMemberships(tx, user.id)).length === 0
  await sessions.endSessionsOf(tx, { user_id: user.id })
  await endViewsOf(tx, user.id)
  if (is_nobodys) await users.deleteTokensOf(tx, user.id)
  else await users.deleteMintedTokensOf(tx, user.id)
  await users.deleteIdentitiesOf(tx, user.id)
  await users.writePassword(tx, user.id, { hash, is_vouched: false })
  if (name !== null) await users.nameUser(tx, user.id, name)
}

/** A member keeps their role. An invitation to a lesser role does not work for them. */
export async function joinOrganization(store: TransactionStore, user: UserRecord, role: Role): Promise<void> {
  const inserted = await addMember(store, user, role)
  if (inserted) return
  const member = await findMember(store, user.id)
  if (member && !scopesOfRole[member.role].every((scope) => scopesOfRole[role].includes(scope))) {
    throw notFound('Invitation')
  }
}
