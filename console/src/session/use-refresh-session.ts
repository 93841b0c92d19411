// Reads the session anew after a change of what it says: names, roles. What was read with the one before is read again.
import { resumeSession } from './session.ts'
import { useSessionControl } from './session-context.ts'

export function useRefreshSession(): () => Promise<void> {
  const { open } = useSessionControl()
  return async () => {
    // Where the server cannot be asked just now, the change is seen with the next load.
    const session = await resumeSession().catch(() => null)
    if (session) open(session)
  }
}
