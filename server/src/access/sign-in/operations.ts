// The operations on sessions: sign in with a password or key, read the session, switch organizations, sign out.
import type { Input, OperationId, Output } from '@parley/contract'
import type { Handler as OperationHandler, SessionContext, SignInContext } from '../../calls/context.ts'
import type { Database, Transaction } from '../../database/database.ts'
import { AppError, invalid, notFound } from '../../base/errors.ts'
import { isUuid } from '../../base/ports.ts'
import type { Ports } from '../../base/ports.ts'
import { type Told, newValue, noteFailedSignIn, secretChange, tell, tellEach } from '../audit.ts'
import { type ParsedCredential, hashSecret, parseCredential } from '../rules/credentials.ts'
import { openStore } from '../../database/store.ts'
import { readOrganization } from '../organization-rows.ts'
import { endView, endViewsOf } from '../view-rows.ts'
import {
  accountAtAddressBucket,
  addressBucket,
  type Bucket,
  countSignIn,
  passwordBuckets,
  rememberAddress,
  signInBucket,
} from '../../calls/attempts.ts'
import type { Session } from '../../calls/principal.ts'
import type { AccessServices } from '../services.ts'
import { findSession } from './find-session.ts'
import * as sessions from './sessions.ts'
import * as users from './users.ts'

type Handler<Id extends OperationId> = OperationHandler<Id, AccessServices>
type Caller = SignInContext<AccessServices>

export const signIn: Handler<'signIn'> = async (ctx, input) => {
  const { email, password, api_key } = input
  if (api_key && !email && !password) return signInWithKey(ctx, api_key)
  if (email && password && !api_key) {
    return signInWithPassword(ctx, { email, password, organization_id: input.organization_id })
  }
  throw invalid({ path: '', message: 'must have either email and password, or api_key' })
}

/** 256 random bits cannot be guessed, so only attempts from the address are counted. */
async function signInWithKey(ctx: Caller, text: string): Promise<Output<'signIn'>> {
  const { database } = ctx.core
  const { address } = ctx.edge
  const key = parseCredential(text)
  const session = sessions.createSession(ctx.core, 'api_key')
  const counted = { attempts: [addressBucket(address)], sign_ins: signInBucket(`ak_${key?.key_id}`, address) }
  const begun = await countSignIn(database, counted, async () => {
    if (key?.kind !== 'organization_key') return null
    return (await database.transaction((tx) => beginWithKey(ctx, tx, session, key))) ? session : null
  })
  if (begun === null) {
    noteFailedSignIn(ctx, 'signIn', key && { key_id: key.key_id })
    throw new AppError('unauthorized')
  }
  return enter(ctx, begun)
}

async function beginWithKey(
  { core, origin }: Caller,
  tx: Database,
  session: sessions.NewSession,
  { key_id, secret }: ParsedCredential,
): Promise<boolean> {
  const begun = await sessions.beginKeySession(tx, session, key_id, hashSecret(secret))
  if (!begun) return false
  const actor = { type: 'credential', id: key_id, name: begun.name } as const
  await tell(tx, core.ports, begun.organization_id, { action: 'signIn', actor, origin, ...beginning(session) })
  return true
}

/** What an entry says of a new session. */
export function beginning({ id, way }: sessions.NewSession) {
  return { target: { type: 'session', id, name: null }, changes: [newValue('way', way)] } as const
}

interface PasswordRequest {
  email: string
  password: string
  organization_id?: string | null | undefined
}

/** Takes the same time and gives the same response whether or not the user exists. */
async function signInWithPassword(
  ctx: Caller,
  { email, password, organization_id }: PasswordRequest,
): Promise<Output<'signIn'>> {
  const { database, ports } = ctx.core
  const user = await checkPassword(ctx, 'signIn', email, password)
  const actor = { type: 'user', id: user.id, name: email } as const
  const told = { action: 'signIn', actor, origin: ctx.origin }
  const choices = await sessions.selectOrganizationsOf(database, user.id)
  const choice = organization_id
    ? choices.find(({ id }) => id === organization_id.toLowerCase())
    : (choices.find(({ status }) => status === 'active') ?? choices[0])
  const session = sessions.createSession(ctx.core, 'password')
  const begun =
    choice !== undefined &&
    (await database.transaction(
      async (tx) =>
        (await users.holdPassword(tx, user.id, user.hash)) &&
        (await sessions.beginUserSession(tx, session, user.id, choice.id)) &&
        (await tell(tx, ports, choice.id, { ...told, ...beginning(session) }), true),
    ))
  if (!begun) throw new AppError('unauthorized')
  return enter(ctx, session)
}

/** Finds the user with this address and password, or throws `unauthorized`. An outdated hash is replaced. */
export async function checkPassword(
  ctx: Caller,
  action: OperationId,
  email: string,
  password: string,
): Promise<{ id: string; hash: string }> {
  const { database } = ctx.core
  const { address } = ctx.edge
  const buckets = await passwordBuckets(database, email, address)
  const checked = await checkCounted(ctx, action, buckets, { email, password })
  await rememberAddress(database, email, address)
  return checked
}

async function checkCounted(
  ctx: Caller,
  action: OperationId,
  attempts: readonly Bucket[],
  { email, password }: { email: string; password: string },
): Promise<{ id: string; hash: string }> {
  const { database } = ctx.core
  const { passwords } = ctx.room
  const counted = { attempts, sign_ins: signInBucket(email, ctx.edge.address) }
  const checked = await countSignIn(database, counted, async () => {
    const { id, hash = null } = (await users.findUserAndPassword(database, email)) ?? {}
    const matches = await passwords.matches(password, hash)
    return matches && id !== undefined && hash !== null ? { id, hash } : null
  })
  if (checked === null) {
    noteFailedSignIn(ctx, action, { email })
    throw new AppError('unauthorized')
  }
  const { id, hash } = checked
  if (!passwords.isOutdated(hash)) return { id, hash }
  const new_hash = await passwords.hash(password)
  const replaced = await users.replaceHash(database, id, hash, new_hash)
  return { id, hash: replaced ? new_hash : hash }
}

/** Sets the session's cookie and returns the session. */
export async function enter(ctx: Caller, session: sessions.NewSession): Promise<Output<'signIn'>> {
  const found = await findSession({ ...ctx.core, log: ctx.log }, session.token, null)
  // It has been ended in the meantime.
  if (!found) throw new AppError('unauthorized')
  await setSessionCookie(ctx, session)
  return describeSession(ctx.core.database, found)
}

/** Ends the session whose cookie is overwritten, because no one could sign out of it any more. */
export async function setSessionCookie({ core, edge }: Caller, session: sessions.NewSession) {
  const old = edge.readCookie('session')
  if (old !== null) await sessions.endSession(core.database, old)
  edge.writeCookie('session', session.token, session.expires_in_hours * 3600)
}

export async function describeSession(database: Database, session: Session): Promise<Output<'signIn'>> {
  const { way, user, credential, role, access, view, blocked, created_at, expires_at } = session
  const { id, name, slug } = await readOrganization(openStore(database, access.organization_id))
  const status = blocked === 'organization_suspended' ? ('suspended' as const) : ('active' as const)
  const organization = { id, name, slug, role, status }
  return {
    way,
    user: user && {
      user_id: user.id,
      email: user.email,
      name: user.name,
      has_password: (await users.findPassword(database, user.id)) !== undefined,
    },
    credential,
    organization,
    scopes: [...access.scopes],
    view,
    organizations: user ? await sessions.selectOrganizationsOf(database, user.id) : [organization],
    created_at,
    expires_at,
  }
}

/** The session of the request's cookie, if there is one. */
export async function readOwnSession({ core, edge, log }: Caller): Promise<Session | null> {
  const token = edge.readCookie('session')
  return token === null ? null : findSession({ ...core, log }, token, null)
}

export const getSignInSession: Handler<'getSignInSession'> = async (ctx) => {
  const session = await readOwnSession(ctx)
  const { openid } = ctx.core.config.sign_in
  return {
    session: session && (await describeSession(ctx.core.database, session)),
    ways: { password: true, api_key: true, openid: openid ? { name: openid.name } : null },
  }
}

export const signOut: Handler<'signOut'> = async (ctx) => {
  const { core, edge, origin } = ctx
  const token = edge.readCookie('session')
  const session = await readOwnSession(ctx)
  await core.database.transaction(async (tx) => {
    if (session?.view) {
      const by = { action: 'signOut', actor: session.access.actor, origin }
      await endView(tx, session.view.partner.id, session.view.id, by)
    }
    if (token !== null) await sessions.endSession(tx, token)
  })
  edge.writeCookie('session', null)
}

export const signOutEverywhere: Handler<'signOutEverywhere'> = async ({ core, edge, session, origin }, input) => {
  await core.database.transaction(async (tx) => {
    if (session.user) await users.lockTokensOf(tx, session.user.id)
    await sessions.endSessionsOf(tx, ownerOf(session))
    if (session.user) await endViewsOf(tx, session.user.id)
    if (session.user) await endTokens(tx, session.user.id, input.personal_access_tokens)
    const which = input.personal_access_tokens ?? null
    await tellOfHolder(tx, core.ports, session, {
      ...{ action: 'signOutEverywhere', origin },
      changes: which === null ? [] : [newValue('personal_access_tokens', which)],
    })
  })
  edge.writeCookie('session', null)
}

/** In the logs of all organizations that the session's holder can enter. */
function tellOfHolder(
  tx: Database,
  ports: Pick<Ports, 'newId'>,
  { user, credential, access }: Session,
  told: Omit<Told, 'actor' | 'target'>,
): Promise<void> {
  const entry = { ...told, actor: access.actor }
  if (user) return tellEach(tx, ports, user.id, { ...entry, target: { type: 'user', id: user.id, name: user.email } })
  const target = { type: 'organization_key', id: credential!.key_id, name: credential!.name } as const
  return tell(tx, ports, access.organization_id, { ...entry, target })
}

/** Must run in a transaction that has locked the user's tokens. */
function endTokens(tx: Database, user_id: string, which: 'of_ended_sessions' | 'all' | null = null, except?: string) {
  return which === 'all' ? users.deleteTokensOf(tx, user_id) : users.deleteMintedTokensOf(tx, user_id, except)
}

function ownerOf({ user, credential }: Session): sessions.SessionOwner {
  return user ? { user_id: user.id } : { key_id: credential!.key_id }
}

export const switchOrganization: Handler<'switchOrganization'> = async (ctx, { organization_id }) => {
  const { database } = ctx.core
  const { session } = ctx
  const moved =
    isUuid(organization_id) &&
    (session.user
      ? await database.transaction((tx) => move(ctx, tx, organization_id))
      : organization_id.toLowerCase() === session.access.organization_id)
  if (!moved) throw notFound('Organization')
  const now = await readOwnSession(ctx)
  if (!now) throw new AppError('unauthorized')
  return describeSession(database, now)
}

/** Whatever it looked at, it does not any more. */
async function move(
  { core, session, origin }: SessionContext<AccessServices>,
  tx: Transaction,
  organization_id: string,
): Promise<boolean> {
  const { id, access, view } = session
  if (!(await sessions.moveSession(tx, id, organization_id))) return false
  if (view) await endView(tx, view.partner.id, view.id, { action: 'switchOrganization', actor: access.actor, origin })
  const target = { type: 'session', id, name: null } as const
  await tell(tx, core.ports, organization_id, { action: 'switchOrganization', actor: access.actor, origin, target })
  return true
}

export const changePassword: Handler<'changePassword'> = async (ctx, input: Input<'changePassword'>) => {
  const { database } = ctx.core
  const { passwords } = ctx.room
  const { session } = ctx
  if (!session.user)
    throw new AppError('forbidden', 'API keys have no password. Sign in as a user to change a password.')
  const { email } = session.user
  // Attempts of strangers must not lock out a user who is signed in.
  const { address } = ctx.edge
  const buckets = [addressBucket(address), accountAtAddressBucket(email, address)]
  const { id, hash } = await checkCounted(ctx, 'changePassword', buckets, {
    email,
    password: input.current_password,
  })
  const new_hash = await passwords.hash(input.new_password)
  await database.transaction(async (tx) => {
    await users.lockTokensOf(tx, id)
    if (!(await users.replaceHash(tx, id, hash, new_hash))) throw new AppError('unauthorized')
    await sessions.endSessionsOf(tx, { user_id: id, except: session.id })
    await endViewsOf(tx, id)
    await endTokens(tx, id, input.personal_access_tokens, session.id)
    const told = { action: 'changePassword', origin: ctx.origin, changes: [secretChange('password')] }
    await tellOfHolder(tx, ctx.core.ports, session, told)
  })
}
