// Executions, visits and events as the API shows them. Payloads are absent for callers without the scopes.
import type { WorkflowExecution, WorkflowExecutionEvent, WorkflowVisit } from '@parley/contract'
import type { Access } from '../calls/access.ts'
import type { StepError } from './machine/execution.ts'
import type { EventRow, ExecutionRow, PayloadAccess, Progress, VisitRow } from './rows/executions.ts'

export function payloadAccess({ scopes }: Access): PayloadAccess {
  if (!scopes.has('workflows:read_sensitive')) return 'none'
  return scopes.has('conversations:read_sensitive') ? 'all' : 'own'
}

/** Whether the caller may see what it was given and gave out. */
export function showsPayloads(access: Access, conversation_id: string | null): boolean {
  const payloads = payloadAccess(access)
  return payloads === 'all' || (payloads === 'own' && conversation_id === null)
}

export function presentExecution(access: Access, { input, output, id, ...row }: ExecutionRow): WorkflowExecution {
  const payloads = showsPayloads(access, row.conversation_id) ? { input_data: input, output } : {}
  return { execution_id: id, id, ...row, ...payloads }
}

export function presentVisit({ input, output, logs, attempts, ...row }: VisitRow, shows: boolean): WorkflowVisit {
  return {
    ...row,
    ...(shows ? { input, output, logs } : {}),
    attempts: attempts.map(({ number, started_at, finished_at, error }) => ({
      number,
      started_at: timestampOf(started_at),
      finished_at: finished_at === null ? null : timestampOf(finished_at),
      error: error as StepError | null,
    })),
  }
}

export function presentEvent(
  execution_id: string,
  {
    workflow_id,
    workflow_version,
    conversation_id,
  }: Pick<Progress, 'workflow_id' | 'workflow_version' | 'conversation_id'>,
  { number, type, at, data }: EventRow,
): WorkflowExecutionEvent {
  const { status, step_id, position, attempt, error, until, reason } = data
  return {
    ...{ execution_id, sequence: number, occurred_at: at, type },
    data: {
      ...{ execution_id, workflow_id, workflow_version, status, step_id, position, attempt },
      error: error && { code: error.code, message: error.message },
      until: until === null ? null : timestampOf(until),
      cancel_reason: reason,
      conversation_id,
    },
  }
}

/** With microseconds, as all timestamps. */
const timestampOf = (ms: number) => new Date(ms).toISOString().replace('Z', '000Z')
