// The header of the tester: the version, the state of the conversation, its usage, and the actions on it.
import type { Conversation, Turn } from '@parley/contract'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Connection } from '../transcript/connection.tsx'
import { formatNumber } from '../base/format.ts'
import { isActive } from '../transcript/conversation-state.ts'
import { transcriptTexts } from '../transcript/texts.ts'
import { testerTexts as words } from './texts.ts'
import { Button, IconButton, buttonClasses } from '../ui/button.tsx'
import { Icon } from '../ui/icons.tsx'
import { PopupMenu, PopupMenuItem, PopupMenuLink } from '../ui/popup.tsx'
import { StatusLabel } from '../ui/status.tsx'
import { type Version, testedBy } from './use-trial.ts'

interface FrameProps {
  version: Version
  /** The version is shown in the header of the page. */
  isPage: boolean
  note?: ReactNode
  children?: ReactNode
}

/** On narrow screens, and beside the editor, its buttons are icons. */
export function TesterHeader({ version, isPage, note, children }: FrameProps) {
  return (
    <header className="@container flex min-h-12 items-center gap-2 border-b border-line px-3 py-2 wide:px-4">
      <div className="min-w-0 flex-1">
        <h2 className={isPage ? 'sr-only' : 'truncate leading-tight font-semibold'}>
          {words.version(version.version, version.published)}
        </h2>
        {note}
      </div>
      {children}
      {!isPage && (
        <Link
          to="/agents/$agent_id/try"
          params={{ agent_id: version.agent_id }}
          search={{ version: String(version.version) }}
          aria-label={words.openPage}
          title={words.openPage}
          className={buttonClasses('quiet', 'w-8 px-0!')}
        >
          <Icon name="open" />
        </Link>
      )}
    </header>
  )
}

interface HeaderProps {
  version: Version
  isPage: boolean
  conversation: Conversation
  turns: readonly Turn[]
  isConnected: boolean
  isOlder: boolean
  isBusy: boolean
  onStartAnew: () => void
  onLeave: () => void
  onEnd: () => void
}

export function TrialHeader(props: HeaderProps) {
  const { version, isPage, conversation, turns, isConnected, isOlder, isBusy } = props
  const isOpen = isActive(conversation)
  const use = describeUse(turns)
  const note = (
    <div className="flex items-center gap-3 text-xs text-faint">
      <StatusLabel status={conversation.status} />
      <span className="numeric truncate" title={use}>
        {use}
      </span>
    </div>
  )
  return (
    <>
      <TesterHeader version={version} isPage={isPage} note={note}>
        {isOpen && isConnected && (
          <div className="@max-[34rem]:hidden">
            <Connection isConnected />
          </div>
        )}
        {isOpen && (
          <Button icon="end" title={words.end} className={square} onClick={props.onEnd}>
            <Roomy>{words.end}</Roomy>
          </Button>
        )}
        <Button
          icon="again"
          kind={isOpen && !isOlder ? 'plain' : 'primary'}
          title={words.startAnew}
          className={square}
          disabled={isBusy}
          onClick={props.onStartAnew}
        >
          <Roomy>{words.startAnew}</Roomy>
        </Button>
        <PopupMenu trigger={<IconButton icon="more" label={words.more} />}>
          <PopupMenuLink to="/conversations/$conversation_id" params={{ conversation_id: conversation.id }}>
            {words.openConversation}
          </PopupMenuLink>
          <PopupMenuLink to="/inbox" search={{ custom_metadata: JSON.stringify(testedBy(version.agent_id)) }}>
            {words.earlier}
          </PopupMenuLink>
          <PopupMenuItem onSelect={props.onLeave}>{words.changeOptions}</PopupMenuItem>
        </PopupMenu>
      </TesterHeader>
      {isOpen && !isConnected && <Notice>{transcriptTexts.reconnecting}</Notice>}
      {isOlder && <Notice>{words.isOlder}</Notice>}
    </>
  )
}

/** The size of a button without its label. */
const square = '@max-[34rem]:w-8 @max-[34rem]:px-0'

function Notice({ children }: { children: string }) {
  return (
    <p role="status" className="border-b border-line bg-warn-wash px-4 py-1.5 text-warn">
      {children}
    </p>
  )
}

/** Visible if the labels fit. */
function Roomy({ children }: { children: string }) {
  return <span className="@max-[34rem]:sr-only">{children}</span>
}

function describeUse(turns: readonly Turn[]): string {
  const sum = (field: 'input_tokens' | 'output_tokens') =>
    formatNumber(turns.reduce((total, turn) => total + (turn[field] ?? 0), 0))
  const replies = turns.filter(({ outcome }) => outcome === 'reply').length
  return replies === 0 ? '' : words.used(replies, sum('input_tokens'), sum('output_tokens'))
}
