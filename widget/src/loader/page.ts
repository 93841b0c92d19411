// What the loader does with the page: its address, its viewport, its storage. It changes nothing but the scrolling of a page behind a
// chat that fills the screen, and that only while it does.
import type { PageInfo } from '../base/protocol.ts'

const bare = (url: string) => url.split(/[?#]/)[0]!

/** Addresses go without query and fragment, which can hold secrets. */
export const readPage = (): PageInfo => ({
  url: bare(location.href),
  title: document.title.slice(0, 300),
  referrer: bare(document.referrer),
})

/** Calls back when the page's address has changed, by whatever way. Returns what stops it. */
export function watchAddress(changed: () => void): () => void {
  let known = location.href
  const look = () => {
    if (location.href === known) return
    known = location.href
    changed()
  }
  const { navigation } = window as unknown as { navigation?: EventTarget }
  const [target, event] = navigation ? [navigation, 'currententrychange'] : [window, 'popstate']
  target.addEventListener(event!, look)
  // Browsers without the Navigation API tell nothing of `pushState`.
  const timer = navigation ? 0 : setInterval(look, 1000)
  return () => {
    target.removeEventListener(event!, look)
    clearInterval(timer)
  }
}

/** Marks without secrets: `a` for an active conversation, `g` for a greeting that was shown; `token` is the frame's, if it keeps it here. */
export function createMarks(id: string): { has(mark: string): boolean; set(mark: string, isSet: boolean): void; token(value?: string | null): string | undefined } {
  const key = `parley-${id}`
  const touch = <T>(access: () => T): T | undefined => {
    // A browser may refuse storage by throwing.
    try {
      return access()
    } catch {
      return undefined
    }
  }
  const read = () => touch(() => localStorage.getItem(key)) ?? ''
  return {
    has: (mark) => read().includes(mark),
    set: (mark, isSet) => void touch(() => localStorage.setItem(key, read().replace(mark, '') + (isSet ? mark : ''))),
    token: (value) =>
      touch(() => {
        if (value === null) localStorage.removeItem(`${key}-token`)
        else if (value !== undefined) localStorage.setItem(`${key}-token`, value)
        return localStorage.getItem(`${key}-token`) ?? undefined
      }),
  }
}

/** Locks the page's scrolling, and returns what restores it. */
export function lockScrolling(): () => void {
  const { style } = document.documentElement
  const [before, priority] = [style.getPropertyValue('overflow'), style.getPropertyPriority('overflow')]
  style.setProperty('overflow', 'hidden', 'important')
  return () => style.setProperty('overflow', before, priority)
}
