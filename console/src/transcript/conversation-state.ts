// Whether a conversation is active, and whether it will change by itself. Pure.
import type { Conversation } from '@parley/contract'

const activeStatuses: ReadonlySet<string> = new Set(['token_created', 'triggered', 'ringing', 'in_progress'])

export function isActive({ status }: Pick<Conversation, 'status'>): boolean {
  return activeStatuses.has(status)
}

/** Whether it will change by itself: it is active, or its summary is being written. */
export function isUnsettled(row: Pick<Conversation, 'status' | 'analysis_status'>): boolean {
  return isActive(row) || row.analysis_status === 'queued' || row.analysis_status === 'running'
}
