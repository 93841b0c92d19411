// Below the field: what became of the text, and how it is sent.
import type { AfterReply } from '@parley/contract'
import { Check } from '../settings/parts.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { PopupMenu, PopupMenuItem } from '../ui/popup.tsx'
import type { ReplyWay } from './standing.ts'
import { handlingTexts } from './texts.ts'
import type { Sender } from './use-sending.ts'

const words = handlingTexts.composer
const bar = 'flex flex-wrap items-center justify-end gap-2 px-3 py-2 wide:px-4'

interface ReplyProps {
  way: ReplyWay
  isQueued: boolean
  canReturn: boolean
  canEnd: boolean
  isBlank: boolean
  sender: Sender
  onSend: (then: AfterReply) => void
  /** Null without an agent. */
  onSuggest: (() => void) | null
}

export function ReplyFoot({ way, isQueued, canReturn, canEnd, isBlank, sender, onSend, onSuggest }: ReplyProps) {
  const { sending } = sender
  const label = way === 'plain' ? words.send : isQueued ? words.acceptAndSend : words.takeAndSend
  return (
    <>
      <Fate sender={sender} />
      {sending.state !== 'unsure' && (
        <div className={bar}>
          {onSuggest && (
            <Button icon="spark" kind="quiet" className="mr-auto" onClick={onSuggest}>
              {words.suggest}
            </Button>
          )}
          {(canEnd || canReturn) && (
            <PopupMenu
              trigger={<IconButton icon="more" label={words.after} disabled={isBlank || sending.state === 'sending'} />}
            >
              {canReturn && <PopupMenuItem onSelect={() => onSend('return')}>{words.sendAndReturn}</PopupMenuItem>}
              {canEnd && <PopupMenuItem onSelect={() => onSend('end')}>{words.sendAndEnd}</PopupMenuItem>}
            </PopupMenu>
          )}
          <Button
            kind="primary"
            icon="up"
            disabled={isBlank || sending.state === 'sending'}
            onClick={() => onSend('keep')}
          >
            {sending.state === 'sending' ? words.sending : label}
          </Button>
        </div>
      )}
    </>
  )
}

interface NoteProps {
  isForAgent: boolean
  isBlank: boolean
  sender: Sender
  onForAgent: (isForAgent: boolean) => void
  onSend: () => void
}

export function NoteFoot({ isForAgent, isBlank, sender, onForAgent, onSend }: NoteProps) {
  const { sending } = sender
  return (
    <>
      <Fate sender={sender} />
      {sending.state !== 'unsure' && (
        <div className={bar}>
          <span className="mr-auto">
            <Check
              label={words.forAgent}
              isChecked={isForAgent}
              isDisabled={sending.state === 'sending'}
              onChange={onForAgent}
            />
          </span>
          <Button
            icon="note"
            className="border-warn bg-warn font-medium text-surface hover:bg-warn hover:opacity-90"
            disabled={isBlank || sending.state === 'sending'}
            onClick={onSend}
          >
            {sending.state === 'sending' ? words.sending : words.saveNote}
          </Button>
        </div>
      )}
    </>
  )
}

/** Why a text is still here, and what can be done with it. */
function Fate({ sender: { sending, sendAgain, edit } }: { sender: Sender }) {
  if (sending.state === 'refused') {
    return (
      <p role="alert" className="px-3 pt-1.5 text-bad wide:px-4">
        {sending.fault.message}
      </p>
    )
  }
  if (sending.state !== 'unsure') return null
  return (
    <div role="alert" className="flex flex-col gap-2 px-3 py-2 wide:px-4">
      <p className="text-warn">
        {sending.fault && `${sending.fault.message} `}
        {words.unsure}
      </p>
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" icon="again" onClick={sendAgain}>
          {words.again}
        </Button>
        <Button title={words.unsureEdit} onClick={edit}>
          {words.edit}
        </Button>
      </div>
    </div>
  )
}
