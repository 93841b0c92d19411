// Who is signed in: the one module that knows how. The session is a cookie that no script can read; the server says what it is.
import type { Input, Output } from '@parley/sdk'
import { type Client, ApiError, createClient } from '@parley/sdk'

type SignInSession = Output<'signIn'>

export type Invitation = Output<'readInvitation'>

export type SignInWays = Output<'getSignInSession'>['ways']

export interface Session {
  client: Client
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

/** Sent without a credential of its own: the browser adds the cookie. */
const client = createClient({ base_url: '', stream_patience_ms })

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
  return { client, who, user, organization, organizations, scopes: new Set(scopes) }
}
