// What a field shows while its value is edited: a text or rows, exactly as typed.
import { useState } from 'react'

/**
 * `show` derives it from the value whenever the value changes elsewhere. The setter takes what is shown and the value that
 * it stands for, which then counts as the field's own.
 */
export function useShown<S>(
  value: unknown,
  show: (value: unknown) => S,
  initial?: S,
): [S, (shown: S, value: unknown) => void] {
  const [state, setState] = useState(() => ({ shown: initial ?? show(value), value }))
  if (!Object.is(state.value, value)) {
    const shown = show(value)
    setState({ shown, value })
    return [shown, (next, of) => setState({ shown: next, value: of })]
  }
  return [state.shown, (shown, of) => setState({ shown, value: of })]
}
