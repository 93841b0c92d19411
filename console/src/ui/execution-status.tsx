// The status of an execution of a workflow, or of one of its visits, as a dot and words, so that color is never the only sign.
import type { ExecutionStatus, VisitStatus } from '@parley/contract'
import { texts } from '../texts/index.ts'
import { classes } from './classes.ts'

const dots: Record<ExecutionStatus | VisitStatus, string> = {
  queued: 'border-2 border-faint',
  ready: 'border-2 border-accent',
  running: 'bg-accent pulses',
  waiting: 'bg-warn',
  retrying: 'bg-warn pulses',
  success: 'bg-good',
  failed: 'bg-bad',
  cancelled: 'border-2 border-faint',
}

export function StateLabel({ status, text }: { status: ExecutionStatus | VisitStatus; text: string }) {
  return (
    <span className={classes('inline-flex items-center gap-1.5 whitespace-nowrap', status === 'failed' && 'text-bad')}>
      <span className={classes('size-2 shrink-0 rounded-full', dots[status])} />
      {text}
    </span>
  )
}

export const ExecutionLabel = ({ status }: { status: ExecutionStatus }) => (
  <StateLabel status={status} text={texts.executionStatuses[status]} />
)
