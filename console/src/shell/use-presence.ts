// Whether somebody can see the page, and whether the browser's network has changed.
import { useEffect, useState, useSyncExternalStore } from 'react'

/** A page that nobody sees keeps no stream: a browser has six connections for a server. */
export function useIsVisible(): boolean {
  return useSyncExternalStore(listenToVisibility, () => document.visibilityState === 'visible')
}

function listenToVisibility(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener)
  return () => document.removeEventListener('visibilitychange', listener)
}

/**
 * How often the network has come or gone: what was connected before may be so no longer. Whether there is one says nothing, since the
 * server may be on this very machine.
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
