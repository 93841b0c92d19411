// Messages that the conversation does not show yet: on their way, waiting for the server, or refused.
import { bubble, byUser } from '../transcript/message-bubble.tsx'
import { testerTexts } from './texts.ts'
import { Button } from '../ui/button.tsx'
import { classes } from '../ui/classes.ts'
import type { Outgoing } from './outbox.ts'

const words = testerTexts.outgoing

interface BubbleProps {
  message: Outgoing
  onSendAgain: () => void
  onDiscard: () => void
}

export function OutgoingBubble({ message, onSendAgain, onDiscard }: BubbleProps) {
  const { text, state, fault } = message
  return (
    <li className="flex flex-col items-start gap-1">
      <div className={classes(bubble, byUser, state !== 'stored' && 'border-dashed')}>{text}</div>
      {state === 'sending' && <p className="px-1 text-xs text-faint">{words.sending}</p>}
      {state === 'waiting' && (
        <p role="status" className="px-1 text-xs text-warn">
          {words.waiting}
        </p>
      )}
      {state === 'refused' && (
        <div role="alert" className="flex max-w-[88%] flex-col gap-1.5 rounded-lg bg-bad-wash px-3 py-2 text-bad">
          <p className="break-words">
            <span className="font-medium">{words.refused}</span> · {fault?.message}
          </p>
          {fault && testerTexts.advice[fault.code] && <p>{testerTexts.advice[fault.code]}</p>}
          <div className="flex gap-2">
            <Button onClick={onSendAgain}>{words.again}</Button>
            <Button kind="quiet" onClick={onDiscard}>
              {words.discard}
            </Button>
          </div>
        </div>
      )}
    </li>
  )
}
