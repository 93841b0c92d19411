// The page's name in the window's title.
import { useEffect } from 'react'
import { texts } from '../texts/index.ts'

export function useTitle(page: string): void {
  useEffect(() => {
    document.title = texts.titleOf(page)
  }, [page])
}
