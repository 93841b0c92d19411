// Messages: the end user's on one side, the agent's on the other, system messages between them.
import type { TranscriptItem, Turn } from '@parley/contract'
import { formatClock, formatFull } from '../base/format.ts'
import { texts } from '../texts/index.ts'
import { classes } from '../ui/classes.ts'
import { Icon } from '../ui/icons.tsx'
import { Citations, CitedText } from '../passages/citations.tsx'
import { nameOfAuthor } from './author.ts'
import { LatencyBar } from './latency-bar.tsx'
import { transcriptTexts as words } from './texts.ts'

export const bubble = 'max-w-[min(36rem,88%)] rounded-2xl px-3.5 py-2 text-base break-words whitespace-pre-wrap'
/** What people write who took the conversation over. */
const byPerson = 'self-end rounded-br-md bg-good-wash'
const byAgent = 'self-end rounded-br-md bg-accent-wash'
export const byUser = 'self-start rounded-bl-md border border-line bg-surface'

export function MessageBubble({ item, isFirst }: { item: TranscriptItem; isFirst: boolean }) {
  const text = item.content?.join('') ?? ''
  if (item.role === 'system') {
    return (
      <div className="mx-auto max-w-[80%] rounded-lg bg-sunken px-3 py-1.5 text-center whitespace-pre-wrap text-soft">
        <span className="sr-only">{words.system}: </span>
        {text}
      </div>
    )
  }
  const isOurs = item.role === 'assistant'
  return (
    <article className={classes('flex flex-col gap-1', isOurs ? 'items-end' : 'items-start')}>
      {isFirst && (
        <p className="flex gap-2 px-1 pt-1.5 text-xs text-faint">
          <span className="font-medium text-soft">{nameOfAuthor(item)}</span>
          <time dateTime={item.created_at} title={formatFull(item.created_at)} className="numeric">
            {formatClock(item.created_at)}
          </time>
        </p>
      )}
      <div dir="auto" className={classes(bubble, lookOf(item))}>
        {item.citations ? <CitedText text={text} citations={item.citations} /> : text}
        {item.interrupted && <Interrupted />}
      </div>
      {item.citations && <Citations citations={item.citations} />}
      {item.metrics && <LatencyBar metrics={item.metrics} />}
    </article>
  )
}

function lookOf({ role, author }: TranscriptItem): string {
  if (role !== 'assistant') return byUser
  return author?.type === 'user' ? byPerson : byAgent
}

function Interrupted() {
  return (
    <span
      title={words.interruptedHint}
      className="mt-1.5 flex w-fit items-center gap-1.5 rounded bg-warn-wash px-1.5 text-xs leading-5 text-warn"
    >
      <Icon name="stop" width="11" height="11" />
      {words.interrupted}
    </span>
  )
}

/** A reply that is not stored yet, while it is written. */
export function SaidBubble({ text, isWaiting }: { text: string; isWaiting: boolean }) {
  if (text === '') {
    return (
      <p className="flex items-center gap-2 self-end px-1 text-soft">
        <span className="flex gap-1" aria-hidden="true">
          <span className="size-1.5 rounded-full bg-accent pulses" />
          <span className="size-1.5 rounded-full bg-accent pulses [animation-delay:200ms]" />
          <span className="size-1.5 rounded-full bg-accent pulses [animation-delay:400ms]" />
        </span>
        {isWaiting ? words.waiting : words.typing}
      </p>
    )
  }
  return (
    <div dir="auto" className={classes(bubble, byAgent)} aria-live="off">
      {text}
      <span className="ml-0.5 inline-block h-4 w-0.5 translate-y-0.5 bg-accent pulses" aria-hidden="true" />
    </div>
  )
}

/** A turn without a complete reply. */
export function FaultNote({ turn }: { turn: Turn }) {
  const isFailed = turn.status === 'failed'
  return (
    <p
      className={classes(
        'flex max-w-[88%] items-start gap-2 self-end rounded-lg px-3 py-1.5',
        isFailed ? 'bg-bad-wash text-bad' : 'bg-sunken text-soft',
      )}
    >
      <Icon name={isFailed ? 'warning' : 'stop'} className="mt-0.5 shrink-0" />
      <span className="min-w-0 break-words">
        <span className="font-medium">{isFailed ? words.turnFailed : words.turnCancelled}</span>
        {turn.outcome && <span> · {texts.outcomes[turn.outcome]}</span>}
        {turn.error && <span className="block text-xs">{turn.error}</span>}
      </span>
    </p>
  )
}
