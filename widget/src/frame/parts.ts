// Loads the second part of the chat, once; until it is there, what needs it waits or is shown as plain text.
import style from './more.css?url'

export type More = typeof import('./more.tsx')

/** After a file was lost on its way. */
export const retry_ms = 3000
let more: More | null = null
let isLoading = false
let loaded = () => {}

export function loadMore(then: () => void): void {
  loaded = then
  load()
}

function load(): void {
  if (more || isLoading) return
  isLoading = true
  Promise.all([import('./more.tsx'), loadStyle()]).then(
    ([found]) => {
      more = found
      return loaded()
    },
    () =>
      setTimeout(() => {
        isLoading = false
        load()
      }, retry_ms),
  )
}

export const partsThere = (): More | null => more

function loadStyle(): Promise<unknown> {
  const link = document.createElement('link')
  link.rel = 'stylesheet'
  link.href = style
  document.head.append(link)
  return new Promise((resolve, reject) => {
    link.addEventListener('load', resolve)
    link.addEventListener('error', reject)
  })
}
