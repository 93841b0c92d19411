// The status of a conversation as a dot and a word, so that color is never the only sign.
import type { ConversationStatus } from '@parley/contract'
import { texts } from '../texts/index.ts'
import { classes } from './classes.ts'

const dots: Record<ConversationStatus, string> = {
  token_created: 'border-2 border-faint',
  triggered: 'bg-warn',
  ringing: 'bg-warn pulses',
  in_progress: 'bg-accent pulses',
  completed: 'bg-faint/60',
  failed: 'bg-bad',
  cancelled: 'border-2 border-faint',
  transferred: 'bg-good',
  unanswered: 'border-2 border-warn',
}

export function StatusLabel({ status }: { status: ConversationStatus }) {
  return (
    <span className={classes('inline-flex items-center gap-1.5 whitespace-nowrap', status === 'failed' && 'text-bad')}>
      <span className={classes('size-2 shrink-0 rounded-full', dots[status])} />
      {texts.statuses[status]}
    </span>
  )
}
