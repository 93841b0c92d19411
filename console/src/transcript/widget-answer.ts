// Whether widgets are interactive. If so, they send messages as the end user.
import type { FormValues } from '@parley/contract'
import { createContext } from 'react'

export interface WidgetAnswers {
  /** A button was pressed. */
  say(text: string): void
  /** What a form, a code or a phone number asked for is filled in. `text` is how the server will tell it. */
  answer(call_id: string, values: FormValues, text: string): void
  /** The calls whose widgets have their answer: each takes one. */
  answered: ReadonlySet<string>
}

/** Null if widgets are only displayed. */
export const WidgetAnswer = createContext<WidgetAnswers | null>(null)
