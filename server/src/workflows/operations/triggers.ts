// The operations on triggers, and the requests to their URLs.
import { type WorkflowTrigger, shown_times } from '@parley/contract'
import { AppError, invalid, notFound } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { isUuid } from '../../base/ports.ts'
import type { Handler } from '../../calls/context.ts'
import { ForeignAnswer } from '../../calls/event-stream.ts'
import { cutPage, decodeTimeCursor, default_page_size } from '../../database/cursor.ts'
import type { Store } from '../../database/store.ts'
import { executionKey } from '../followed.ts'
import { readEnded } from '../rows/executions.ts'
import { type FireRow, type TriggerRow, listFireRows, listTriggerRows, readTrigger } from '../rows/triggers.ts'
import { nextTimes } from '../rules/schedule-times.ts'
import type { WorkflowContext, Workflows } from '../services.ts'
import { startedBy } from '../started-by.ts'
import { fireByHand } from '../triggers/by-hand.ts'
import { pauseTrigger, rotateHook } from '../triggers/change.ts'
import { type Received, receiveHook } from '../triggers/hooks.ts'
import { openToken } from '../triggers/tokens.ts'
import { faultsOfInput, refuseLoop } from '../wanted.ts'

export const listWorkflowTriggers: Handler<'listWorkflowTriggers', Workflows> = async (ctx, input) => {
  const after = decodeTimeCursor(input.cursor, isUuid)
  const limit = input.limit ?? default_page_size
  const rows = await listTriggerRows(ctx.store, input, after, limit + 1)
  const page = cutPage(rows, limit, ({ created_at, id }) => ({ time: created_at, key: id }))
  return { ...page, data: page.data.map((row) => present(ctx, row)) }
}

export const getWorkflowTrigger: Handler<'getWorkflowTrigger', Workflows> = async (ctx, { trigger_id }) =>
  presentOne(ctx, await requireTrigger(ctx.store, trigger_id))

export const updateWorkflowTrigger: Handler<'updateWorkflowTrigger', Workflows> = async (ctx, input) => {
  const { trigger_id, paused } = input
  if (!isUuid(trigger_id)) throw notFound('Trigger')
  const isChanged = await ctx.store.transaction((tx) => pauseTrigger(tx, trigger_id, paused))
  if (!isChanged) throw notFound('Trigger')
  return present(ctx, await requireTrigger(ctx.store, trigger_id))
}

export const rotateWorkflowTrigger: Handler<'rotateWorkflowTrigger', Workflows> = async (ctx, { trigger_id }) => {
  const { id } = await requireTrigger(ctx.store, trigger_id)
  const isRotated = await ctx.store.transaction((tx) => rotateHook(ctx.room.triggers, tx, id))
  if (!isRotated) throw invalid({ path: 'trigger_id', message: 'is not a webhook, so it has no URL' })
  return present(ctx, await requireTrigger(ctx.store, id))
}

export const fireWorkflowTrigger: Handler<'fireWorkflowTrigger', Workflows> = async (ctx, input) => {
  refuseLoop(ctx)
  const given = input.input_data ?? {}
  const faults = faultsOfInput(ctx, given, 'input_data')
  if (faults.length > 0) throw invalid(...faults)
  const { id } = await requireTrigger(ctx.store, input.trigger_id)
  await ctx.room.requireRoom(ctx.store)
  const fired = { id, given: given as JsonObject, depth: ctx.depth, started_by: startedBy(ctx.access) }
  const execution_id = await ctx.store.transaction((tx) => fireByHand(ctx.room.triggers, tx, fired))
  if (execution_id === null) throw new AppError('workflow_not_live')
  return { execution_id, status: 'queued' }
}

export const listWorkflowFires: Handler<'listWorkflowFires', Workflows> = async ({ store }, input) => {
  const { id } = await requireTrigger(store, input.trigger_id)
  const after = decodeTimeCursor(input.cursor, isUuid)
  const limit = input.limit ?? default_page_size
  const rows = await listFireRows(store, id, input.outcome ?? null, after, limit + 1)
  return cutPage(rows, limit, (fire: FireRow) => ({ time: fire.at, key: fire.id }))
}

/** How long a request waits for the output. */
const result_ms = 30_000

export const receiveWorkflowHook: Handler<'receiveWorkflowHook', Workflows> = async (ctx, { token }) => {
  const { edge, room, depth } = ctx
  if (!edge?.foreign) throw new AppError('not_found')
  const received = await receiveHook(room.triggers, { token, request: edge.foreign, address: edge.address, depth })
  const { execution_id, is_duplicate, respond } = received
  if (is_duplicate) return { execution_id, duplicate: true }
  const output = respond === 'result' ? await waitForOutput(ctx, received) : undefined
  return output === undefined ? { execution_id } : new ForeignAnswer(200, output)
}

/** Undefined: it has not succeeded, not yet, or nothing is kept of it. */
async function waitForOutput(
  { core }: Pick<WorkflowContext, 'core'>,
  { store, execution_id }: Received,
): Promise<unknown> {
  const look = async () => (await readEnded(store, execution_id)) ?? undefined
  const ended = await core.live.signals.waitFor(executionKey(execution_id), result_ms, look)
  if (ended?.status !== 'success' || ended.output === null) return undefined
  return ended.output
}

async function requireTrigger(store: Store, id: string): Promise<TriggerRow> {
  const trigger = await readTrigger(store, id)
  if (!trigger) throw notFound('Trigger')
  return trigger
}

function present(ctx: WorkflowContext, row: TriggerRow): WorkflowTrigger {
  const { id, workflow_id, workflow_name, version, is_live: live, step_id, type, token } = row
  const { cron, timezone, paused, next_at, last_fire } = row
  const shown = {
    id,
    workflow_id,
    workflow_name,
    version,
    live,
    step_id,
    type,
    cron,
    timezone,
    paused,
    next_at,
    last_fire,
  }
  return ctx.access.scopes.has('workflows:manage') ? { ...shown, url: urlOf(ctx, id, token) } : shown
}

/** With what would be too much work for a page of them. */
function presentOne(ctx: WorkflowContext, row: TriggerRow): WorkflowTrigger {
  const { cron, timezone, next_at } = row
  const shown = present(ctx, row)
  if (cron === null || timezone === null) return shown
  const later = next_at === null ? [] : nextTimes({ cron, timezone }, next_at, shown_times - 1)
  return { ...shown, next_times: next_at === null ? [] : [next_at, ...later.map(withMicroseconds)] }
}

/** As all timestamps. */
const withMicroseconds = (time: string) => time.replace('Z', '000Z')

function urlOf({ core, edge, room }: WorkflowContext, id: string, sealed: Buffer | null): string | null {
  const token = sealed && openToken(room.triggers, id, sealed)
  if (token === null) return null
  return `${core.config.sign_in.public_url ?? edge?.origin ?? ''}/workflow/hooks/${token}`
}
