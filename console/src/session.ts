// Who is signed in here: the one module that knows how. For now an API key, which lives as long as the tab.
import { type Client, ApiError, createClient } from '@parley/sdk'

export interface Session {
  client: Client
  organization: { id: string; name: string }
  scopes: ReadonlySet<string>
}

interface Credential {
  token: string
  organization_id?: string
}

const storage_key = 'parley-credential'

/** Throws what the server refuses the credential with. */
export async function signIn(credential: Credential): Promise<Session> {
  const session = await openSession(credential)
  sessionStorage.setItem(storage_key, JSON.stringify(credential))
  return session
}

/** Of this tab; null when nobody is signed in, or no longer. Throws when the server cannot be asked. */
export async function resumeSession(): Promise<Session | null> {
  const stored = sessionStorage.getItem(storage_key)
  if (stored === null) return null
  try {
    return await openSession(JSON.parse(stored) as Credential)
  } catch (error) {
    if (!isSignedOut(error)) throw error
    signOut()
    return null
  }
}

export function signOut(): void {
  sessionStorage.removeItem(storage_key)
}

/** The credential is none any more. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401
}

async function openSession({ token, organization_id }: Credential): Promise<Session> {
  const client = createClient({
    base_url: '',
    token,
    ...(organization_id === undefined ? {} : { organization_id }),
  })
  const [organization, scopes] = await Promise.all([client.getOrganization(), client.getMyScopes()])
  return { client, organization, scopes: new Set(scopes) }
}
