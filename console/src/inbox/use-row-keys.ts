// The current row, and the keys that move it.
import type { Conversation } from '@parley/contract'
import type { Virtualizer } from '@tanstack/react-virtual'
import { useCallback, useRef, useState } from 'react'
import { useKeys } from '../ui/use-keys.ts'

export function useRowKeys(
  rows: readonly Conversation[],
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  left_at: string | null,
) {
  const [current, setCurrent] = useState(left_at)
  // Only a key, or coming back to the list, moves the focus.
  const wanted = useRef(left_at)
  const index = current === null ? -1 : rows.findIndex(({ id }) => id === current)

  const moveTo = (target: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, target))
    const id = rows[next]!.id
    wanted.current = id
    setCurrent(id)
    virtualizer.scrollToIndex(next, { align: 'auto' })
  }
  const page = () => Math.max(1, virtualizer.getVirtualItems().length - 26)
  const down = () => moveTo(index + 1)
  const up = () => moveTo(index === -1 ? 0 : index - 1)
  useKeys({
    j: down,
    ArrowDown: down,
    k: up,
    ArrowUp: up,
    Home: () => moveTo(0),
    End: () => moveTo(rows.length - 1),
    PageDown: () => moveTo(index + page()),
    PageUp: () => moveTo(index - page()),
  })

  const onFocus = useCallback((id: string) => {
    wanted.current = null
    setCurrent(id)
  }, [])
  return {
    current,
    onFocus,
    /** Only one row is a tab stop: the current one, or the first. */
    isCurrent: (row: number) => row === Math.max(0, index),
    takesFocus: (row: number) => wanted.current !== null && rows[row]!.id === wanted.current,
  }
}
