// What the loader's two scripts share: the first is all that a page loads until the chat is needed, the second makes the panel and the
// frame. The first hands this to the second, so that nothing of it is global. The first decides what is shown; the second shows it.
import type { Labels, LoaderSettings } from './settings.ts'

export interface Shown {
  isOpen: boolean
  /** Visitor or page asked for it, so that the focus follows. */
  isAsked?: boolean
  isHidden: boolean | undefined
  locale: string | undefined
  theme: string
}

export interface Bridge {
  settings: LoaderSettings
  shown: Shown
  /** What launcher and panel stand in. */
  all: HTMLElement
  button: HTMLElement
  /** It fills an element of the page. */
  isFilling: boolean
  /** Calls that have not been made. */
  waiting: [string, unknown][]
  /** Reads, writes or (null) removes what the page's storage has for this widget. */
  keep(name: string, value?: string | null): string | void
  /** Tells the page. */
  emit(name: string, detail?: unknown): void
  setOpen(isOpen: boolean): void
  words(): Labels
  /** Of the second script: makes the calls that wait, shows what has changed, removes everything. */
  flush?(): void
  layOut?(): void
  remove?(): void
}

/** An identity, and how the page's promise is kept. */
export type Identification = [(result: unknown) => void, unknown]
