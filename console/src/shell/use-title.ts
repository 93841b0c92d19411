// Sets the title of the window to that of the page.
import { useEffect } from 'react'
import { showPage } from './title.ts'

export function useTitle(page: string): void {
  useEffect(() => showPage(page), [page])
}
