// Whether a media query holds now.
import { useSyncExternalStore } from 'react'

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const list = matchMedia(query)
      list.addEventListener('change', listener)
      return () => list.removeEventListener('change', listener)
    },
    () => matchMedia(query).matches,
  )
}

/** Enough room for tables and for things side by side; theme.css has the same breakpoint. */
export const useIsWide = () => useMedia('(min-width: 56rem)')
/** Enough for a third column, or for texts side by side. */
export const useIsRoomy = () => useMedia('(min-width: 75rem)')
