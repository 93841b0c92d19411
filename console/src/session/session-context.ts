// The session that pages use, and how to change or leave it.
import { createContext, use } from 'react'
import type { Session } from './session.ts'

export interface SessionControl {
  session: Session | null
  open: (session: Session) => void
  close: () => void
}

export const SessionContext = createContext<SessionControl | null>(null)

export function useSessionControl(): SessionControl {
  return use(SessionContext)!
}

/** For pages that are shown only with a session. */
export function useSession(): Session {
  const { session } = useSessionControl()
  if (session === null) throw new Error('No one is signed in')
  return session
}
