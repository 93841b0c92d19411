// The actions on a conversation that the caller's scopes and its state allow: cancel the reply, end, export, delete.
import type { Conversation, Turn } from '@parley/contract'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { isActive } from '../transcript/conversation-state.ts'
import { useSession } from '../session/session-context.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { notify, notifyError } from '../ui/notify.ts'
import { PopupMenu, PopupMenuItem } from '../ui/popup.tsx'
import { DeleteDialog } from './delete-dialog.tsx'
import { EndDialog } from '../transcript/end-dialog.tsx'
import { exportJson, exportPage } from './export.ts'
import type { Live } from '../transcript/live.ts'
import { conversationTexts } from './texts.ts'

const words = conversationTexts.actions

interface ActionsProps {
  conversation: Conversation
  turns: readonly Turn[]
  live: Live
  running: readonly string[]
}

export function Actions({ conversation, turns, live, running }: ActionsProps) {
  const { client, scopes } = useSession()
  const [dialog, setDialog] = useState<'end' | 'delete' | null>(null)
  const mayManage = scopes.has('conversations:manage')
  const canEnd = mayManage && conversation.channel === 'text' && isActive(conversation)
  const exported = { conversation, turns, events: live.events }
  const copyId = async () => {
    await navigator.clipboard.writeText(conversation.id)
    notify(words.idCopied)
  }
  const close = () => setDialog(null)
  return (
    <div className="flex items-center gap-1.5">
      {mayManage && running[0] !== undefined && (
        <CancelTurn client={client} conversation_id={conversation.id} turn_id={running[0]} />
      )}
      {canEnd && (
        <Button icon="end" onClick={() => setDialog('end')}>
          {words.end}
        </Button>
      )}
      <PopupMenu trigger={<IconButton icon="download" label={words.export} />}>
        <PopupMenuItem onSelect={() => exportPage(exported)}>{words.exportPage}</PopupMenuItem>
        <PopupMenuItem onSelect={() => exportJson(exported)}>{words.exportJson}</PopupMenuItem>
      </PopupMenu>
      <PopupMenu trigger={<IconButton icon="more" label={words.more} />}>
        <PopupMenuItem icon="copy" onSelect={() => void copyId()}>
          {words.copyId}
        </PopupMenuItem>
        {mayManage && (
          <PopupMenuItem icon="trash" isDangerous onSelect={() => setDialog('delete')}>
            {words.remove}
          </PopupMenuItem>
        )}
      </PopupMenu>
      {dialog === 'end' && <EndDialog conversation_id={conversation.id} onClose={close} />}
      {dialog === 'delete' && <DeleteDialog conversation_id={conversation.id} onClose={close} />}
    </div>
  )
}

type Ids = { client: ReturnType<typeof useSession>['client']; conversation_id: string; turn_id: string }

function CancelTurn({ client, conversation_id, turn_id }: Ids) {
  const cancel = useMutation({
    mutationFn: () => client.cancelTurn({ conversation_id, turn_id }),
    onSuccess: () => notify(words.cancelled),
    onError: notifyError,
  })
  return (
    <Button icon="stop" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
      {words.cancelTurn}
    </Button>
  )
}
