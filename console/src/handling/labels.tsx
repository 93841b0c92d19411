// Priority, promised times and tags of a conversation, as small labels. Words carry the meaning; colours stress it.
import type { Conversation, Priority } from '@parley/contract'
import { formatFull } from '../base/format.ts'
import { classes } from '../ui/classes.ts'
import { Icon } from '../ui/icons.tsx'
import { handlingTexts as words } from './texts.ts'
import { type ShownClock, clocksOf } from './who-handles.ts'

const label = 'inline-flex max-w-40 min-w-0 items-center gap-1 rounded px-1.5 text-xs leading-5 whitespace-nowrap'

const looks: Record<Priority, string> = {
  low: 'bg-sunken text-faint',
  normal: 'bg-sunken text-soft',
  high: 'bg-warn-wash text-warn',
  urgent: 'bg-bad-wash font-medium text-bad',
}

export function Labels({ conversation }: { conversation: Conversation }) {
  const { priority, tags } = conversation
  const clocks = clocksOf(conversation)
  if (priority === 'normal' && tags.length === 0 && clocks.length === 0) return null
  return (
    <p className="flex min-w-0 flex-wrap items-center gap-1">
      <PriorityLabel priority={priority} />
      {clocks.map((clock) => (
        <ClockLabel key={clock.target} clock={clock} />
      ))}
      {tags.map((tag) => (
        <TagLabel key={tag} tag={tag} />
      ))}
    </p>
  )
}

/** The usual one is not worth a word. */
export function PriorityLabel({ priority }: { priority: Priority }) {
  if (priority === 'normal') return null
  return <span className={classes(label, 'shrink-0', looks[priority])}>{words.priorities[priority]}</span>
}

export function ClockLabel({ clock: { target, state, due_at } }: { clock: ShownClock }) {
  return (
    <span
      title={formatFull(due_at)}
      className={classes(
        label,
        state === 'breached'
          ? 'bg-bad-wash text-bad'
          : state === 'met'
            ? 'bg-good-wash text-good'
            : 'bg-sunken text-soft',
      )}
    >
      <Icon name="clock" width="11" height="11" className="shrink-0" />
      <span className="truncate">{words.sla(target, state, dueText(due_at))}</span>
    </span>
  )
}

const dueText = (due_at: string) =>
  new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(due_at))

export function TagLabel({ tag }: { tag: string }) {
  return (
    <span title={tag} className={classes(label, 'border border-line text-soft')}>
      <span className="truncate">{tag}</span>
    </span>
  )
}
