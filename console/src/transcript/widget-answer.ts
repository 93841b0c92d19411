// Whether the buttons and fields of widgets do what they do for an end user: say something in his name.
import { createContext } from 'react'

/** Null: widgets are only looked at. */
export const WidgetAnswer = createContext<((text: string) => void) | null>(null)
