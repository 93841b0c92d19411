// The title of the window and its icon: the page, and how much waits for the person who is signed in.
import { texts } from '../texts/index.ts'
import { shellTexts } from './texts.ts'

let shown: { page: string | null; count: number } = { page: null, count: 0 }
const icons = import.meta.glob<string>('./icons/*.svg', { eager: true, query: '?url', import: 'default' })

export function showPage(page: string): void {
  shown = { ...shown, page }
  showTitle()
}

export function showCount(count: number): void {
  if (count === shown.count) return
  shown = { ...shown, count }
  showTitle()
  const link = document.querySelector<HTMLLinkElement>('link[rel=icon]')
  if (link) link.href = iconOf(count)
}

function showTitle(): void {
  const { page, count } = shown
  if (page !== null) document.title = shellTexts.counted(texts.titleOf(page), count)
}

function iconOf(count: number): string {
  if (count === 0) return '/icon.svg'
  return icons[`./icons/${count > 9 ? 'more' : count}.svg`]!
}
