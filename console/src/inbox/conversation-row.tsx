// A conversation in the list: a row of cells, or two lines on narrow screens.
import type { Conversation } from '@parley/contract'
import { type KeyboardEvent, type MouseEvent, memo, useEffect, useRef } from 'react'
import { formatFull, formatMoment, formatNumber, formatSeconds } from '../base/format.ts'
import { texts } from '../texts/index.ts'
import { classes } from '../ui/classes.ts'
import { StatusLabel } from '../ui/status.tsx'
import { inboxTexts } from './texts.ts'

const { columns } = inboxTexts

/** Agent, end user, summary, status, end reason, direction, channel, turns, duration, start. */
const grid =
  'grid grid-cols-[minmax(6rem,1fr)_minmax(7rem,1.4fr)_minmax(9rem,3fr)_6.4rem_5.4rem_3.8rem_3.5rem_2.3rem_3.9rem_5.6rem] items-center gap-x-3 px-4 wide:px-5'

export function HeaderRow({ isWide }: { isWide: boolean }) {
  const names = [
    columns.agent,
    columns.user,
    columns.summary,
    columns.status,
    columns.end_reason,
    columns.direction,
    columns.channel,
    columns.turns,
    columns.duration,
    columns.time,
  ]
  return (
    <div
      role="row"
      aria-rowindex={1}
      className={classes(
        isWide ? `${grid} sticky top-0 z-10 h-8 border-b border-line bg-canvas text-xs text-faint` : 'sr-only',
      )}
    >
      {names.map((name, index) => (
        <span key={name} role="columnheader" className={classes('truncate', index >= 7 && 'text-right')}>
          {name}
        </span>
      ))}
    </div>
  )
}

interface RowProps {
  row: Conversation
  index: number
  start_px: number
  height_px: number
  isWide: boolean
  isCurrent: boolean
  takesFocus: boolean
  now: Date
  onFocus: (id: string) => void
  onOpen: (id: string) => void
}

export const ConversationRow = memo(DrawnRow, (before, after) => {
  const { onOpen: _before, ...old } = before
  return Object.entries(old).every(([name, value]) => Object.is(value, after[name as keyof RowProps]))
})

function DrawnRow({ row, index, start_px, height_px, isWide, isCurrent, takesFocus, now, onFocus, onOpen }: RowProps) {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (takesFocus) element.current?.focus({ preventScroll: true })
  }, [takesFocus])
  const address = `/conversations/${row.id}`
  const open = (event: MouseEvent) => {
    // Modifier keys open another tab, as with any link. Selecting text opens nothing.
    if (event.metaKey || event.ctrlKey) window.open(address, '_blank')
    else if (getSelection()?.isCollapsed !== false) onOpen(row.id)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    if (event.metaKey || event.ctrlKey) window.open(address, '_blank')
    else onOpen(row.id)
  }
  const Cells = isWide ? WideCells : NarrowCells
  return (
    <div
      ref={element}
      role="row"
      aria-rowindex={index + 2}
      tabIndex={isCurrent ? 0 : -1}
      style={{ height: height_px, transform: `translateY(${start_px}px)` }}
      className={classes(
        'absolute inset-x-0 top-0 cursor-pointer border-b border-line outline-none select-text hover:bg-hover focus-visible:bg-accent-wash focus-visible:shadow-[inset_2px_0_0_var(--color-accent)]',
        isWide && grid,
      )}
      onClick={open}
      onAuxClick={(event) => event.button === 1 && window.open(address, '_blank')}
      onKeyDown={onKeyDown}
      onFocus={() => onFocus(row.id)}
    >
      <Cells row={row} now={now} />
    </div>
  )
}

function agentOf({ agent, agent_id }: Conversation): string {
  return agent?.name ?? agent_id ?? texts.inlineConfig
}

function WideCells({ row, now }: { row: Conversation; now: Date }) {
  const { end_reason } = row
  return (
    <>
      <span role="gridcell" className="truncate font-medium" title={agentOf(row)}>
        {agentOf(row)}
      </span>
      <span role="gridcell" className="truncate" title={row.user_id}>
        {row.user_id}
      </span>
      <span role="gridcell" className="truncate text-soft" title={row.summary ?? undefined}>
        {row.summary ?? ''}
      </span>
      <span role="gridcell">
        <StatusLabel status={row.status} />
      </span>
      <span role="gridcell" className={classes('truncate', end_reason === 'error' ? 'text-bad' : 'text-soft')}>
        {end_reason === null ? '' : texts.endReasons[end_reason]}
      </span>
      <span role="gridcell" className="text-soft">
        {texts.directions[row.direction]}
      </span>
      <span role="gridcell" className="text-soft">
        {texts.channels[row.channel]}
      </span>
      <span role="gridcell" className="numeric truncate text-right text-soft">
        {formatNumber(row.user_turn_count)}
      </span>
      <span role="gridcell" className="numeric truncate text-right text-soft">
        {row.duration === null ? '' : formatSeconds(row.duration)}
      </span>
      <span role="gridcell" className="numeric truncate text-right text-soft" title={formatFull(row.created_at)}>
        {formatMoment(row.created_at, now)}
      </span>
    </>
  )
}

function NarrowCells({ row, now }: { row: Conversation; now: Date }) {
  return (
    <div role="gridcell" className="flex h-full flex-col justify-center gap-0.5 px-4">
      <span className="flex items-baseline gap-2">
        <span className="truncate font-medium">{row.user_id}</span>
        <span className="truncate text-faint">{agentOf(row)}</span>
        <span className="numeric ml-auto shrink-0 text-xs text-faint">{formatMoment(row.created_at, now)}</span>
      </span>
      <span className="flex items-center gap-3">
        <StatusLabel status={row.status} />
        <span className="truncate text-soft">
          {row.summary ?? (row.end_reason === null ? '' : texts.endReasons[row.end_reason])}
        </span>
      </span>
    </div>
  )
}
