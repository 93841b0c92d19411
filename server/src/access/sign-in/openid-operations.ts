// The operations of signing in with the identity provider. Only members and invited people may sign in.
import { readOwnPath } from '@parley/contract'
import type { Handler, SignInContext } from '../../calls/context.ts'
import type { AccessServices } from '../services.ts'
import type { Ports } from '../../base/ports.ts'
import { newValue, noteFailedSignIn, tell } from '../audit.ts'
import type { Database, Transaction } from '../../database/database.ts'
import { openStoreIn } from '../../database/store.ts'
import { AppError, notFound } from '../../base/errors.ts'
import { findOrInsertUser, findUser, type UserRecord } from '../queries.ts'
import { addMember } from '../members.ts'
import { endViewsOf } from '../view-rows.ts'
import { addressBucket, giveAttemptBack, signInBucket, takeAttempt } from '../../calls/attempts.ts'
import { type TakenInvitation, isInvited, takeInvitationsOf } from './invitation-queries.ts'
import { mayBeAdded } from '../rules/invitation-proof.ts'
import { type Identity, OpenIdFailure, type PendingSignIn } from './openid-port.ts'
import { beginning, setSessionCookie } from './operations.ts'
import * as sessions from './sessions.ts'
import * as users from './users.ts'

type Caller = SignInContext<AccessServices>

/** How long a user may take at the provider. */
const pending_seconds = 600

export const startOpenIdSignIn: Handler<'startOpenIdSignIn', AccessServices> = async (ctx, { return_to }) => {
  const { sealers, ports, database } = ctx.core
  const { openid } = ctx.room
  if (!openid) throw notFound('An identity provider')
  // This may call the provider.
  const buckets = [addressBucket(ctx.edge.address)]
  await takeAttempt(database, buckets)
  const expires_at = ports.clock.now() + pending_seconds * 1000
  try {
    const { url, pending } = await openid.begin({ return_to: return_to ?? '/', expires_at })
    const sealed = sealers.sign_in_sealer.seal(JSON.stringify(pending), seal_context).toString('base64url')
    await giveAttemptBack(database, buckets)
    ctx.edge.writeCookie('sign_in', sealed, pending_seconds)
    return { authorization_url: url }
  } catch (error) {
    if (!(error instanceof OpenIdFailure)) throw error
    ctx.log.warn({ reason: error.message }, 'could not reach the identity provider')
    throw new AppError('identity_provider_failed', undefined, {}, { cause: error })
  }
}

const seal_context = 'pending sign-in'

type Problem = 'expired' | 'refused' | 'not_a_member' | 'email_not_verified' | 'provider_failed' | 'too_many_attempts'

/** Always redirects the browser, because a person is looking at it. */
export const finishOpenIdSignIn: Handler<'finishOpenIdSignIn', AccessServices> = async (ctx) => {
  const pending = readPending(ctx)
  ctx.edge.writeCookie('sign_in', null)
  const outcome = pending === null ? 'expired' : await finishCounted(ctx, pending)
  if (typeof outcome !== 'string') await setSessionCookie(ctx, outcome)
  ctx.edge.setHeader('location', locationOf(pending?.return_to ?? '/', typeof outcome === 'string' ? outcome : null))
}

function readPending({ core, edge }: Caller): PendingSignIn | null {
  const sealed = edge.readCookie('sign_in')
  if (sealed === null) return null
  try {
    const text = core.sealers.sign_in_sealer.open(Buffer.from(sealed, 'base64url'), seal_context)
    const pending = JSON.parse(text) as PendingSignIn
    return pending.expires_at > core.ports.clock.now() ? pending : null
  } catch {
    // The value is not ours, or was sealed with an earlier secret key.
    return null
  }
}

/** Any origin will do: paths are parsed relative to it. */
const some_origin = 'http://localhost'

function locationOf(return_to: string, problem: Problem | null): string {
  const path = readOwnPath(return_to, some_origin) ?? '/'
  if (problem === null) return path
  const url = new URL(path, some_origin)
  url.searchParams.set('sign_in_error', problem)
  return `${url.pathname}${url.search}${url.hash}`
}

/** Counts attempts, because a browser can return with one cookie any number of times, and each time the provider is called. */
async function finishCounted(ctx: Caller, pending: PendingSignIn): Promise<sessions.NewSession | Problem> {
  const { database } = ctx.core
  const buckets = [addressBucket(ctx.edge.address)]
  try {
    await takeAttempt(database, buckets)
    const outcome = await finish(ctx, pending).catch(async (error: unknown) => {
      // Not a guess: the provider named an account, which may not sign in again yet, or something failed here.
      await giveAttemptBack(database, buckets)
      throw error
    })
    if (typeof outcome !== 'string') await giveAttemptBack(database, buckets)
    return outcome
  } catch (error) {
    if (error instanceof AppError && error.error === 'rate_limited') return 'too_many_attempts'
    throw error
  }
}

async function finish(ctx: Caller, pending: PendingSignIn): Promise<sessions.NewSession | Problem> {
  const { openid } = ctx.room
  if (!openid) return 'provider_failed'
  try {
    const identity = await openid.finish(ctx.edge.url, pending)
    await takeAttempt(ctx.core.database, [signInBucket(`${identity.issuer} ${identity.subject}`, ctx.edge.address)])
    const session = sessions.createSession(ctx.core, 'openid')
    const problem = await letIn(ctx, identity, session)
    if (problem !== null) noteFailedSignIn(ctx, 'finishOpenIdSignIn', null)
    return problem ?? session
  } catch (error) {
    if (!(error instanceof OpenIdFailure)) throw error
    ctx.log.warn({ reason: error.message }, 'a sign-in with the identity provider failed')
    return error.kind === 'refused' ? 'refused' : 'provider_failed'
  }
}

/** Finds the user of the identity, or else of the verified address, accepts their invitations and begins a session. */
async function letIn(
  { core, origin }: Caller,
  identity: Identity,
  session: sessions.NewSession,
): Promise<Problem | null> {
  const { database, ports } = core
  const refused = new Refused()
  try {
    return await database.transaction(async (tx) => {
      const user = (await findLinked(tx, identity)) ?? (await linkIdentity(tx, identity, ports.newId()))
      if (typeof user === 'string') return user
      // Anyone can invite this user. The session begins in their oldest organization, so that they do not mistake another for it.
      const [first] = await sessions.selectOrganizationsOf(tx, user.id)
      const joined = await takeInvitations(tx, user, identity)
      const organization_id = first?.id ?? joined[0]?.organization_id
      if (organization_id === undefined) throw refused
      if (!(await sessions.beginUserSession(tx, session, user.id, organization_id))) throw refused
      await tellOfEntering(tx, ports, user, { origin, session, organization_id, joined })
      return null
    })
  } catch (error) {
    if (error === refused) return 'not_a_member'
    throw error
  }
}

interface Entering {
  origin: Caller['origin']
  session: sessions.NewSession
  organization_id: string
  joined: TakenInvitation[]
}

/** One entry for each organization: that of a new member, or of the session. */
async function tellOfEntering(
  tx: Database,
  ports: Pick<Ports, 'newId'>,
  { id, email }: UserRecord,
  { origin, session, organization_id, joined }: Entering,
): Promise<void> {
  const told = { action: 'finishOpenIdSignIn', actor: { type: 'user', id, name: email }, origin } as const
  const target = { type: 'member', id, name: email } as const
  const entries = joined.map(({ organization_id: home, role }) => ({ home, target, changes: [newValue('role', role)] }))
  const isNew = joined.some((one) => one.organization_id === organization_id)
  const all = isNew ? entries : [...entries, { home: organization_id, ...beginning(session) }]
  for (const { home, ...entry } of all.toSorted((a, b) => (a.home < b.home ? -1 : 1))) {
    await tell(tx, ports, home, { ...told, ...entry })
  }
}

/** Rolls the transaction back, so that a refused person leaves neither a user nor a link. */
class Refused extends Error {}

/** Looks the user up again under the lock, because setting a password by invitation ends the link. */
async function findLinked(tx: Database, { issuer, subject }: Identity): Promise<UserRecord | undefined> {
  const user = await users.findIdentity(tx, issuer, subject)
  if (user) await users.lockUser(tx, user.id)
  return user && users.findIdentity(tx, issuer, subject)
}

/** Ends what the user got with only an invitation's link: it may have belonged to someone other than the owner of the address. */
async function linkIdentity(tx: Transaction, identity: Identity, id: string): Promise<UserRecord | Problem> {
  const { issuer, subject, email, name } = identity
  if (email === null || !identity.email_verified) return 'email_not_verified'
  if (!(await findUser(tx, email)) && !(await isInvited(tx, email))) return 'not_a_member'
  const user = await findOrInsertUser(tx, { id, email, name })
  await users.lockUser(tx, user.id)
  if (!(await users.insertIdentity(tx, { issuer, subject, user_id: user.id }))) return 'not_a_member'
  if (!mayBeAdded(await users.findPassword(tx, user.id))) {
    await users.deletePassword(tx, user.id)
    await users.deleteTokensOf(tx, user.id)
    await sessions.endSessionsOf(tx, { user_id: user.id })
    await endViewsOf(tx, user.id)
  }
  return user
}

/** Those that made the user a member. */
async function takeInvitations(tx: Transaction, user: UserRecord, identity: Identity): Promise<TakenInvitation[]> {
  if (!identity.email_verified || identity.email?.toLowerCase() !== user.email) return []
  const invitations = await takeInvitationsOf(tx, user.email)
  const joined: TakenInvitation[] = []
  for (const invitation of invitations) {
    const { organization_id, role } = invitation
    if (await addMember(openStoreIn(tx, organization_id), user, role)) joined.push(invitation)
  }
  return joined
}
