// A conversation in the list of the desk: who writes, how long they have waited, what it is about.
import type { Conversation, InboxRow } from '@parley/contract'
import { memo, useEffect, useRef } from 'react'
import { formatFull } from '../base/format.ts'
import { ClockLabel, PriorityLabel, TagLabel } from '../handling/labels.tsx'
import { standingOf } from '../handling/standing.ts'
import { elapsed, mostUrgentClock, nameOf } from '../handling/who-handles.ts'
import { useHandling } from '../handling/use-handling.ts'
import { handlingTexts } from '../handling/texts.ts'
import { isActive } from '../transcript/conversation-state.ts'
import { classes } from '../ui/classes.ts'
import { Button } from '../ui/button.tsx'
import { deskTexts as words } from './texts.ts'

interface Props {
  row: InboxRow
  index: number
  start_px: number
  height_px: number
  user_id: string | null
  isOpen: boolean
  isCurrent: boolean
  takesFocus: boolean
  now: Date
  onFocus: (id: string) => void
  onOpen: (id: string) => void
}

export const DeskRow = memo(DrawnRow, (before, after) => {
  const { onOpen: _before, onFocus: _focus, ...old } = before
  return Object.entries(old).every(([name, value]) => Object.is(value, after[name as keyof Props]))
})

function DrawnRow(props: Props) {
  const { row, index, start_px, height_px, user_id, isOpen, isCurrent, takesFocus, now, onFocus, onOpen } = props
  const { conversation, last_message, last_message_by } = row
  const { id, handling } = conversation
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (takesFocus) element.current?.focus({ preventScroll: true })
  }, [takesFocus])
  const since = isActive(conversation) ? (handling?.unanswered_since ?? handling?.waiting_since ?? null) : null
  return (
    <div
      ref={element}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={isOpen}
      tabIndex={isCurrent ? 0 : -1}
      style={{ height: height_px, transform: `translateY(${start_px}px)` }}
      className={classes(
        'absolute inset-x-0 top-0 flex cursor-pointer flex-col justify-center gap-1 overflow-hidden border-b border-line px-4 outline-none hover:bg-hover focus-visible:shadow-[inset_2px_0_0_var(--color-accent)]',
        isOpen ? 'bg-accent-wash' : 'focus-visible:bg-hover',
      )}
      onClick={() => onOpen(id)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.target !== event.currentTarget) return
        event.preventDefault()
        onOpen(id)
      }}
      onFocus={() => onFocus(id)}
    >
      <div role="gridcell" className="flex items-baseline gap-2">
        <span className="min-w-0 truncate font-medium" title={conversation.user_id}>
          <bdi>{conversation.user_id}</bdi>
        </span>
        {since !== null && (
          <time
            dateTime={since}
            title={formatFull(since)}
            className={classes(
              'numeric ml-auto shrink-0 text-xs',
              handling?.unanswered_since ? 'text-warn' : 'text-faint',
            )}
          >
            {words.waits(elapsed(since, now))}
          </time>
        )}
      </div>
      <div role="gridcell" className="truncate text-soft">
        {last_message_by && <span className="text-faint">{words.by[last_message_by]}: </span>}
        {last_message ?? ''}
      </div>
      <Marks conversation={conversation} user_id={user_id} />
    </div>
  )
}

/** What it is about, which gives way to what can be done, or to who holds it. */
function Marks({ conversation, user_id }: { conversation: Conversation; user_id: string | null }) {
  const { id, assignee, priority, tags } = conversation
  const clock = isActive(conversation) ? mostUrgentClock(conversation) : null
  return (
    <div role="gridcell" className="flex h-6 min-w-0 items-center gap-2">
      <span className="flex min-w-0 flex-1 items-center gap-1 overflow-hidden">
        <PriorityLabel priority={priority} />
        {clock && <ClockLabel clock={clock} />}
        {tags.slice(0, 2).map((tag) => (
          <TagLabel key={tag} tag={tag} />
        ))}
      </span>
      {standingOf(conversation, { user_id }) === 'offered' ? (
        <Offer conversation_id={id} />
      ) : (
        assignee && (
          <span className="max-w-1/2 truncate text-xs text-faint" title={nameOf(assignee)}>
            {nameOf(assignee)}
          </span>
        )
      )}
    </div>
  )
}

function Offer({ conversation_id }: { conversation_id: string }) {
  const { take, decline, isPending } = useHandling(conversation_id)
  const { actions } = handlingTexts
  return (
    // The row opens on a click; these do not.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <span className="flex shrink-0 gap-1" onClick={(event) => event.stopPropagation()}>
      <Button kind="primary" className="h-6! px-2! text-xs" disabled={isPending} onClick={() => take()}>
        {actions.accept}
      </Button>
      <Button className="h-6! px-2! text-xs" disabled={isPending} onClick={decline}>
        {actions.decline}
      </Button>
    </span>
  )
}
