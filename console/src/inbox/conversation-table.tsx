// The table of conversations. Only visible rows are rendered, however long it is. It can be used by keyboard alone.
import type { Conversation } from '@parley/contract'
import { useNavigate } from '@tanstack/react-router'
import { type Virtualizer, useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState } from 'react'
import { useIsWide } from '../ui/use-media.ts'
import { texts } from '../texts/index.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { Skeleton } from '../ui/state.tsx'
import { ConversationRow, HeaderRow } from './conversation-row.tsx'
import { useNow } from '../ui/use-now.ts'
import { readPlace, usePlace } from './use-place.ts'
import { useRowKeys } from './use-row-keys.ts'
import { inboxTexts } from './texts.ts'

const wide_row_px = 34
const narrow_row_px = 68
/** How far from the end the next page is requested. */
const rows_ahead = 40

interface TableProps {
  rows: readonly Conversation[]
  viewKey: string
  hasMore: boolean
  isFetchingMore: boolean
  hasFailed: boolean
  onMore: () => void
  onVisible: (rows: readonly Conversation[]) => void
}

type Scroller = Virtualizer<HTMLDivElement, Element>

export function ConversationTable(props: TableProps) {
  const { rows, viewKey, hasMore, hasFailed, onVisible } = props
  const isWide = useIsWide()
  const scroller = useRef<HTMLDivElement>(null)
  const row_px = isWide ? wide_row_px : narrow_row_px
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => row_px,
    getItemKey: (index) => rows[index]!.id,
    overscan: 12,
    initialOffset: () => readPlace(viewKey)?.offset_px ?? 0,
  })
  useEffect(() => virtualizer.measure(), [row_px, virtualizer])
  const items = virtualizer.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useMore(props, last)
  useEffect(() => {
    onVisible(items.map(({ index }) => rows[index]!))
  })
  const fresh = useAnchor(virtualizer, rows, row_px)
  const keys = useRowKeys(rows, virtualizer, readPlace(viewKey)?.row_id ?? null)
  usePlace(viewKey, scroller, keys.current)
  const navigate = useNavigate()
  const now = useNow()

  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div ref={scroller} className="min-h-0 flex-1 overflow-auto [overflow-anchor:none]">
        <div
          role="grid"
          aria-label={inboxTexts.table}
          aria-rowcount={hasMore ? -1 : rows.length + 1}
          className="min-w-full wide:min-w-4xl"
        >
          <HeaderRow isWide={isWide} />
          <div role="rowgroup" className="relative" style={{ height: virtualizer.getTotalSize() }}>
            {items.map(({ index, start, key }) => (
              <ConversationRow
                key={key}
                row={rows[index]!}
                index={index}
                start_px={start}
                height_px={row_px}
                isWide={isWide}
                isCurrent={keys.isCurrent(index)}
                takesFocus={keys.takesFocus(index)}
                now={now}
                onFocus={keys.onFocus}
                onOpen={(conversation_id) =>
                  void navigate({ to: '/conversations/$conversation_id', params: { conversation_id } })
                }
              />
            ))}
          </div>
        </div>
        <ListEnd {...props} hasFailed={hasFailed} />
      </div>
      {fresh > 0 && <FreshPill count={fresh} onShow={() => virtualizer.scrollToOffset(0)} />}
    </div>
  )
}

function useMore({ rows, hasMore, isFetchingMore, hasFailed, onMore }: TableProps, last: number): void {
  const isNearEnd = last >= rows.length - rows_ahead
  useEffect(() => {
    if (isNearEnd && hasMore && !isFetchingMore && !hasFailed) onMore()
  })
}

/** New rows come in above the visible ones, which do not move. Returns how many new rows are not visible. */
function useAnchor(virtualizer: Scroller, rows: readonly Conversation[], row_px: number): number {
  const top = useRef(rows[0]?.id)
  const [fresh, setFresh] = useState(0)
  useEffect(() => {
    const added = rows.findIndex(({ id }) => id === top.current)
    top.current = rows[0]?.id
    const offset = virtualizer.scrollOffset ?? 0
    if (added <= 0 || offset < row_px) return
    virtualizer.scrollToOffset(offset + added * row_px)
    setFresh((count) => count + added)
  }, [rows, virtualizer, row_px])
  const isAtTop = (virtualizer.scrollOffset ?? 0) < row_px
  useEffect(() => {
    if (isAtTop) setFresh(0)
  }, [isAtTop])
  return isAtTop ? 0 : fresh
}

function FreshPill({ count, onShow }: { count: number; onShow: () => void }) {
  return (
    <div role="status" className="absolute top-11 left-1/2 -translate-x-1/2">
      <button
        type="button"
        className="flex h-8 items-center gap-1.5 rounded-full bg-accent px-3 font-medium text-accent-ink shadow-float hover:bg-accent-strong"
        onClick={onShow}
      >
        <Icon name="up" width="14" height="14" />
        {inboxTexts.fresh(count)}
      </button>
    </div>
  )
}

function ListEnd({ hasMore, hasFailed, onMore }: TableProps) {
  if (hasFailed) {
    return (
      <div role="alert" className="flex items-center justify-center gap-3 p-4 text-soft">
        {texts.moreFailed}
        <Button onClick={onMore}>{texts.retry}</Button>
      </div>
    )
  }
  return <p className="p-4 text-center text-xs text-faint">{hasMore ? `${texts.loading}…` : texts.endOfList}</p>
}

export function TableSkeleton() {
  return (
    <div role="status" aria-label={texts.loading} className="overflow-hidden px-5 pt-8">
      {Array.from({ length: 14 }, (_none, index) => (
        <div key={index} className="flex h-9 items-center gap-6 border-b border-line">
          <Skeleton className="w-24" />
          <Skeleton className="w-32" />
          <Skeleton className="flex-1" />
          <Skeleton className="w-16" />
        </div>
      ))}
    </div>
  )
}
