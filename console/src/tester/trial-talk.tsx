// A test conversation: its transcript, the messages on their way, and the field to write.
import type { Conversation, FormValues } from '@parley/contract'
import { ApiError } from '@parley/sdk'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { EndDialog } from '../transcript/end-dialog.tsx'
import type { Live } from '../transcript/live.ts'
import { buildTimeline } from '../transcript/timeline.ts'
import { Transcript } from '../transcript/transcript.tsx'
import { conversationKey, useConversation } from '../transcript/use-conversation.ts'
import { WidgetAnswer } from '../transcript/widget-answer.ts'
import { isActive } from '../transcript/conversation-state.ts'
import { useSession } from '../session/session-context.ts'
import { testerTexts as words } from './texts.ts'
import { Button } from '../ui/button.tsx'
import { notifyError } from '../ui/notify.ts'
import { ErrorState, LoadingState } from '../ui/state.tsx'
import { Composer } from './composer.tsx'
import { answeredBy, notYetShown } from './outbox.ts'
import { OutgoingBubble } from './outgoing-bubbles.tsx'
import { TrialEnd } from './trial-end.tsx'
import { TrialHeader } from './trial-header.tsx'
import { useOutbox } from './use-outbox.ts'
import type { Version } from './use-trial.ts'

interface TalkProps {
  version: Version
  isPage: boolean
  conversation_id: string
  isRich: boolean
  isOlder: boolean
  isBusy: boolean
  onStartAnew: () => void
  onLeave: () => void
  onGone: () => void
}

export function TrialTalk(props: TalkProps) {
  const loaded = useConversation(useSession(), props.conversation_id)
  const { data, error, refetch } = loaded.conversation
  if (error instanceof ApiError && error.status === 404) {
    return (
      <div className="flex flex-1 flex-col items-center">
        <ErrorState error={error} />
        <Button onClick={props.onGone}>{words.startAnew}</Button>
      </div>
    )
  }
  if (!data && error) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (!data || loaded.conversation.isPlaceholderData) return <LoadingState />
  return <Shown {...props} conversation={data} loaded={loaded} />
}

type ShownProps = TalkProps & { conversation: Conversation; loaded: ReturnType<typeof useConversation> }

function Shown({ conversation, loaded, ...props }: ShownProps) {
  const { conversation_id, isRich, version } = props
  const { agent_id } = version
  const { client } = useSession()
  const { turns, live, isConnected } = loaded
  const queries = useQueryClient()
  const [isEnding, setEnding] = useState(false)
  const onCall = () => void queries.invalidateQueries({ queryKey: conversationKey(conversation_id) })
  const { outbox, write, sendAgain, discard } = useOutbox({ client, agent_id, conversation_id, onCall })
  const items = conversation.conversation?.items
  const timeline = useMemo(() => buildTimeline(items ?? [], turns, live), [items, turns, live])
  const waiting = useMemo(() => notYetShown(outbox, live.events), [outbox, live.events])
  const isOpen = isActive(conversation)
  const say = (text: string) => write({ text, is_rich: isRich })
  const widgets = {
    say,
    answer: (in_reply_to: string, values: FormValues, text: string) =>
      write({ text, answer: { in_reply_to, values }, is_rich: isRich }),
    answered: useMemo(() => answeredBy(outbox, items ?? []), [outbox, items]),
  }
  const failed =
    isOpen && turns.at(-1)?.status === 'failed' ? outbox.find(({ state }) => state === 'failed') : undefined
  const tail = useMemo(
    () =>
      waiting.length > 0 &&
      waiting.map((message) => (
        <OutgoingBubble
          key={message.key}
          message={message}
          onSendAgain={() => sendAgain(message)}
          onDiscard={() => discard(message.key)}
        />
      )),
    // oxlint-disable-next-line react/exhaustive-deps
    [waiting],
  )
  return (
    <>
      <TrialHeader
        {...props}
        conversation={conversation}
        turns={turns}
        isConnected={isConnected && !outbox.some(({ state }) => state === 'waiting')}
        onEnd={() => setEnding(true)}
      />
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto wide:overflow-hidden">
        <WidgetAnswer value={isOpen ? widgets : null}>
          <Transcript conversation={conversation} timeline={timeline} isHidden={items === undefined} tail={tail} />
        </WidgetAnswer>
      </div>
      {failed && (
        <div className="flex items-center gap-3 border-t border-line bg-bad-wash px-4 py-2 text-bad">
          <p className="min-w-0 flex-1">{words.failedTurn}</p>
          <Button onClick={() => sendAgain(failed)}>{words.askAgain}</Button>
        </div>
      )}
      {isOpen ? (
        <Open conversation_id={conversation_id} live={live} onSend={say} />
      ) : (
        <TrialEnd conversation={conversation} />
      )}
      {isEnding && <EndDialog conversation_id={conversation_id} onClose={() => setEnding(false)} />}
    </>
  )
}

function Open(props: { conversation_id: string; live: Live; onSend: (text: string) => void }) {
  const { client } = useSession()
  const turn_id = Object.keys(props.live.turns)[0]
  const cancel = useMutation({
    mutationFn: (id: string) => client.cancelTurn({ conversation_id: props.conversation_id, turn_id: id }),
    onError: notifyError,
  })
  return <Composer onSend={props.onSend} onStop={turn_id === undefined ? undefined : () => cancel.mutate(turn_id)} />
}
