// The operations on agents and their versions.
import { AgentConfig, type Input } from '@parley/contract'
import type { Context, Handler } from '../calls/context.ts'
import {
  cutPage,
  decodeCursor,
  decodeTimeCursor,
  default_page_size,
  encodeCursor,
  invalidCursor,
} from '../database/cursor.ts'
import { AppError, type FieldFault, invalid, notFound } from '../base/errors.ts'
import { type JsonObject, isLongerAsJson } from '../base/json.ts'
import { faultsOfSize } from '../base/json-size.ts'
import { readRevisions } from '../base/if-match.ts'
import { isUuid } from '../base/ports.ts'
import { readAgentTotals, readTotalsOfAgents } from '../statistics/statistics.ts'
import { listDatasetsOfAgents } from './dataset-queries.ts'
import { validateAgentConfig } from './rules/config.ts'
import { findWider, listDatasets } from './rules/knowledge.ts'
import { retentionFaults } from './rules/retention.ts'
import { parseJsonFilter } from './json-fields.ts'
import {
  makeDraft,
  requireAgent,
  requireVersion,
  requireVersionOrDraft,
  visibleAgentId,
  withAgentLocked,
} from './lookup.ts'
import * as queries from './queries.ts'
import type { AgentRecord } from './queries.ts'
import type { Agents } from './services.ts'
import { listStandingVersions } from './standing-queries.ts'

/** The number of versions that are returned with an agent. */
const max_listed_versions = 100

// --- agents ---

export const listAgents: Handler<'listAgents'> = async (ctx, input) => {
  const after = decodeTimeCursor(input.cursor, isUuid)
  const limit = input.limit ?? default_page_size
  const filters = { ...input, metadata: readMetadataFilter(input.metadata) }
  const size = { limit: limit + 1, max_bytes: ctx.core.config.limits.answer_bytes }
  const { rows, is_cut } = await queries.listAgentRows(ctx.store, ctx.access.agent_ids, filters, after, size)
  const page = cutPage(rows, limit, (row) => ({ time: row.created_at, key: row.id }), is_cut)
  if (!input.standing) return { ...page, data: page.data.map(presentAgent) }
  const ids = page.data.map(({ id }) => id)
  const versions = await listStandingVersions(ctx.store, ids)
  const statistics = await readTotalsOfAgents(ctx.store, ids)
  const present = (agent: AgentRecord) => ({
    ...presentAgent(agent),
    versions: versions.get(agent.id) ?? [],
    statistics: statistics(agent.id),
  })
  return { ...page, data: page.data.map(present) }
}

export const createAgent: Handler<'createAgent'> = async (ctx, input) => {
  checkAgentFields(ctx, input)
  const agent = await queries.insertAgent(ctx.store, {
    id: ctx.core.ports.newId(),
    name: input.name,
    description: input.description ?? null,
    active: input.active ?? true,
    is_demo: input.is_demo ?? false,
    metadata: (input.metadata ?? {}) as JsonObject,
  })
  return presentAgent(agent)
}

/** Uses the same functions that validate stored agents. */
export const checkAgent: Handler<'checkAgent', Agents> = async (ctx, input) => {
  const { warnings } = await readVersionFields(ctx, input, listAgentFaults(ctx, input))
  return { warnings }
}

export const getAgent: Handler<'getAgent', Agents> = async (ctx, input) => {
  const agent = await requireAgent(ctx, input.agent_id)
  const versions = await queries.listVersionSummaries(ctx.store, agent.id, max_listed_versions)
  const statistics = await readAgentTotals(ctx.store, agent.id)
  const web_widgets = await ctx.room.listWebWidgets(ctx.store, agent.id)
  return { ...presentAgent(agent), versions, phone_numbers: [], web_widgets, statistics }
}

export const updateAgent: Handler<'updateAgent'> = async (ctx, input) => {
  const { id } = await requireAgent(ctx, input.agent_id)
  checkAgentFields(ctx, input)
  const changes = {
    name: input.name ?? undefined,
    description: input.description,
    active: input.active ?? undefined,
    is_demo: input.is_demo ?? undefined,
    metadata: (input.metadata ?? undefined) as JsonObject | undefined,
  }
  const isChange = Object.values(changes).some((value) => value !== undefined)
  const agent = isChange ? await queries.changeAgent(ctx.store, id, changes) : await queries.findAgent(ctx.store, id)
  if (!agent) throw notFound('Agent')
  return presentAgent(agent)
}

export const deleteAgent: Handler<'deleteAgent', Agents> = async (ctx, input) => {
  const agent_id = visibleAgentId(ctx.access, input.agent_id)
  await ctx.store.transaction(async (tx) => {
    // Creating a conversation takes a share lock on the agent, so it is either seen here or does not find the agent.
    if (!(await queries.lockAgent(tx, agent_id))) throw notFound('Agent')
    if (await queries.hasActiveConversations(tx, agent_id)) throw new AppError('agent_in_use')
    for (const refuse of ctx.room.refusals) await refuse(tx, agent_id)
    await queries.markAgentDeleted(tx, agent_id)
  })
}

function presentAgent(agent: AgentRecord) {
  return { ...agent, agent_id: agent.id }
}

interface AgentFields {
  name?: string | null
  metadata?: unknown
}

function checkAgentFields(ctx: Context, fields: AgentFields): void {
  const faults = listAgentFaults(ctx, fields)
  if (faults.length > 0) throw invalid(...faults)
}

function listAgentFaults(ctx: Context, fields: AgentFields): FieldFault[] {
  const faults = faultsOfSize('metadata', fields.metadata, ctx.core.config.limits.metadata_bytes)
  if (fields.name?.trim() === '') faults.unshift({ path: 'name', message: 'must not be blank' })
  return faults
}

function readMetadataFilter(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const json = parseJsonFilter(text)
  if (json === null) throw invalid({ path: 'metadata', message: 'must be a JSON object as text' })
  return json
}

// --- versions ---

export const listAgentVersions: Handler<'listAgentVersions'> = async (ctx, input) => {
  const { id } = await requireAgent(ctx, input.agent_id)
  const before = input.cursor === undefined ? null : readVersionCursor(input.cursor)
  const limit = input.limit ?? default_page_size
  const size = { limit: limit + 1, max_bytes: ctx.core.config.limits.answer_bytes }
  const { rows, is_cut } = await queries.listVersionRows(ctx.store, id, input, before, size)
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  const next_cursor = (is_cut || rows.length > limit) && last ? encodeCursor([String(last.version)]) : null
  return { data, pagination: { limit, next_cursor } }
}

export const getAgentVersion: Handler<'getAgentVersion'> = async (ctx, input) => {
  const { id } = await requireAgent(ctx, input.agent_id)
  return requireVersionOrDraft(ctx, id, input.version)
}

export const createAgentVersion: Handler<'createAgentVersion', Agents> = async (ctx, input) => {
  const { id } = await requireAgent(ctx, input.agent_id)
  const isOne = (input.config == null) !== (input.base_version == null)
  const faults = isOne ? [] : [{ path: '', message: 'must have exactly one of config and base_version' }]
  const given = await readVersionFields(ctx, input, faults)
  return withAgentLocked(ctx, id, async (tx) => {
    const base = input.base_version == null ? null : await requireVersion(tx, id, String(input.base_version))
    return queries.insertVersion(tx, id, {
      id: ctx.core.ports.newId(),
      config: given.config ?? base!.config,
      warnings: given.config ? given.warnings : base!.warnings,
      instruction_builder_inputs: given.inputs ?? base?.instruction_builder_inputs ?? null,
    })
  })
}

export const updateAgentVersion: Handler<'updateAgentVersion', Agents> = async (ctx, input) => {
  const { id } = await requireAgent(ctx, input.agent_id)
  const isLatest = input.version === 'latest'
  const found = isLatest
    ? await queries.findVersion(ctx.store, id, 'latest')
    : await requireVersion(ctx.store, id, input.version)
  const given = await readVersionFields(ctx, input)
  const revisions = readRevisions(input.if_match)
  const needsDraft = !found || (isLatest && found.published)
  // The draft that the caller read has been published since, or never existed.
  if (needsDraft && revisions !== null) throw new AppError('revision_mismatch')
  const draft = needsDraft ? await makeDraft(ctx, id) : found
  const changes = {
    config: given.config,
    warnings: given.warnings,
    instruction_builder_inputs: given.inputs,
  }
  const isChange = given.config !== undefined || given.inputs !== undefined
  const changed = isChange ? await queries.changeDraft(ctx.store, id, draft.version, changes, revisions) : undefined
  if (changed) return changed
  // Nothing was changed: report why, unless the call requested no change.
  const current = isChange ? await requireVersion(ctx.store, id, String(draft.version)) : draft
  if (current.published) throw new AppError('version_published')
  if (isChange || !(revisions?.includes(current.revision) ?? true)) throw new AppError('revision_mismatch')
  return current
}

export const publishAgentVersion: Handler<'publishAgentVersion'> = async (ctx, input) => {
  const { id } = await requireAgent(ctx, input.agent_id)
  // Its configuration was validated when it was written, but servers of earlier versions did not check patterns.
  const { version, config, published } = await requireVersion(ctx.store, id, input.version)
  const faults = published ? [] : retentionFaults(config, 'config')
  if (faults.length > 0) throw invalid(...faults)
  const isPublished = await queries.markVersionPublished(ctx.store, id, version, readRevisions(input.if_match))
  if (!isPublished) throw new AppError('revision_mismatch')
  return []
}

const configSchema = JSON.parse(JSON.stringify(AgentConfig)) as Record<string, unknown>

export const getAgentConfigSchema: Handler<'getAgentConfigSchema'> = async () => configSchema

interface VersionFields {
  config?: JsonObject
  warnings: string[]
  /** Null removes them. */
  inputs?: JsonObject | null
}

/** To check such a configuration takes milliseconds. */
const large_characters = 65_536

async function readVersionFields(
  ctx: Context<Agents>,
  input: Pick<Input<'updateAgentVersion'>, 'config' | 'instruction_builder_inputs'>,
  faults: FieldFault[] = [],
): Promise<VersionFields> {
  const { limits } = ctx.core.config
  const fields: VersionFields = { warnings: [] }
  if (input.config !== null && input.config !== undefined) {
    if (isLongerAsJson(input.config, large_characters)) await ctx.core.pieces.begin(ctx.store.organization_id)
    const verdict = validateAgentConfig(input.config, limits)
    faults.push(...verdict.faults)
    fields.config = input.config as JsonObject
    fields.warnings = verdict.warnings
  }
  if (input.instruction_builder_inputs !== undefined) {
    fields.inputs = input.instruction_builder_inputs as JsonObject | null
    faults.push(...faultsOfSize('instruction_builder_inputs', fields.inputs, limits.agent_config_bytes))
  }
  if (faults.length > 0) throw invalid(...faults)
  if (fields.config) {
    await refuseOtherDatasets(ctx, fields.config)
    fields.warnings.push(...(await reviewConfig(ctx, fields.config)))
  }
  return fields
}

/** An agent tells what its datasets say, so a caller who cannot read those of the organization must not give it another one. */
async function refuseOtherDatasets({ access, store }: Context, config: JsonObject): Promise<void> {
  const wanted = access.agent_ids === null ? [] : listDatasets(config, 'config')
  if (wanted.length === 0) return
  const wider = findWider(wanted, await listDatasetsOfAgents(store, access.agent_ids!))
  if (wider === undefined) return
  throw new AppError(
    'forbidden',
    `A credential that is narrowed to agents can only name datasets that these agents search already, and with the same filter (${wider.path}).`,
  )
}

const max_reviews = 100

async function reviewConfig({ store, room }: Context<Agents>, config: JsonObject): Promise<string[]> {
  const found = await Promise.all(room.reviews.map((review) => review(store, config, 'config')))
  return found.flat().slice(0, max_reviews)
}

function readVersionCursor(cursor: string): number {
  const [version = ''] = decodeCursor(cursor, 1)
  if (!/^[1-9]\d{0,8}$/.test(version)) throw invalidCursor()
  return Number(version)
}
