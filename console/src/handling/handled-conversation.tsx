// One conversation with the people in it: who handles it, the transcript with notes and what happened, and where to write.
import type { Conversation, TranscriptItem } from '@parley/contract'
import { useMemo, useRef } from 'react'
import { formatClock, formatFull } from '../base/format.ts'
import { isActive } from '../transcript/conversation-state.ts'
import { type Aside, buildTimeline, withAsides } from '../transcript/timeline.ts'
import { Transcript } from '../transcript/transcript.tsx'
import type { useConversation } from '../transcript/use-conversation.ts'
import { LoadingState } from '../ui/state.tsx'
import { Composer, type ComposerHandle } from './composer.tsx'
import { HandlingBar } from './handling-bar.tsx'
import { NoteBubble } from './note-bubble.tsx'
import { abilitiesOf } from './standing.ts'
import { useCaller } from './use-caller.ts'
import { useNotes } from './use-notes.ts'
import { usePresence } from './use-presence.ts'
import { WhoIsThere } from './who-is-there.tsx'
import { describeHandlingEvent } from './who-handles.ts'

interface Props {
  conversation: Conversation
  loaded: ReturnType<typeof useConversation>
  hasOwnEnd: boolean
  /** Below the transcript. */
  note: string | null
}

export function HandledConversation({ conversation, loaded, hasOwnEnd, note }: Props) {
  const { turns, live } = loaded
  const caller = useCaller()
  const composer = useRef<ComposerHandle>(null)
  const can = abilitiesOf(conversation, caller)
  const tellTyping = usePresence(conversation.id, isActive(conversation))
  const items = conversation.conversation?.items
  const asides = useAsides(conversation, live.events)
  const timeline = useMemo(
    () => withAsides(buildTimeline(items ?? [], turns, live), asides),
    [items, turns, live, asides],
  )
  const seen = useMemo(() => withTold(items ?? [], live.events), [items, live.events])
  return (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col">
      <HandlingBar
        conversation={conversation}
        events={live.events}
        hasOwnEnd={hasOwnEnd}
        onWrite={(mode) => composer.current?.write(mode)}
      />
      {loaded.conversation.isPlaceholderData ? (
        <div className="flex-1">
          <LoadingState />
        </div>
      ) : (
        <div className="flex min-h-48 flex-1 flex-col overflow-y-auto wide:min-h-0 wide:flex-row wide:overflow-hidden">
          <Transcript conversation={conversation} timeline={timeline} isHidden={items === undefined} note={note} />
        </div>
      )}
      {can.note && (
        <>
          <WhoIsThere live={live} />
          <Composer
            key={conversation.id}
            ref={composer}
            conversation={conversation}
            items={seen}
            can={can}
            onTyping={tellTyping}
          />
        </>
      )}
    </div>
  )
}

/** Messages that the stream has told, as far as they have a position. */
function withTold(
  items: readonly TranscriptItem[],
  events: Props['loaded']['live']['events'],
): readonly TranscriptItem[] {
  const known = new Set(items.map(({ id }) => id))
  const told = events.flatMap((event): TranscriptItem[] => {
    if (event.type !== 'message.created' || known.has(event.data.id)) return []
    return [{ position: -1, ...event.data, type: 'message', created_at: event.occurred_at }]
  })
  return told.length === 0 ? items : [...items, ...told]
}

function useAsides(conversation: Conversation, events: Props['loaded']['live']['events']): Aside[] {
  const { id: conversation_id } = conversation
  const { data: notes } = useNotes(conversation, events)
  return useMemo(() => {
    const told = events.flatMap((event): Aside[] => {
      const text = describeHandlingEvent(event)
      if (text === null) return []
      const node = <Told text={text} at={event.occurred_at} />
      return [{ kind: 'aside', key: event.id, at: event.occurred_at, node }]
    })
    const written = (notes ?? []).map((one): Aside => {
      const node = <NoteBubble conversation_id={conversation_id} note={one} />
      return { kind: 'aside', key: `note ${one.id}`, at: one.created_at, node }
    })
    return [...told, ...written].toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  }, [conversation_id, events, notes])
}

function Told({ text, at }: { text: string; at: string }) {
  return (
    <p className="my-0.5 flex justify-center gap-2 self-center text-center text-xs text-faint">
      {text}
      <time dateTime={at} title={formatFull(at)} className="numeric">
        {formatClock(at)}
      </time>
    </p>
  )
}
