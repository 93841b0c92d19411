// The operations on workflows themselves.
import { WorkflowDefinition } from '@parley/contract'
import { findAgentsWithWorkflow } from '../../agents/agents.ts'
import { AppError, type FieldFault, invalid, notFound } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { faultsOfSize } from '../../base/json-size.ts'
import { isUuid } from '../../base/ports.ts'
import type { Handler } from '../../calls/context.ts'
import { cutPage, decodeTimeCursor, default_page_size } from '../../database/cursor.ts'
import type { Store, TransactionStore } from '../../database/store.ts'
import { addOrganizationEvent } from '../../events/events.ts'
import { judge, judgeDraft, max_problems } from '../judging.ts'
import { findUnknownConnections } from '../named-connections.ts'
import { presentWorkflow, presentWorkflows } from '../present.ts'
import { answerOnce } from '../repeated.ts'
import { requireLockedWorkflow, requireWorkflow } from '../require.ts'
import { insertVersion, takeOffline } from '../rows/versions.ts'
import * as rows from '../rows/workflows.ts'
import type { WorkflowContext, Workflows } from '../services.ts'

export const listWorkflows: Handler<'listWorkflows', Workflows> = async (ctx, input) => {
  const after = decodeTimeCursor(input.cursor, isUuid)
  const limit = input.limit ?? default_page_size
  const size = { limit: limit + 1, max_bytes: ctx.core.config.limits.answer_bytes }
  const { rows: found, is_cut } = await rows.listWorkflowRows(ctx.store, input, after, size)
  const page = cutPage(found, limit, ({ created_at, id }) => ({ time: created_at, key: id }), is_cut)
  return { ...page, data: await presentWorkflows(ctx.store, page.data) }
}

export const createWorkflow: Handler<'createWorkflow', Workflows> = async (ctx, input) => {
  checkFields(ctx, input)
  const draft = input.definition ? await judgeDraft(ctx, input.definition, input.allow_incomplete ?? false) : null
  const { name, description = null } = input
  const metadata = (input.metadata ?? {}) as JsonObject
  const { ports } = ctx.core
  const write = async (tx: TransactionStore) => {
    if ((await rows.countLockedWorkflows(tx)) >= ctx.room.settings.workflows) throw new AppError('too_many_workflows')
    const id = ports.newId()
    await rows.insertWorkflow(tx, { id, name, description, metadata })
    if (draft) await insertVersion(tx, id, ports.newId(), draft)
    return { id, answer: await answer(tx, id) }
  }
  return answerOnce(ctx, write, (id) => answer(ctx.store, id))
}

export const getWorkflow: Handler<'getWorkflow', Workflows> = ({ store }, { workflow_id }) => answer(store, workflow_id)

export const updateWorkflow: Handler<'updateWorkflow', Workflows> = async (ctx, input) => {
  const { id } = await requireWorkflow(ctx.store, input.workflow_id)
  checkFields(ctx, input)
  const changes = {
    name: input.name ?? undefined,
    description: input.description,
    metadata: (input.metadata ?? undefined) as JsonObject | undefined,
  }
  const isChange = Object.values(changes).some((value) => value !== undefined)
  if (isChange && !(await rows.changeWorkflow(ctx.store, id, changes))) throw notFound('Workflow')
  return answer(ctx.store, id)
}

export const deleteWorkflow: Handler<'deleteWorkflow', Workflows> = async (ctx, { workflow_id }) => {
  await ctx.store.transaction(async (tx) => {
    // A start of an execution holds the row until it is stored, so it is either seen here or finds no workflow.
    const { id } = await requireLockedWorkflow(tx, workflow_id, 'delete')
    if (await rows.isWorkflowUsed(tx, id)) throw new AppError('workflow_in_use')
    if ((await findAgentsWithWorkflow(tx, id)).length > 0) throw new AppError('workflow_in_use')
    await ctx.room.placeTriggers(tx, { workflow_id: id, live: null })
    await rows.markWorkflowDeleted(tx, id)
  })
}

export const goOfflineWorkflow: Handler<'goOfflineWorkflow', Workflows> = async (ctx, { workflow_id }) => {
  await ctx.store.transaction(async (tx) => {
    const { id, name } = await requireLockedWorkflow(tx, workflow_id)
    const version = await takeOffline(tx, id)
    if (version === null) return
    await ctx.room.placeTriggers(tx, { workflow_id: id, live: null })
    addOrganizationEvent(tx, {
      ...{ id: ctx.core.ports.newId(), organization_id: tx.organization_id, subject: id },
      ...{ type: 'workflow.went_offline', data: { workflow_id: id, name, version } },
    })
  })
  return answer(ctx.store, workflow_id)
}

export const checkWorkflow: Handler<'checkWorkflow', Workflows> = async (ctx, input) => {
  const { definition, problems, obstacles, warnings } = await judge(ctx, input.definition)
  const unknown = definition === null ? [] : await findUnknownConnections(ctx.store, definition)
  return { problems: [...problems, ...obstacles, ...unknown].slice(0, max_problems), warnings }
}

const definitionSchema = JSON.parse(JSON.stringify(WorkflowDefinition)) as Record<string, unknown>

export const getWorkflowDefinitionSchema: Handler<'getWorkflowDefinitionSchema'> = async () => definitionSchema

async function answer(store: Store, workflow_id: string) {
  return presentWorkflow(store, await requireWorkflow(store, workflow_id))
}

function checkFields({ core }: WorkflowContext, fields: { name?: string | null; metadata?: unknown }): void {
  const faults: FieldFault[] = faultsOfSize('metadata', fields.metadata, core.config.limits.metadata_bytes)
  if (faults.length > 0) throw invalid(...faults)
}
