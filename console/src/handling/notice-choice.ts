// Whether this browser tells of what waits by a sound and by notifications of the system. Both are off until somebody wants them.
import { useSyncExternalStore } from 'react'

export type NoticeWay = 'sound' | 'notifications'

const storageKey = (way: NoticeWay) => `parley-notices-${way}`
const listeners = new Set<() => void>()

export function isChosen(way: NoticeWay): boolean {
  try {
    return localStorage.getItem(storageKey(way)) === 'on'
  } catch {
    return false
  }
}

/** If storage is blocked, nothing is chosen. */
export function choose(way: NoticeWay, isOn: boolean): void {
  try {
    if (isOn) localStorage.setItem(storageKey(way), 'on')
    else localStorage.removeItem(storageKey(way))
  } catch {
    // Nothing is chosen.
  }
  for (const listener of listeners) listener()
}

export function useIsChosen(way: NoticeWay): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => isChosen(way),
  )
}

/** Asks the person, if the browser has not asked yet; whether it will show notifications. */
export async function mayNotify(): Promise<boolean> {
  if (typeof Notification === 'undefined') return false
  return (await Notification.requestPermission()) === 'granted'
}
