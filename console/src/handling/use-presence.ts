// Tells the others that the caller has a conversation open, or types in it: again before it lapses, and no more once the page is hidden.
// What is typed is never sent.
import { useCallback, useEffect, useRef } from 'react'
import { useIsVisible } from '../live/use-presence.ts'
import { useSession } from '../session/session-context.ts'

/** It lapses after 45 seconds. */
const viewing_again_ms = 30_000
/** It lapses after 6 seconds. */
const typing_again_ms = 3000

/** Returns what to call at each key that is pressed, and when the text is gone. */
export function usePresence(conversation_id: string, isShown: boolean): (isTyping: boolean) => void {
  const { client, user, scopes } = useSession()
  const isVisible = useIsVisible()
  const typed_at = useRef(0)
  const isTold = isShown && user !== null && scopes.has('conversations:reply')
  const tell = useCallback(
    (state: 'viewing' | 'typing' | 'idle') => {
      // It matters only to those who look, and is told again.
      client.showPresence({ conversation_id, state }).catch(() => {})
    },
    [client, conversation_id],
  )
  useEffect(() => {
    if (!isTold || !isVisible) return
    tell('viewing')
    const timer = setInterval(() => tell('viewing'), viewing_again_ms)
    return () => {
      clearInterval(timer)
      tell('idle')
    }
  }, [tell, isTold, isVisible])
  return useCallback(
    (isTyping) => {
      if (!isTold) return
      const now = Date.now()
      if (isTyping && now - typed_at.current < typing_again_ms) return
      if (!isTyping && typed_at.current === 0) return
      typed_at.current = isTyping ? now : 0
      tell(isTyping ? 'typing' : 'viewing')
    },
    [tell, isTold],
  )
}
