// Who is signed in, as far as it matters for handling conversations.
import { useSession } from '../session/session-context.ts'
import type { Caller } from './standing.ts'

export function useCaller(): Caller {
  const { user, scopes } = useSession()
  return { user_id: user?.user_id ?? null, scopes }
}
