// The transcript: messages, and what the agent did between them.
import type { Conversation } from '@parley/contract'
import { Fragment, type ReactNode, useEffect, useRef } from 'react'
import { formatDay } from '../base/format.ts'
import { isActive } from './conversation-state.ts'
import { RetrievalLine } from '../passages/retrieval-line.tsx'
import { EmptyState } from '../ui/state.tsx'
import { FaultNote, MessageBubble, SaidBubble } from './message-bubble.tsx'
import { type Entry, timeOf } from './timeline.ts'
import { ToolCall } from './tool-call.tsx'
import { WidgetView } from './widget-view.tsx'
import { transcriptTexts as words } from './texts.ts'

/** This close to the end, new messages are scrolled into view. */
const near_end_px = 80

interface TranscriptProps {
  conversation: Conversation
  timeline: readonly Entry[]
  isHidden: boolean
  /** Shown after all items of the conversation. */
  tail?: ReactNode
  /** Shown below the transcript. */
  note?: string | null
}

export function Transcript({ conversation, timeline, isHidden, tail, note = null }: TranscriptProps) {
  const scroller = useFollow(timeline, tail, isActive(conversation))
  return (
    <section
      ref={scroller}
      aria-label={words.label}
      // It takes the focus, so that it can be scrolled by keyboard.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className="min-w-0 flex-1 px-4 py-5 outline-none focus-visible:shadow-[inset_0_0_0_2px_var(--color-accent)] wide:overflow-y-auto"
    >
      {isHidden && (
        <EmptyState icon="lock" title={words.label}>
          {words.hidden}
        </EmptyState>
      )}
      {!isHidden && timeline.length === 0 && !tail && <EmptyState icon="inbox" title={words.empty} />}
      <ol
        className="mx-auto flex max-w-3xl scroll-mb-5 flex-col gap-2.5"
        aria-live={isActive(conversation) ? 'polite' : 'off'}
      >
        {timeline.map((entry, index) => (
          <Fragment key={entry.key}>
            <DayLine entry={entry} before={timeline[index - 1]} />
            <li className="flex flex-col">
              <Shown entry={entry} isFirst={roleOf(timeline[index - 1]) !== roleOf(entry)} />
            </li>
          </Fragment>
        ))}
        {tail}
      </ol>
      {note !== null && <p className="mx-auto mt-4 max-w-3xl text-center text-xs text-faint">{note}</p>}
    </section>
  )
}

function Shown({ entry, isFirst }: { entry: Entry; isFirst: boolean }) {
  switch (entry.kind) {
    case 'message':
      return <MessageBubble item={entry.item} isFirst={isFirst} />
    case 'tool':
      return <ToolCall call={entry.call} result={entry.result} isRunning={entry.is_running} />
    case 'widget':
      return (
        <div className="flex w-full flex-col items-end self-end">
          <WidgetView widget={entry.widget} call_id={entry.call_id} />
        </div>
      )
    case 'retrieval':
      return <RetrievalLine retrieval={entry.retrieval} />
    case 'fault':
      return <FaultNote turn={entry.turn} />
    case 'said':
      return <SaidBubble text={entry.text} isWaiting={entry.is_waiting} />
    case 'aside':
      return entry.node
  }
}

function roleOf(entry: Entry | undefined): string | undefined {
  if (entry?.kind === 'message') return `${entry.item.role} ${entry.item.author?.type} ${entry.item.author?.id}`
  return entry?.kind
}

function DayLine({ entry, before }: { entry: Entry; before: Entry | undefined }) {
  const time = timeOf(entry)
  if (time === null) return null
  const earlier = timeOf(before)
  if (earlier !== null && formatDay(earlier) === formatDay(time)) return null
  if (before !== undefined && earlier === null) return null
  return <li className="my-1 text-center text-xs text-faint">{formatDay(time)}</li>
}

/** An active conversation starts at its end and stays there, unless the reader scrolls away. */
function useFollow(timeline: readonly Entry[], tail: ReactNode, isFollowed: boolean) {
  const transcript = useRef<HTMLElement>(null)
  const isAtEnd = useRef(true)
  useEffect(() => {
    const onScroll = ({ currentTarget }: Event) => {
      const { scrollHeight, scrollTop, clientHeight } = currentTarget as HTMLElement
      isAtEnd.current = scrollHeight - scrollTop - clientHeight < near_end_px
    }
    const scrollers = [transcript.current!, transcript.current!.parentElement!]
    for (const scroller of scrollers) scroller.addEventListener('scroll', onScroll, { passive: true })
    return () => {
      for (const scroller of scrollers) scroller.removeEventListener('scroll', onScroll)
    }
  }, [])
  useEffect(() => {
    if (isFollowed && isAtEnd.current) transcript.current!.lastElementChild!.scrollIntoView({ block: 'end' })
  }, [timeline, tail, isFollowed])
  return transcript
}
