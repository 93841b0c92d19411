// Above the conversation: how it stands, what it has used, and what can be done with it.
import type { Conversation, Turn } from '@parley/contract'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Connection } from '../conversation/connection.tsx'
import { formatNumber } from '../format.ts'
import { isActive } from '../inbox/rows.ts'
import { testerTexts as words } from '../texts/tester.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { PopupMenu, PopupMenuItem } from '../ui/popup.tsx'
import { StatusLabel } from '../ui/status.tsx'
import { testedBy } from './use-trial.ts'

interface HeaderProps {
  agent_id: string
  conversation: Conversation
  turns: readonly Turn[]
  isConnected: boolean
  isOlder: boolean
  isBusy: boolean
  title: ReactNode
  onStartAnew: () => void
  onLeave: () => void
  onEnd: () => void
}

export function TrialHeader(props: HeaderProps) {
  const { agent_id, conversation, turns, isConnected, isOlder, isBusy, title } = props
  const navigate = useNavigate()
  const isOpen = isActive(conversation)
  const open = () =>
    void navigate({ to: '/conversations/$conversation_id', params: { conversation_id: conversation.id } })
  const openEarlier = () =>
    void navigate({ to: '/inbox', search: { custom_metadata: JSON.stringify(testedBy(agent_id)) } })
  return (
    <>
      <header className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1.5 border-b border-line px-3 py-2 wide:px-4">
        <div className="min-w-0 flex-1">
          {title}
          <p className="flex items-center gap-3 text-xs text-faint">
            <StatusLabel status={conversation.status} />
            <span className="numeric truncate">{describeUse(turns)}</span>
          </p>
        </div>
        {isOpen && <Connection isConnected={isConnected} />}
        {isOpen && (
          <Button icon="end" onClick={props.onEnd}>
            {words.end}
          </Button>
        )}
        <Button kind={isOpen && !isOlder ? 'plain' : 'primary'} disabled={isBusy} onClick={props.onStartAnew}>
          {words.startAnew}
        </Button>
        <PopupMenu trigger={<IconButton icon="more" label={words.more} />}>
          <PopupMenuItem onSelect={open}>{words.openConversation}</PopupMenuItem>
          <PopupMenuItem onSelect={openEarlier}>{words.earlier}</PopupMenuItem>
          <PopupMenuItem onSelect={props.onLeave}>{words.changeOptions}</PopupMenuItem>
        </PopupMenu>
      </header>
      {isOlder && (
        <p role="status" className="border-b border-line bg-warn-wash px-4 py-1.5 text-warn">
          {words.isOlder}
        </p>
      )}
    </>
  )
}

function describeUse(turns: readonly Turn[]): string {
  const sum = (field: 'input_tokens' | 'output_tokens') =>
    formatNumber(turns.reduce((total, turn) => total + (turn[field] ?? 0), 0))
  const replies = turns.filter(({ outcome }) => outcome === 'reply').length
  return replies === 0 ? '' : words.used(replies, sum('input_tokens'), sum('output_tokens'))
}
