// The list of the desk. Only what is on the screen is drawn, however long it is. Keys move through it.
import { type Virtualizer, useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useCaller } from '../handling/use-caller.ts'
import { useDeskKeys } from '../handling/use-desk-keys.ts'
import { useSeconds } from '../handling/use-seconds.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/button.tsx'
import { useKeys } from '../ui/use-keys.ts'
import { DeskRow } from './desk-row.tsx'
import type { DeskRows } from './rows.ts'
import { deskTexts as words } from './texts.ts'

const row_px = 84
/** How far from the end the next page is read. */
const rows_ahead = 40

interface Props {
  list: DeskRows
  open: string | undefined
  isReadingOn: boolean
  hasFailed: boolean
  onReadOn: () => void
  onOpen: (id: string) => void
}

export function DeskList({ list: { rows, isCut }, open, isReadingOn, hasFailed, onReadOn, onOpen }: Props) {
  const scroller = useRef<HTMLDivElement>(null)
  const { user_id } = useCaller()
  const now = useSeconds()
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => row_px,
    getItemKey: (index) => rows[index]!.conversation.id,
    overscan: 10,
  })
  const items = virtualizer.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  const isNearEnd = last >= rows.length - rows_ahead
  useEffect(() => {
    if (isNearEnd && isCut && !isReadingOn && !hasFailed) onReadOn()
  })

  const { index, takesFocus, onFocus } = useRowFocus(rows, virtualizer, open)
  return (
    <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto [overflow-anchor:none]">
      <div role="grid" aria-label={words.list} aria-rowcount={isCut ? -1 : rows.length}>
        <div role="rowgroup" className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {items.map(({ index: place, start, key }) => {
            const row = rows[place]!
            const { id } = row.conversation
            return (
              <DeskRow
                key={key}
                row={row}
                index={place}
                start_px={start}
                height_px={row_px}
                user_id={user_id}
                isOpen={id === open}
                isCurrent={place === Math.max(0, index)}
                takesFocus={takesFocus(id)}
                now={now}
                onFocus={onFocus}
                onOpen={onOpen}
              />
            )
          })}
        </div>
      </div>
      {hasFailed && (
        <div role="alert" className="flex items-center justify-center gap-3 p-4 text-soft">
          {texts.moreFailed}
          <Button onClick={onReadOn}>{texts.retry}</Button>
        </div>
      )}
    </div>
  )
}

/** The row that keys act on, which is the only one that Tab reaches. */
function useRowFocus(
  rows: DeskRows['rows'],
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  open: string | undefined,
) {
  // Only a key moves the focus.
  const [current, setCurrent] = useState<string | null>(null)
  const wanted = useRef<string | null>(null)
  const index = rows.findIndex(({ conversation }) => conversation.id === (current ?? open))
  const moveTo = (target: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, target))
    const id = rows[next]?.conversation.id
    if (id === undefined) return
    wanted.current = id
    setCurrent(id)
    virtualizer.scrollToIndex(next, { align: 'auto' })
  }
  const [down, up] = [() => moveTo(index + 1), () => moveTo(index === -1 ? 0 : index - 1)]
  useDeskKeys({ j: down, k: up })
  useKeys({ ArrowDown: down, ArrowUp: up, Home: () => moveTo(0), End: () => moveTo(rows.length - 1) })
  const onFocus = useCallback((id: string) => {
    wanted.current = null
    setCurrent(id)
  }, [])
  return { index, onFocus, takesFocus: (id: string) => wanted.current === id }
}
