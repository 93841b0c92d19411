// The operations on executions that are stored.
import { type ExecutionStatus, type Input, openExecutionStatuses } from '@parley/contract'
import { AppError, invalid, notFound } from '../../base/errors.ts'
import { type JsonValue } from '../../base/json.ts'
import { isUuid } from '../../base/ports.ts'
import type { Handler } from '../../calls/context.ts'
import {
  cutPage,
  decodeCursor,
  decodeTimeCursor,
  default_page_size,
  encodeCursor,
  invalidCursor,
} from '../../database/cursor.ts'
import { cancelMany, most_cancelled } from '../commit/cancel-many.ts'
import { changeExecution } from '../commit/change.ts'
import { isRefused } from '../machine/events.ts'
import { payloadAccess, presentExecution, presentVisit, showsPayloads } from '../present-execution.ts'
import { listExecutionRows, listVisitRows, readExecution, readProgress } from '../rows/executions.ts'
import type { WorkflowContext, Workflows } from '../services.ts'
import { faultsOfInput } from '../wanted.ts'

export const listWorkflowExecutions: Handler<'listWorkflowExecutions', Workflows> = async (ctx, input) => {
  const { access, store, core } = ctx
  const after = decodeTimeCursor(input.cursor, isUuid)
  const limit = input.limit ?? default_page_size
  const filters = readFilters(input)
  if (filters === null) return { data: [], pagination: { limit, next_cursor: null } }
  const size = { limit: limit + 1, max_bytes: core.config.limits.answer_bytes }
  const { rows, is_cut } = await listExecutionRows(store, filters, payloadAccess(access), after, size)
  const page = cutPage(rows, limit, ({ queued_at, id }) => ({ time: queued_at, key: id }), is_cut)
  return { ...page, data: page.data.map((row) => presentExecution(access, row)) }
}

/** Null: nothing can match. */
function readFilters(input: Input<'listWorkflowExecutions'>) {
  const { workflow_id = null, conversation_id = null, version = null, status = [] } = input
  if (version !== null && workflow_id === null) throw invalid({ path: 'version', message: 'needs workflow_id' })
  if ([workflow_id, conversation_id].some((id) => id !== null && !isUuid(id))) return null
  return {
    ...{ workflow_id, conversation_id, version },
    statuses: [...new Set(status)],
    trigger_type: input.trigger_type ?? null,
    is_test: input.is_test ?? false,
    created_after: input.created_after ?? null,
    created_before: input.created_before ?? null,
  }
}

export const getWorkflowExecution: Handler<'getWorkflowExecution', Workflows> = (ctx, { execution_id }) =>
  answer(ctx, execution_id)

async function answer({ access, store }: WorkflowContext, execution_id: string) {
  const row = await readExecution(store, execution_id, payloadAccess(access))
  if (!row) throw executionNotFound()
  return presentExecution(access, row)
}

export const executionNotFound = () => notFound('Workflow execution')

export const listExecutionVisits: Handler<'listExecutionVisits', Workflows> = async (ctx, input) => {
  const { store, access, core } = ctx
  const found = await readProgress(store, input.execution_id)
  if (!found) throw executionNotFound()
  const after = input.cursor === undefined ? 0 : readPosition(input.cursor)
  const limit = input.limit ?? default_page_size
  const payloads = showsPayloads(access, found.conversation_id)
  const size = { after, limit: limit + 1, max_bytes: core.config.limits.answer_bytes, payloads }
  const { rows, is_cut } = await listVisitRows(store, input.execution_id.toLowerCase(), size)
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  const next_cursor = (is_cut || rows.length > limit) && last ? encodeCursor([String(last.position)]) : null
  return { data: data.map((visit) => presentVisit(visit, payloads)), pagination: { limit, next_cursor } }
}

function readPosition(cursor: string): number {
  const [position = ''] = decodeCursor(cursor, 1)
  if (!/^[1-9]\d{0,8}$/.test(position)) throw invalidCursor()
  return Number(position)
}

export const cancelExecution: Handler<'cancelExecution', Workflows> = async (ctx, { execution_id }) => {
  const id = requireId(execution_id)
  const happening = { type: 'cancelled', reason: 'by_caller' } as const
  if (!(await changeExecution(ctx.room, ctx.store, 'cancel', id, happening))) throw executionNotFound()
  return answer(ctx, id)
}

export const resumeExecution: Handler<'resumeExecution', Workflows> = async (ctx, { execution_id, data = null }) => {
  const id = requireId(execution_id)
  const faults = faultsOfInput(ctx, data, 'data')
  if (faults.length > 0) throw invalid(...faults)
  const bytes = Buffer.byteLength(JSON.stringify(data))
  const happening = { type: 'resumed', data: data as JsonValue, bytes } as const
  const changed = await changeExecution(ctx.room, ctx.store, 'resume', id, happening)
  if (!changed) throw executionNotFound()
  if (isRefused(changed.reduced)) throw new AppError('execution_not_waiting')
  return answer(ctx, id)
}

function requireId(execution_id: string): string {
  if (!isUuid(execution_id)) throw executionNotFound()
  return execution_id.toLowerCase()
}

export const cancelExecutions: Handler<'cancelExecutions', Workflows> = async (ctx, input) => {
  const cancelled = await cancelAll(ctx, input)
  return ctx.key ? ctx.key.settle(cancelled) : cancelled
}

/** In parts: one that was interrupted goes on with what is left. */
async function cancelAll(ctx: WorkflowContext, input: Input<'cancelExecutions'>) {
  const { status = null, created_before = null, workflow_id = null } = input
  const statuses: readonly (typeof openExecutionStatuses)[number][] = status === null ? openExecutionStatuses : [status]
  let cancelled = 0
  for (const each of statuses satisfies readonly ExecutionStatus[]) {
    const filter = { status: each, workflow_id, created_before }
    const done = await cancelMany(ctx.room, ctx.store, filter, most_cancelled - cancelled)
    cancelled += done.cancelled
    if (done.continue_after !== null) return { cancelled, continue_after: done.continue_after }
  }
  return { cancelled, continue_after: null }
}
