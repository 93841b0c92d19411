// Who handles a conversation, in words, and what the caller can do about it, by button and by key.
import type { Conversation, ConversationEvent } from '@parley/contract'
import { type ReactNode, useState } from 'react'
import { EndDialog } from '../transcript/end-dialog.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { classes } from '../ui/classes.ts'
import { Icon } from '../ui/icons.tsx'
import { PopupMenu, PopupMenuItem } from '../ui/popup.tsx'
import { AssignDialog } from './assign-dialog.tsx'
import { BriefDialog } from './brief-dialog.tsx'
import { HandOffDialog, ReturnDialog } from './dialogs.tsx'
import { Labels } from './labels.tsx'
import { OrganizeDialog } from './organize-dialog.tsx'
import { SnoozeDialog } from './snooze-dialog.tsx'
import { type Abilities, type Standing, abilitiesOf, standingOf } from './standing.ts'
import { handlingTexts as words } from './texts.ts'
import { useCaller } from './use-caller.ts'
import { useDeskKeys } from './use-desk-keys.ts'
import { useHandling } from './use-handling.ts'
import { useSeconds } from './use-seconds.ts'
import { describeHandling, nameOf, unfinishedCalls } from './who-handles.ts'

type Asked = 'hand_off' | 'return' | 'assign' | 'snooze' | 'organize' | 'brief' | 'end'

interface BarProps {
  conversation: Conversation
  events: readonly ConversationEvent[]
  /** The page around it has a button of its own to end. */
  hasOwnEnd: boolean
  onWrite: (mode: 'reply' | 'note') => void
}

const dots: Record<Standing, string> = {
  agent: 'bg-accent',
  waiting: 'bg-warn pulses',
  offered: 'bg-warn pulses',
  mine: 'bg-good',
  other: 'border-2 border-good',
  over: 'bg-faint/60',
}

export function HandlingBar({ conversation, events, hasOwnEnd, onWrite }: BarProps) {
  const caller = useCaller()
  const [asked, setAsked] = useState<Asked | null>(null)
  const handling = useHandling(conversation.id)
  const can = abilitiesOf(conversation, caller)
  const standing = standingOf(conversation, caller)
  const { who, more } = describeHandling(conversation, caller, useSeconds())
  const take = () => handling.take(can.takeFrom ? (conversation.assignee?.id ?? undefined) : undefined)
  const ask = (dialog: Asked, isPossible: boolean) => () => isPossible && setAsked(dialog)
  useDeskKeys({
    t: () => can.take && take(),
    r: () => can.reply !== null && onWrite('reply'),
    n: () => can.note && onWrite('note'),
    a: ask('assign', can.assign),
    s: () => (can.wake ? handling.wake() : ask('snooze', can.snooze)()),
    u: ask('return', can.return),
    e: ask('end', can.end),
  })
  const close = () => setAsked(null)
  const unfinished = standing === 'over' ? [] : unfinishedCalls(events)
  return (
    <section aria-label={words.label} className="shrink-0 border-b border-line bg-surface">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 px-3 py-2 wide:px-4">
        <div role="status" className="min-w-0 flex-1 basis-52">
          <p className="flex items-center gap-2 font-medium">
            <span className={classes('size-2 shrink-0 rounded-full', dots[standing])} />
            <span className="min-w-0 break-words">{who}</span>
          </p>
          {more.length > 0 && <p className="text-xs text-soft">{more.join(' · ')}</p>}
        </div>
        <Labels conversation={conversation} />
        <Actions
          conversation={conversation}
          can={can}
          hasEnd={can.end && !hasOwnEnd}
          handling={handling}
          onTake={take}
          onAsk={setAsked}
        />
      </div>
      {conversation.handoff_text && <Quote>{conversation.handoff_text}</Quote>}
      {unfinished.length > 0 && (
        <p role="alert" className="flex items-start gap-2 bg-warn-wash px-4 py-2 text-warn">
          <Icon name="warning" className="mt-0.5 shrink-0" />
          {words.unfinished(unfinished)}
        </p>
      )}
      <Asking asked={asked} conversation={conversation} onClose={close} />
    </section>
  )
}

/** What was said when a person was asked for. */
function Quote({ children }: { children: ReactNode }) {
  return (
    <blockquote className="mx-3 mb-2 border-l-2 border-line pl-2.5 break-words whitespace-pre-wrap text-soft wide:mx-4">
      {children}
    </blockquote>
  )
}

interface ActionsProps {
  conversation: Conversation
  can: Abilities
  hasEnd: boolean
  handling: ReturnType<typeof useHandling>
  onTake: () => void
  onAsk: (asked: Asked) => void
}

function Actions({ conversation, can, hasEnd, handling, onTake, onAsk }: ActionsProps) {
  const { actions } = words
  const { isPending } = handling
  const isOffered = can.decline
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {can.take && (
        <Button kind="primary" disabled={isPending} onClick={onTake}>
          {isOffered ? actions.accept : actions.take}
        </Button>
      )}
      {can.decline && (
        <Button disabled={isPending} onClick={handling.decline}>
          {actions.decline}
        </Button>
      )}
      {can.takeFrom && (
        <Button disabled={isPending} onClick={onTake}>
          {actions.takeFrom(nameOf(conversation.assignee))}
        </Button>
      )}
      {can.handOff && <Button onClick={() => onAsk('hand_off')}>{actions.handOff}</Button>}
      {can.return && (
        <Button icon="reply" onClick={() => onAsk('return')}>
          {actions.return}
        </Button>
      )}
      {can.assign && (
        <Button icon="account" onClick={() => onAsk('assign')}>
          {actions.assign}
        </Button>
      )}
      {can.wake && (
        <Button icon="clock" disabled={isPending} onClick={handling.wake}>
          {actions.wake}
        </Button>
      )}
      {can.snooze && !can.wake && (
        <Button icon="clock" onClick={() => onAsk('snooze')}>
          {actions.snooze}
        </Button>
      )}
      {hasEnd && (
        <Button icon="end" onClick={() => onAsk('end')}>
          {actions.end}
        </Button>
      )}
      {(can.tag || can.note) && (
        <PopupMenu trigger={<IconButton icon="tag" label={actions.more} />}>
          {can.tag && (
            <PopupMenuItem icon="tag" onSelect={() => onAsk('organize')}>
              {actions.organize}
            </PopupMenuItem>
          )}
          <PopupMenuItem icon="spark" onSelect={() => onAsk('brief')}>
            {actions.brief}
          </PopupMenuItem>
        </PopupMenu>
      )}
    </div>
  )
}

interface AskingProps {
  asked: Asked | null
  conversation: Conversation
  onClose: () => void
}

function Asking({ asked, ...dialog }: AskingProps) {
  switch (asked) {
    case null:
      return null
    case 'hand_off':
      return <HandOffDialog {...dialog} />
    case 'return':
      return <ReturnDialog {...dialog} />
    case 'assign':
      return <AssignDialog {...dialog} />
    case 'snooze':
      return <SnoozeDialog {...dialog} />
    case 'organize':
      return <OrganizeDialog {...dialog} />
    case 'brief':
      return <BriefDialog {...dialog} />
    case 'end':
      return <EndDialog conversation_id={dialog.conversation.id} onClose={dialog.onClose} />
  }
}
