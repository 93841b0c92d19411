// The open conversation of the desk.
import { ApiError } from '@parley/sdk'
import { Link } from '@tanstack/react-router'
import { HandledConversation } from '../handling/handled-conversation.tsx'
import { useSession } from '../session/session-context.ts'
import { NotFoundPage } from '../shell/fault-pages.tsx'
import { texts } from '../texts/index.ts'
import { Connection } from '../transcript/connection.tsx'
import { isActive } from '../transcript/conversation-state.ts'
import { useConversation } from '../transcript/use-conversation.ts'
import { IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { ErrorState, LoadingState } from '../ui/state.tsx'
import { StatusLabel } from '../ui/status.tsx'
import { deskTexts as words } from './texts.ts'

interface Props {
  conversation_id: string
  onClose: () => void
}

export function OpenConversation({ conversation_id, onClose }: Props) {
  const session = useSession()
  const loaded = useConversation(session, conversation_id)
  const { data, error, isPending, refetch } = loaded.conversation
  if (error instanceof ApiError && error.status === 404) return <NotFoundPage />
  if (isPending) return <LoadingState />
  if (!data) return <ErrorState error={error} onRetry={() => void refetch()} />
  return (
    <>
      <header className="flex min-h-12 shrink-0 items-center gap-2 border-b border-line px-3 py-1.5 wide:px-4">
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-base leading-tight font-semibold" title={data.user_id}>
            <bdi>{data.user_id}</bdi>
          </h2>
          <p className="flex items-center gap-3 text-xs text-faint">
            <StatusLabel status={data.status} />
            <span className="truncate">{data.agent?.name ?? texts.inlineConfig}</span>
          </p>
        </div>
        {isActive(data) && loaded.maySeeTranscript && <Connection isConnected={loaded.isConnected} />}
        <Link
          to="/conversations/$conversation_id"
          params={{ conversation_id }}
          aria-label={words.openPage}
          title={words.openPage}
          className="grid size-8 shrink-0 place-items-center rounded-md text-soft hover:bg-hover"
        >
          <Icon name="panel" />
        </Link>
        <IconButton icon="close" label={words.close} onClick={onClose} />
      </header>
      <HandledConversation conversation={data} loaded={loaded} hasOwnEnd={false} note={null} />
    </>
  )
}
