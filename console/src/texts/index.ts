// The words that several pages share, in English. What a single page says is in its own texts.ts; no other file has words for people.
import type { Channel, ConversationStatus, Direction, EndReason, ExecutionStatus, TurnOutcome } from '@parley/contract'
import { formatCount } from '../base/format.ts'

const statuses: Record<ConversationStatus, string> = {
  token_created: 'Token created',
  triggered: 'Triggered',
  ringing: 'Ringing',
  in_progress: 'Active',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Cancelled',
  transferred: 'Transferred',
  unanswered: 'Unanswered',
}

const endReasons: Record<EndReason, string> = {
  ended_by_caller: 'By API',
  ended_by_agent: 'By agent',
  ended_by_end_user: 'By end user',
  inactivity: 'Inactivity',
  max_duration: 'Time limit',
  max_turns: 'Turn limit',
  deleted: 'Deleted',
  imported: 'Imported',
  error: 'Error',
  nobody_available: 'Nobody available',
  rejected: 'Rejected before it began',
  pre_workflow_failed: 'Workflow before it failed',
}

const channels: Record<Channel, string> = { telephone: 'Phone', webrtc: 'Voice', email: 'Email', text: 'Text' }
const directions: Record<Direction, string> = { inbound: 'In', outbound: 'Out' }
const directionNames: Record<Direction, string> = { inbound: 'Inbound', outbound: 'Outbound' }

const outcomes: Record<TurnOutcome, string> = {
  reply: 'Answered',
  model_error: 'The model did not answer',
  timed_out: 'The reply took too long',
  step_limit: 'Too many tool calls in a row',
  conversation_ended: 'The conversation ended first',
  cancelled_by_caller: 'Cancelled',
  superseded: 'Replaced by a newer message',
  attempts_exhausted: 'Failed after three attempts',
  taken_over: 'A person took over',
  for_person: 'Given to people',
  budget_exceeded: 'A budget was used up',
}

const executionStatuses: Record<ExecutionStatus, string> = {
  queued: 'In line',
  running: 'Running',
  waiting: 'Waiting',
  success: 'Succeeded',
  failed: 'Failed',
  cancelled: 'Cancelled',
}

export const texts = {
  product: 'Parley',
  titleOf: (page: string) => `${page} · Parley`,
  none: '–',
  close: 'Close',
  cancel: 'Cancel',
  apply: 'Apply',
  clear: 'Clear',
  copy: 'Copy',
  copied: 'Copied',
  retry: 'Try again',
  loading: 'Loading',
  searchKey: '/',
  endOfList: 'End of list',
  moreFailed: 'Could not load more.',
  outOfDate: 'Out of date: cannot reach the server',
  inlineConfig: 'Inline configuration',
  difference: {
    lines: 'Lines that differ',
    same: (count: number) => formatCount(count, 'unchanged line', 'unchanged lines'),
  },
  states: {
    failed: 'Could not load this',
    unreachable: 'Cannot reach the server. Check your connection and try again. Nothing is lost.',
    forbidden: 'You do not have permission to do this. Ask an admin for access.',
    requestId: (id: string) => `Request ${id}`,
  },
  statuses,
  endReasons,
  channels,
  directions,
  directionNames,
  outcomes,
  executionStatuses,
} as const
