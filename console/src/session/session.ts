// The session of the signed-in user. It is a cookie that scripts cannot read, so the server tells what it is.
import type { Input, Output } from '@parley/sdk'
import { type Client, ApiError, createClient } from '@parley/sdk'

type SignInSession = Output<'signIn'>

export type Invitation = Output<'readInvitation'>

export type SignInWays = Output<'getSignInSession'>['ways']

export interface Session {
  /** Acts in this organization, even if another tab switches to a different one. */
  client: Client
  /** Stays the same while the same caller has the same rights in the same organization. What they read and wrote is kept that long. */
  identity: string
  /** A person's name or address, or the name of a key. */
  who: string
  /** Null if they signed in with a key. */
  user: SignInSession['user']
  organization: OrganizationChoice
  /** The organizations they can switch to. */
  organizations: readonly OrganizationChoice[]
  scopes: ReadonlySet<string>
  /** A file of this organization that the server makes, which no method of the client reads. Throws if it cannot be read. */
  readFile: (path: string) => Promise<Blob>
  /** If they look at the organization as a partner: from which organization, and until when. */
  view: SignInSession['view']
}

type OrganizationChoice = Pick<SignInSession['organization'], 'id' | 'name' | 'status'>

export type Credential = { api_key: string } | { email: string; password: string }

/** A page soon shows that it lost its stream, and keeps reconnecting. */
const stream_patience_ms = 2000

let onRefused = () => {}

/** Calls the listener each time the server refuses a request because there is no session, or because a view as a partner is over. */
export function listenToRefusals(listener: () => void): () => void {
  onRefused = listener
  return () => {
    onRefused = () => {}
  }
}

const fetchTelling: typeof fetch = async (...request) => {
  const response = await fetch(...request)
  if (response.status === 401 || (response.status === 403 && (await isViewRefused(response)))) onRefused()
  return response
}

async function isViewRefused(response: Response): Promise<boolean> {
  const read: Promise<{ code?: unknown } | null> = response.clone().json()
  const body = await read.catch(() => null)
  return body?.code === 'view_refused'
}

/** A person would rather be told than wait any longer. */
const max_retry_after_ms = 2000

/** Sent without a credential, because the browser adds the cookie. */
const options = { base_url: '', stream_patience_ms, max_retry_after_ms, fetch: fetchTelling }
const client = createClient(options)

/** Throws if the server refuses the credential. */
export async function signIn(credential: Credential): Promise<Session> {
  return openSession(await client.signIn(credential))
}

/** The session of this browser; null if no one is signed in. Throws if the server cannot be reached. */
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

/** From now on the session looks at an organization below the present one. */
export async function startView({ client: own }: Session, view: Input<'startViewInSession'>): Promise<Session> {
  return openSession(await own.startViewInSession(view))
}

/** Back to the organization of the partner, which also ends the view. */
export function endView({ organization, view }: Session): Promise<Session> {
  return switchOrganization(view?.partner.id ?? organization.id)
}

/** Whether the session still looks at what the page shows. */
export function isStillViewing(session: Session, found: Session): boolean {
  return session.view === null || (found.view?.id === session.view.id && found.scopes.size > 0)
}

/** After signing in again, the user stays in the organization of before if they are still a member. */
export async function stayIn(session: Session, begun: Session): Promise<Session> {
  const { id } = session.organization
  return begun.organization.id !== id && isMember(begun, id) ? switchOrganization(id) : begun
}

/** Whether the browser still has the session of the page, in any organization. */
export function isStill(session: Session, found: Session): boolean {
  return found.user?.user_id === session.user?.user_id && isMember(found, session.organization.id)
}

function isMember({ organization, organizations }: Session, organization_id: string): boolean {
  return [organization, ...organizations].some(({ id }) => id === organization_id)
}

/** Goes to the identity provider, which sends the browser back to `path`. */
export async function goToIdentityProvider(path: string): Promise<void> {
  const { authorization_url } = await client.startOpenIdSignIn({ return_to: path })
  location.assign(authorization_url)
}

/** The session has ended. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401
}

/** Reads the invitation of the token in a link. */
export function readInvitation(token: string): Promise<Invitation> {
  return client.readInvitation({ token })
}

export async function acceptInvitation(acceptance: Input<'acceptInvitation'>): Promise<Session> {
  return openSession(await client.acceptInvitation(acceptance))
}

export function declineInvitation(token: string): Promise<void> {
  return client.declineInvitation({ token })
}

function openSession({ user, credential, organization, organizations, scopes, view }: SignInSession): Session {
  const who = user?.name ?? user?.email ?? credential?.name ?? ''
  const identity = [user?.user_id, credential?.key_id, organization.id, view?.id, ...scopes.toSorted()].join(' ')
  const own = createClient({ ...options, organization_id: organization.id })
  const readFile = async (path: string) => {
    const response = await fetchTelling(path, { headers: { 'X-Parley-Org': organization.id } })
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
    return response.blob()
  }
  return { client: own, identity, who, user, organization, organizations, scopes: new Set(scopes), view, readFile }
}
