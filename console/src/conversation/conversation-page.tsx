// The page of one conversation: its transcript, its details and the actions on it.
import { ApiError } from '@parley/sdk'
import { useNavigate, useParams, useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { isActive } from '../transcript/conversation-state.ts'
import { useSession } from '../session/session-context.ts'
import { NotFoundPage } from '../shell/fault-pages.tsx'
import { useKeys } from '../ui/use-keys.ts'
import { useIsWide } from '../ui/use-media.ts'
import { useTitle } from '../shell/use-title.ts'
import { conversationTexts } from './texts.ts'
import { texts } from '../texts/index.ts'
import { IconButton } from '../ui/button.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { ErrorState, LoadingState } from '../ui/state.tsx'
import { StatusLabel } from '../ui/status.tsx'
import { Actions } from './actions.tsx'
import { Connection } from '../transcript/connection.tsx'
import { Details } from './details.tsx'
import { HandledConversation } from '../handling/handled-conversation.tsx'
import { useConversation } from '../transcript/use-conversation.ts'

const words = conversationTexts

export function ConversationPage() {
  const { conversation_id } = useParams({ from: '/pages/conversations/$conversation_id' })
  // Another conversation starts without the state of the one before.
  return <OneConversation key={conversation_id} conversation_id={conversation_id} />
}

type Loaded = ReturnType<typeof useConversation>

function OneConversation({ conversation_id }: { conversation_id: string }) {
  const session = useSession()
  const loaded = useConversation(session, conversation_id)
  const { data, error, isPending, refetch } = loaded.conversation
  useTitle(data ? words.title(data.user_id) : texts.loading)
  useBack()
  if (error instanceof ApiError && error.status === 404) return <NotFoundPage />
  if (isPending) return <LoadingState />
  if (!data) return <ErrorState error={error} onRetry={() => void refetch()} />
  return <Shown loaded={loaded} conversation={data} />
}

function useBack(): void {
  const router = useRouter()
  const navigate = useNavigate()
  useKeys({
    Escape: () => {
      if (router.history.canGoBack()) router.history.back()
      else void navigate({ to: '/inbox' })
    },
  })
}

function Shown({
  loaded,
  conversation,
}: {
  loaded: Loaded
  conversation: NonNullable<Loaded['conversation']['data']>
}) {
  const { turns, areTurnsCut, live, isConnected, maySeeTranscript } = loaded
  const { scopes } = useSession()
  const isWide = useIsWide()
  const [areDetailsShown, setDetailsShown] = useState(isWide)
  const items = conversation.conversation?.items
  const isTranscriptCut = conversation.conversation?.next_position !== undefined
  const turnsNote = areTurnsCut ? conversationTexts.turnsCut(turns.length) : null
  const running = Object.keys(live.turns)

  return (
    <>
      <PageHeader
        back={{ to: '/inbox', label: words.back }}
        title={conversation.user_id}
        note={
          <p className="flex items-center gap-3 text-xs text-faint">
            <StatusLabel status={conversation.status} />
            <span className="truncate">{conversation.agent?.name ?? texts.inlineConfig}</span>
          </p>
        }
      >
        {isActive(conversation) && maySeeTranscript && <Connection isConnected={isConnected} />}
        <Actions conversation={conversation} turns={turns} live={live} running={running} />
        <IconButton
          icon="panel"
          label={words.showDetails}
          aria-pressed={areDetailsShown}
          onClick={() => setDetailsShown(!areDetailsShown)}
        />
      </PageHeader>
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto wide:flex-row wide:overflow-hidden">
        <HandledConversation
          conversation={conversation}
          loaded={loaded}
          hasOwnEnd={scopes.has('conversations:manage')}
          note={isTranscriptCut ? conversationTexts.transcriptCut(items!.length) : turnsNote}
        />
        {areDetailsShown && <Details conversation={conversation} events={live.events} />}
      </div>
    </>
  )
}
