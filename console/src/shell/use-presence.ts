// Whether somebody can see the page, and whether the browser has a network.
import { useSyncExternalStore } from 'react'

/** A page that nobody sees keeps no stream: a browser has six connections for a server. */
export function useIsVisible(): boolean {
  return useSyncExternalStore(listenToVisibility, () => document.visibilityState === 'visible')
}

function listenToVisibility(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener)
  return () => document.removeEventListener('visibilitychange', listener)
}

export function useIsOnline(): boolean {
  return useSyncExternalStore(listenToNetwork, () => navigator.onLine)
}

function listenToNetwork(listener: () => void): () => void {
  addEventListener('online', listener)
  addEventListener('offline', listener)
  return () => {
    removeEventListener('online', listener)
    removeEventListener('offline', listener)
  }
}
