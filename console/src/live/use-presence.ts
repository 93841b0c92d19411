// Whether the page is visible, and whether the network of the browser has changed.
import { useEffect, useState, useSyncExternalStore } from 'react'

/** A hidden page keeps no stream, because a browser has only six connections to a server. */
export function useIsVisible(): boolean {
  return useSyncExternalStore(listenToVisibility, () => document.visibilityState === 'visible')
}

function listenToVisibility(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener)
  return () => document.removeEventListener('visibilitychange', listener)
}

/**
 * How often the network went down or came back: earlier connections may be dead. Whether the browser is online does not matter, because
 * the server may run on the same machine.
 */
export function useNetworkChanges(): number {
  const [changes, setChanges] = useState(0)
  useEffect(() => {
    const count = () => setChanges((before) => before + 1)
    addEventListener('online', count)
    addEventListener('offline', count)
    return () => {
      removeEventListener('online', count)
      removeEventListener('offline', count)
    }
  }, [])
  return changes
}
