// What a field shows of its value while somebody types: a text, or rows, that stay as they are typed.
import { useState } from 'react'

/**
 * `show` makes it out of the value anew whenever that was changed elsewhere. The setter takes what is shown and the value that
 * it stands for, which is the field's own from then on.
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
