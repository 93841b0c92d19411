// Whether keys without a modifier do something. People who speak to their computer, or press keys by mistake, switch them off.
import { useSyncExternalStore } from 'react'

const storage_key = 'parley-keys'
const listeners = new Set<() => void>()
/** If storage is blocked, the choice lasts as long as the page. */
let chosen: boolean | null = null

export function areKeysOn(): boolean {
  if (chosen !== null) return chosen
  try {
    return localStorage.getItem(storage_key) !== 'off'
  } catch {
    return true
  }
}

export function chooseKeys(areOn: boolean): void {
  chosen = areOn
  try {
    if (areOn) localStorage.removeItem(storage_key)
    else localStorage.setItem(storage_key, 'off')
  } catch {
    // See `chosen`.
  }
  for (const listener of listeners) listener()
}

export function useAreKeysOn(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, areKeysOn)
}
