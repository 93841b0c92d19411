// Executes workflows: stores an execution, and for callers who want that waits for its end.
import type { Output } from '@parley/contract'
import { AppError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Handler } from '../../calls/context.ts'
import type { TransactionStore } from '../../database/store.ts'
import { writeAcceptance } from '../commit/accept.ts'
import { reachExecution } from '../commit/pause-points.ts'
import { changeExecution } from '../commit/change.ts'
import { releaseOutput } from '../commit/erase.ts'
import { executionKey } from '../followed.ts'
import { isRefused } from '../machine/events.ts'
import type { ExecutionMode } from '../machine/execution.ts'
import { type Ended, readEnded } from '../rows/executions.ts'
import type { WorkflowContext, Workflows } from '../services.ts'
import { startedBy } from '../started-by.ts'
import { type ExecuteInput, type Find, chooseDefinition, findStart, refuseLoop } from '../wanted.ts'

type Executed = Output<'executeWorkflow'>

export const executeWorkflow: Handler<'executeWorkflow', Workflows> = async (ctx, input) => {
  const { key } = ctx
  const bound = key?.bound?.turn_id ?? null
  if (key && bound !== null) key.markReplayed()
  const id = bound ?? (await accept(ctx, input, 'sync'))
  const executed = await waitForEnd(ctx, id)
  return key ? key.settle(executed) : executed
}

export const executeWorkflowAsync: Handler<'executeWorkflowAsync', Workflows> = async (ctx, input) => {
  const { key } = ctx
  const bound = key?.bound?.turn_id ?? null
  if (key && bound !== null) key.markReplayed()
  const execution_id = bound ?? (await accept(ctx, input, 'async'))
  const answer = { execution_id, status: 'queued' as const }
  return key ? key.settle(answer) : answer
}

/** Stores the execution, and the key of the call with it (W1). Returns its id. */
async function accept(ctx: WorkflowContext, input: ExecuteInput, mode: ExecutionMode): Promise<string> {
  refuseLoop(ctx)
  const find = await chooseDefinition(ctx, input)
  await ctx.room.requireRoom(ctx.store)
  const accepted = await ctx.store.transaction(async (tx) => {
    const id = await acceptWithin(ctx, tx, find, input, mode)
    await ctx.key?.bind(tx, { turn_id: id })
    return id
  })
  await reachExecution(ctx.core.ports, 'execution.accept.committed')
  return accepted
}

async function acceptWithin(
  ctx: WorkflowContext,
  tx: TransactionStore,
  find: Find,
  input: ExecuteInput,
  mode: ExecutionMode,
): Promise<string> {
  const { pinned, plan, copy } = await find(tx)
  const entry = findStart(plan, input)
  const { mocks = null, skip_waits = null, stop_after = null } = input.test ?? {}
  const isTest = input.test !== null && input.test !== undefined
  const id = ctx.core.ports.newId()
  await writeAcceptance(tx, ctx.room.accepting, plan.graph, {
    ...pinned,
    ...(copy ? { copy } : {}),
    ...{ id, mode, entry: entry.id, stop_after, is_test: isTest, depth: ctx.depth },
    test: isTest ? ({ mocks: mocks ?? {}, skip_waits: skip_waits ?? false } as JsonObject) : null,
    ...{ max_concurrent: plan.definition.settings.max_concurrent, keep: plan.definition.settings.keep },
    input: (input.input_data ?? {}) as JsonObject,
    trigger: { type: 'manual' },
    started_by: startedBy(ctx.access),
    ...{ cause: null, conversation_id: null, agent_id: null, copied: null },
  })
  return id
}

/** Until the end, or until its time is over: then it fails (W12). A caller that goes away stops nothing (W1). */
async function waitForEnd(ctx: WorkflowContext, id: string): Promise<Executed> {
  const { store, room } = ctx
  const { signals } = ctx.core.live
  for (let wait_ms = room.limits.sync_ms; ;) {
    const ended = await signals.waitFor(
      executionKey(id),
      wait_ms,
      async () => (await readEnded(store, id)) ?? undefined,
    )
    if (ended) return answerOf(ctx, id, ended)
    if (signals.isClosed) throw stopping(id)
    const changed = await changeExecution(room, store, 'timeout', id, { type: 'timed_out' })
    if (!changed) throw new AppError('not_found', 'Workflow execution not found')
    const { reduced, before } = changed
    wait_ms = isRefused(reduced) && reduced.refused === 'early' ? Math.max(1, reduced.until - before.at) : least_wait_ms
  }
}

/** It has ended, and the next look reads how. */
const least_wait_ms = 1000

/** It is stored, so the answer names it (W1). */
const stopping = (execution_id: string) =>
  new AppError(
    'unavailable',
    'The server is shutting down; the execution goes on. Read it, or repeat the call with its key.',
    {
      execution_id,
    },
  )

async function answerOf(ctx: WorkflowContext, execution_id: string, ended: Ended): Promise<Executed> {
  const { status, output, error, step_id, step_name } = ended
  if (status === 'success') {
    await releaseOutput(ctx.store, execution_id)
    return { status, execution_id, output }
  }
  const cancelled = { code: 'cancelled' as const, message: 'The execution was cancelled.', step_id, step_name }
  return { status: 'failed', execution_id, error: error ?? cancelled }
}
