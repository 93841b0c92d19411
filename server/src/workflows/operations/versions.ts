// The operations on the versions of a workflow.
import type { OrganizationEventData } from '@parley/contract'
import { writeComparison } from '../../authoring/authoring.ts'
import { AppError, invalid, notFound } from '../../base/errors.ts'
import { readRevisions } from '../../base/if-match.ts'
import type { JsonObject, JsonValue } from '../../base/json.ts'
import { TextStream } from '../../calls/event-stream.ts'
import type { Handler } from '../../calls/context.ts'
import { decodeCursor, default_page_size, encodeCursor, invalidCursor } from '../../database/cursor.ts'
import type { TransactionStore } from '../../database/store.ts'
import { addOrganizationEvent } from '../../events/events.ts'
import { judgeDraft } from '../judging.ts'
import { requirePublishable } from '../publishing.ts'
import { presentVersion } from '../present.ts'
import { answerOnce } from '../repeated.ts'
import { requireLockedWorkflow, requireRevision, requireVersion, requireWorkflow } from '../require.ts'
import * as rows from '../rows/versions.ts'
import { resolveDefinition } from '../rules/resolve-definition.ts'
import type { WorkflowContext, Workflows } from '../services.ts'

export const listWorkflowVersions: Handler<'listWorkflowVersions', Workflows> = async (ctx, input) => {
  const { id } = await requireWorkflow(ctx.store, input.workflow_id)
  const before = input.cursor === undefined ? null : readVersionCursor(input.cursor)
  const limit = input.limit ?? default_page_size
  const size = { limit: limit + 1, max_bytes: ctx.core.config.limits.answer_bytes }
  const chosen = { status: input.status ?? null, before }
  const { rows: found, is_cut } = await rows.listVersionRows(ctx.store, id, chosen, size)
  const data = found.slice(0, limit)
  const last = data.at(-1)
  const next_cursor = (is_cut || found.length > limit) && last ? encodeCursor([String(last.version)]) : null
  return { data: data.map(presentVersion), pagination: { limit, next_cursor } }
}

function readVersionCursor(cursor: string): number {
  const [version = ''] = decodeCursor(cursor, 1)
  if (!/^[1-9]\d{0,8}$/.test(version)) throw invalidCursor()
  return Number(version)
}

export const createWorkflowVersion: Handler<'createWorkflowVersion', Workflows> = async (ctx, input) => {
  const { id: workflow_id } = await requireWorkflow(ctx.store, input.workflow_id)
  const { definition = null, base_version = null } = input
  if ((definition === null) === (base_version === null)) {
    throw invalid({ path: '', message: 'must have exactly one of definition and base_version' })
  }
  const given = definition === null ? null : await judgeDraft(ctx, definition, input.allow_incomplete ?? false)
  const write = async (tx: TransactionStore) => {
    await requireLockedWorkflow(tx, workflow_id)
    if ((await rows.countVersions(tx, workflow_id)) >= ctx.room.settings.versions) {
      throw new AppError('too_many_workflow_versions')
    }
    const draft = given ?? (await requireVersion(tx, workflow_id, base_version!))
    const made = await rows.insertVersion(tx, workflow_id, ctx.core.ports.newId(), draft)
    return { id: made.id, answer: presentVersion(made) }
  }
  return answerOnce(ctx, write, (id) => readVersion(ctx, id))
}

async function readVersion({ store }: WorkflowContext, id: string) {
  const version = await rows.readVersionById(store, id)
  if (!version) throw notFound('Workflow version')
  return presentVersion(version)
}

export const getWorkflowVersion: Handler<'getWorkflowVersion', Workflows> = async (ctx, input) => {
  const { id } = await requireWorkflow(ctx.store, input.workflow_id)
  return presentVersion(await requireVersion(ctx.store, id, input.version))
}

export const updateWorkflowVersion: Handler<'updateWorkflowVersion', Workflows> = async (ctx, input) => {
  const { id } = await requireWorkflow(ctx.store, input.workflow_id)
  const before = await requireVersion(ctx.store, id, input.version)
  const revisions = readRevisions(input.if_match)
  const draft = await judgeDraft(ctx, input.definition, input.allow_incomplete ?? false)
  return ctx.audited(async (tx) => {
    const changed = await rows.changeDraft(tx, id, before.version, draft, revisions)
    if (changed) return presentVersion(changed)
    const now = await requireVersion(tx, id, before.version)
    throw new AppError(now.status === 'draft' ? 'revision_mismatch' : 'version_published')
  })
}

export const deleteWorkflowVersion: Handler<'deleteWorkflowVersion', Workflows> = async (ctx, input) => {
  const { id } = await requireWorkflow(ctx.store, input.workflow_id)
  const { version } = await requireVersion(ctx.store, id, input.version)
  if (await rows.deleteDraft(ctx.store, id, version)) return
  await requireVersion(ctx.store, id, version)
  throw new AppError('version_published')
}

export const publishWorkflowVersion: Handler<'publishWorkflowVersion', Workflows> = async (ctx, input) => {
  const { id, name } = await requireWorkflow(ctx.store, input.workflow_id)
  const found = await requireVersion(ctx.store, id, input.version)
  requireRevision(found, readRevisions(input.if_match))
  const publishable = found.status === 'draft' ? await requirePublishable(ctx, found) : null
  const write = async (tx: TransactionStore) => {
    if (publishable === null) return { id: found.id, answer: presentVersion(found) }
    await requireLockedWorkflow(tx, id)
    const connection_ids = await publishable.findConnections(tx)
    const { warnings } = publishable
    const published = await rows.publishDraft(tx, found, { warnings, connection_ids, published_by: publisherOf(ctx) })
    if (published) report(ctx, tx, 'workflow.published', { workflow_id: id, name, version: published.version })
    else await refuseChanged(tx, found)
    return { id: found.id, answer: presentVersion(published ?? (await requireVersion(tx, id, found.version))) }
  }
  return answerOnce(ctx, write, (version_id) => readVersion(ctx, version_id))
}

/** It has changed since it was judged, unless somebody else has published it as it was. */
async function refuseChanged(tx: TransactionStore, { workflow_id, version, revision }: rows.VersionRow): Promise<void> {
  const now = await requireVersion(tx, workflow_id, version)
  if (now.status === 'draft' || now.revision !== revision) throw new AppError('revision_mismatch')
}

const publisherOf = ({ access: { actor } }: WorkflowContext): JsonObject => ({
  type: actor.type,
  id: actor.id,
  name: actor.name,
})

export const goLiveWorkflowVersion: Handler<'goLiveWorkflowVersion', Workflows> = async (ctx, input) => {
  const revisions = readRevisions(input.if_match)
  return ctx.store.transaction(async (tx) => {
    const { id, name } = await requireLockedWorkflow(tx, input.workflow_id)
    const found = await requireVersion(tx, id, input.version)
    requireRevision(found, revisions)
    if (found.status === 'draft') throw new AppError('workflow_not_published')
    if (found.status === 'live') return presentVersion(found)
    const replaced = await rows.takeOffline(tx, id)
    const live = await rows.takeLive(tx, id, found.version)
    const { version } = live
    const definition = resolveDefinition(live.definition)
    await ctx.room.placeTriggers(tx, { workflow_id: id, live: { version, definition } })
    report(ctx, tx, 'workflow.went_live', { workflow_id: id, name, version, replaced })
    return presentVersion(live)
  })
}

function report<T extends 'workflow.published' | 'workflow.went_live'>(
  { core }: WorkflowContext,
  tx: TransactionStore,
  type: T,
  data: OrganizationEventData<T> & { workflow_id: string },
): void {
  const { organization_id } = tx
  addOrganizationEvent(tx, { id: core.ports.newId(), organization_id, subject: data.workflow_id, type, data })
}

export const compareWorkflowVersions: Handler<'compareWorkflowVersions', Workflows> = async (ctx, input) => {
  const { id } = await requireWorkflow(ctx.store, input.workflow_id)
  const from = await requireVersion(ctx.store, id, input.from_version)
  const to = await requireVersion(ctx.store, id, input.to_version)
  const { compareValues } = await import('../../authoring/rules/difference.ts')
  await ctx.core.pieces.begin(ctx.store.organization_id)
  const differences = compareValues(from.definition as unknown as JsonValue, to.definition as unknown as JsonValue)
  if (input.format === 'json') return { from_version: from.version, to_version: to.version, differences }
  const services = { ...ctx.core, models: ctx.room.models }
  return new TextStream((gone) => writeComparison(services, ctx.store, differences, gone, 'workflow'))
}
