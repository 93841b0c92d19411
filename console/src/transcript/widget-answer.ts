// Whether widgets are interactive. If so, they send messages as the end user.
import { createContext } from 'react'

/** Null if widgets are only displayed. */
export const WidgetAnswer = createContext<((text: string) => void) | null>(null)
