// Sets the title of the window to that of the page.
import { useEffect } from 'react'
import { texts } from '../texts/index.ts'

export function useTitle(page: string): void {
  useEffect(() => {
    document.title = texts.titleOf(page)
  }, [page])
}
