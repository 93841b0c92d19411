// Shows a short message that something was done, or failed. The component that shows it is loaded after the page.
import { describeError } from './describe-error.ts'

export interface Notice {
  title: string
  isError: boolean
}

type Listener = (notice: Notice) => void

let listener: Listener | null = null
/** Messages from before the component was loaded. */
let waiting: Notice[] = []

function tell(notice: Notice): void {
  if (listener) listener(notice)
  else waiting.push(notice)
}

export const notify = (title: string) => tell({ title, isError: false })
export const notifyError = (error: unknown) => tell({ title: describeError(error), isError: true })

export function listenToNotices(next: Listener): () => void {
  listener = next
  for (const notice of waiting) next(notice)
  waiting = []
  return () => {
    listener = null
  }
}
