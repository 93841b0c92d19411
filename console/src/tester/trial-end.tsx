// The end of a test conversation, instead of the field to write.
import type { Conversation } from '@parley/contract'
import { isUnsettled } from '../transcript/conversation-state.ts'
import { texts } from '../texts/index.ts'
import { testerTexts as words } from './texts.ts'

export function TrialEnd({ conversation }: { conversation: Conversation }) {
  const { end_reason, ended_by, summary } = conversation
  const reason = [end_reason && texts.endReasons[end_reason], ended_by?.reason].filter(Boolean).join(' · ')
  return (
    <div role="status" className="max-h-48 overflow-y-auto border-t border-line bg-canvas px-4 py-3">
      <p className="font-medium">{words.ended(reason)}</p>
      {summary && (
        <p className="mt-1 break-words whitespace-pre-wrap text-soft">
          <span className="sr-only">{words.summary}: </span>
          {summary}
        </p>
      )}
      {!summary && isUnsettled(conversation) && <p className="mt-1 text-soft">{words.summarizing}</p>}
    </div>
  )
}
