// Who is signed in: the one module that knows how. The session is a cookie that no script can read; the server says what it is.
import type { Input, Output } from '@parley/sdk'
import { type Client, ApiError, createClient } from '@parley/sdk'

type SignInSession = Output<'signIn'>

export type Invitation = Output<'readInvitation'>

export type SignInWays = Output<'getSignInSession'>['ways']

export interface Session {
  /** Acts in this organization, whatever other tabs have switched to. */
  client: Client
  /** The same for as long as somebody may do the same in the same organization: what he has read and written stays his. */
  identity: string
  /** A person's name or address, or the name of a key. */
  who: string
  /** Null for who has signed in with a key. */
  user: SignInSession['user']
  organization: { id: string; name: string }
  /** Those that can be switched to. */
  organizations: readonly { id: string; name: string }[]
  scopes: ReadonlySet<string>
}

export type Credential = { api_key: string } | { email: string; password: string }

/** A page says soon that it has lost its stream, and goes on trying by itself. */
const stream_patience_ms = 2000

let onRefused = () => {}

/** Tells whenever the server refuses something for want of a session, wherever a page asked for it. */
export function listenToRefusals(listener: () => void): () => void {
  onRefused = listener
  return () => {
    onRefused = () => {}
  }
}

const fetchTelling: typeof fetch = async (...request) => {
  const response = await fetch(...request)
  if (response.status === 401) onRefused()
  return response
}

/** Sent without a credential of its own: the browser adds the cookie. */
const options = { base_url: '', stream_patience_ms, fetch: fetchTelling }
const client = createClient(options)

/** Throws what the server refuses the credential with. */
export async function signIn(credential: Credential): Promise<Session> {
  return openSession(await client.signIn(credential))
}

/** Of this browser; null when nobody is signed in, or no longer. Throws when the server cannot be asked. */
export async function resumeSession(): Promise<Session | null> {
  const { session } = await client.getSignInSession()
  return session && openSession(session)
}

export async function readWays(): Promise<SignInWays> {
  return (await client.getSignInSession()).ways
}

export async function signOut(): Promise<void> {
  await client.signOut()
}

export async function switchOrganization(organization_id: string): Promise<Session> {
  return openSession(await client.switchOrganization({ organization_id }))
}

/** Where somebody works who has signed in again: in the organization of before, if he may. */
export async function stayIn(session: Session, begun: Session): Promise<Session> {
  const { id } = session.organization
  return begun.organization.id !== id && isMember(begun, id) ? switchOrganization(id) : begun
}

/** Whether the browser's session is still that of the page, whichever organization it is in. */
export function isStill(session: Session, found: Session): boolean {
  return found.user?.user_id === session.user?.user_id && isMember(found, session.organization.id)
}

function isMember({ organization, organizations }: Session, organization_id: string): boolean {
  return [organization, ...organizations].some(({ id }) => id === organization_id)
}

/** Leaves for the identity provider, which sends the browser back to `path`. */
export async function goToIdentityProvider(path: string): Promise<void> {
  const { authorization_url } = await client.startOpenIdSignIn({ return_to: path })
  location.assign(authorization_url)
}

/** The session is none any more. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401
}

/** What the link that holds the token is for. */
export function readInvitation(token: string): Promise<Invitation> {
  return client.readInvitation({ token })
}

export async function acceptInvitation(acceptance: Input<'acceptInvitation'>): Promise<Session> {
  return openSession(await client.acceptInvitation(acceptance))
}

function openSession({ user, credential, organization, organizations, scopes }: SignInSession): Session {
  const who = user?.name ?? user?.email ?? credential?.name ?? ''
  const identity = [user?.user_id, credential?.key_id, organization.id, ...scopes.toSorted()].join(' ')
  const own = createClient({ ...options, organization_id: organization.id })
  return { client: own, identity, who, user, organization, organizations, scopes: new Set(scopes) }
}
