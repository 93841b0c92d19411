// The scroll position of a list, restored when the user comes back. It is kept as long as the tab.
import { type RefObject, useEffect, useRef } from 'react'

interface Place {
  offset_px: number
  row_id: string | null
}

/** For the last views only. */
const places = new Map<string, Place>()
const places_at_most = 20

export function readPlace(key: string): Place | undefined {
  return places.get(key)
}

export function usePlace(key: string, scroller: RefObject<HTMLElement | null>, row_id: string | null): void {
  const row = useRef(row_id)
  useEffect(() => {
    row.current = row_id
  })
  useEffect(() => {
    const element = scroller.current
    let offset_px = element?.scrollTop ?? 0
    const onScroll = () => {
      offset_px = element!.scrollTop
    }
    element?.addEventListener('scroll', onScroll, { passive: true })
    return () => {
      element?.removeEventListener('scroll', onScroll)
      places.delete(key)
      places.set(key, { offset_px, row_id: row.current })
      const [oldest] = places.keys()
      if (places.size > places_at_most && oldest !== undefined) places.delete(oldest)
    }
  }, [key, scroller])
}
