// Whether a media query currently matches.
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

/** Wide enough for tables and for columns. The breakpoint in theme.css is the same. */
export const useIsWide = () => useMedia('(min-width: 56rem)')
/** Wide enough for a third column, or for texts side by side. */
export const useIsRoomy = () => useMedia('(min-width: 75rem)')
