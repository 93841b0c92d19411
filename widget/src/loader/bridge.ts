// What the loader's two scripts share: the first is all that a page loads until the chat is needed, the second makes the panel and the
// frame. The first hands this to the second, so that nothing of it is global.
import type { LoaderSettings } from './settings.ts'

export interface Shown {
  isOpen: boolean
  isHidden: boolean | undefined
  unread: number
  locale: string | undefined
  theme: string
}

export interface Bridge {
  settings: LoaderSettings
  shown: Shown
  /** What launcher and panel stand in. */
  all: HTMLElement
  /** It fills an element of the page. */
  isFilling: boolean
  /** What was sent before the frame was there. */
  waiting: [string, unknown][]
  /** Reads, writes or (null) removes what the page's storage has for this widget. */
  keep(name: string, value?: string | null): string | null | void
  /** Tells the page. */
  emit(name: string, detail?: unknown): void
  setOpen(isOpen: boolean): void
  paint(): void
  readPage(): object
  /** Of the second script: sends to the frame, lays the panel out, removes everything. */
  send?(type: string, value: unknown): void
  layOut?(): void
  remove?(): void
}
