// Reads the session again after a name or a role in it has changed.
import { resumeSession } from './session.ts'
import { useSessionControl } from './session-context.ts'

export function useRefreshSession(): () => Promise<void> {
  const { open } = useSessionControl()
  return async () => {
    // If the server cannot be reached, the change shows after the next load.
    const session = await resumeSession().catch(() => null)
    if (session) open(session)
  }
}
