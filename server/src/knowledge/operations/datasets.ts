// The operations on datasets.
import { createHash } from 'node:crypto'
import type { ChunkingStrategy, DatasetLanguage, Input } from '@parley/contract'
import { findAgentsNaming } from '../../agents/agents.ts'
import { AppError, invalid, notFound } from '../../base/errors.ts'
import { canonicalJson } from '../../base/json.ts'
import { isUuid } from '../../base/ports.ts'
import type { Context, Handler } from '../../calls/context.ts'
import { cutPage, decodeTimeCursor, default_page_size } from '../../database/cursor.ts'
import type { TransactionStore } from '../../database/store.ts'
import { addOrganizationEvent } from '../../events/events.ts'
import { rebuildByDataset, requestErasing } from '../ingest/requests.ts'
import { lockDatasetRows } from '../ingest/rows.ts'
import { listDatasetRows, presentDataset, presentDatasets, requireDataset } from '../read/datasets.ts'
import { effectiveChunking, faultsOfChunking, isSameChunking, readChunking } from '../rules/chunking.ts'
import type { Knowledge } from '../services.ts'
import { knowledgeSettings } from '../settings.ts'
import { before_words, eraseLeftWords } from '../search/index-chunks.ts'
import { changeModel } from '../vectors/vectors.ts'
import * as queries from './dataset-queries.ts'

type Ctx = Context<Knowledge>

/** That are erased in the commit of a delete. Until the rest is gone too, the dataset’s id is taken. */
const most_words = 5000

export const createDataset: Handler<'createDataset', Knowledge> = async (ctx, input) => {
  const chunking = checkFields(input)
  const { id, idempotency_key: _key, ...body } = input
  const creation_hash = id ? createHash('sha256').update(canonicalJson(body)).digest() : null
  const dataset_id = id?.toLowerCase() ?? ctx.core.ports.newId()
  const most = ctx.core.config.of(knowledgeSettings).datasets
  await ctx.store.transaction(async (tx) => {
    // One after the other, so that the limit holds.
    await queries.lockDatasetQuota(tx)
    const taken = id ? await queries.findCreation(tx, dataset_id) : null
    if (taken && creation_hash && taken.creation_hash?.equals(creation_hash)) return
    if (taken) throw new AppError('dataset_id_taken')
    if ((await queries.countDatasets(tx)) >= most) throw new AppError('too_many_datasets')
    const { name, description = null, embedding_model = null, embedding_dimension = null } = input
    const language = input.language ?? 'auto'
    const fields = { name, description, embedding_model, embedding_dimension, language, chunking }
    if (!(await queries.insertDataset(tx, { ...fields, id: dataset_id, creation_hash }))) {
      throw new AppError('dataset_id_taken')
    }
    await changeModel(tx, ctx.core.ports, ctx.room, dataset_id)
    report(ctx, tx, 'dataset.created', { id: dataset_id, name })
  })
  return answer(ctx, dataset_id)
}

export const listDatasets: Handler<'listDatasets', Knowledge> = async (ctx, input) => {
  const after = decodeTimeCursor(input.cursor, isUuid)
  const limit = input.limit ?? default_page_size
  const rows = await listDatasetRows(ctx.store, input, after, limit + 1)
  const page = cutPage(rows, limit, ({ created_at, id }) => ({ time: created_at, key: id }))
  return { ...page, data: await presentDatasets(ctx.room, ctx.store, page.data) }
}

export const getDataset: Handler<'getDataset', Knowledge> = (ctx, input) => answer(ctx, input.dataset_id)

export const updateDataset: Handler<'updateDataset', Knowledge> = async (ctx, input) => {
  const { id } = await requireDataset(ctx.store, input.dataset_id)
  const chunking = checkFields(input)
  const { description, embedding_model, embedding_dimension } = input
  const changes = {
    name: input.name ?? undefined,
    description,
    embedding_model,
    embedding_dimension,
    language: input.language === null ? ('auto' as const) : input.language,
    chunking: input.chunking_strategy === undefined ? undefined : chunking,
  }
  if (Object.values(changes).every((value) => value === undefined)) return answer(ctx, id)
  await ctx.store.transaction(async (tx) => {
    const [before] = await lockDatasetRows(tx, [id], 'no key update')
    if (!before) throw notFound('Dataset')
    const name = await queries.changeDataset(tx, id, changes)
    await rebuildIfNeeded(tx, before, changes)
    if (embedding_model !== undefined || embedding_dimension !== undefined)
      await changeModel(tx, ctx.core.ports, ctx.room, id)
    report(ctx, tx, 'dataset.updated', { id, name })
  })
  return answer(ctx, id)
}

export const deleteDataset: Handler<'deleteDataset', Knowledge> = async (ctx, input) => {
  const { id } = await requireDataset(ctx.store, input.dataset_id)
  const agents = await findAgentsNaming(ctx.store, [id])
  await ctx.store.transaction(async (tx) => {
    // Nobody attaches, switches or searches it from here on; a build that is under way stops at its next write.
    const [dataset] = await lockDatasetRows(tx, [id], 'update')
    if (!dataset) throw notFound('Dataset')
    const sources = await queries.removeDataset(tx, id)
    requestErasing(tx)
    await eraseLeftWords(tx, id, before_words, most_words)
    const data = { dataset_id: id, name: dataset.name, sources }
    const event = { id: ctx.core.ports.newId(), organization_id: tx.organization_id, subject: id }
    addOrganizationEvent(tx, { ...event, type: 'dataset.deleted', data })
  })
  return { message: 'Dataset deleted. Its sources still exist.', agents: agents.get(id) ?? [] }
}

async function answer(ctx: Ctx, dataset_id: string) {
  return presentDataset(ctx.room, ctx.store, await requireDataset(ctx.store, dataset_id))
}

type Fields = Pick<Input<'updateDataset'>, 'name' | 'chunking_strategy'>

/** Answers the strategy. */
function checkFields({ name, chunking_strategy }: Fields): ChunkingStrategy | null {
  const chunking = readChunking(chunking_strategy)
  const faults = faultsOfChunking(chunking)
  if (name?.trim() === '') faults.unshift({ path: 'name', message: 'must not be blank' })
  if (faults.length > 0) throw invalid(...faults)
  return chunking
}

interface Cutting {
  language?: DatasetLanguage
  chunking?: ChunkingStrategy | null
}

/** Another stemmer concerns all of its attachments, another strategy those that have none of their own. */
async function rebuildIfNeeded(
  tx: TransactionStore,
  before: Required<Cutting> & { id: string },
  { language, chunking }: Cutting,
): Promise<void> {
  const is_other_language = language !== undefined && language !== before.language
  const is_other_chunking =
    chunking !== undefined && !isSameChunking(effectiveChunking(chunking), effectiveChunking(before.chunking))
  if (is_other_language || is_other_chunking) await rebuildByDataset(tx, before.id, is_other_language)
}

function report(
  { core }: Ctx,
  tx: TransactionStore,
  type: 'dataset.created' | 'dataset.updated',
  { id, name }: { id: string; name: string },
): void {
  const data = { dataset_id: id, name }
  addOrganizationEvent(tx, { id: core.ports.newId(), organization_id: tx.organization_id, type, subject: id, data })
}
