// The operations on webhook endpoints and their deliveries.
import type { Input } from '@parley/contract'
import { maySeeSensitive } from '../calls/access.ts'
import { requireCurrentKey } from '../sealing/secret-key.ts'
import { agentsExist } from '../agents/agents.ts'
import type { Context, Handler } from '../calls/context.ts'
import { requireConversation } from '../conversations/read/require.ts'
import {
  cutPage,
  decodeCursor,
  decodeTimeCursor,
  default_page_size,
  encodeCursor,
  invalidCursor,
} from '../database/cursor.ts'
import { AppError, type FieldFault, invalid, notFound } from '../base/errors.ts'
import { isUuid } from '../base/ports.ts'
import * as queries from './queries.ts'
import type { DeliveryRecord, EndpointRecord } from './queries.ts'
import { checkPatterns, checkUrl } from './rules/deliveries.ts'
import { createSecret } from './sign.ts'

/** Each event is matched against all of them. */
const max_endpoints = 50

/** What one call sends again. */
const max_redelivered = 10_000

const default_previous_valid_seconds = 86_400

export const listWebhookEndpoints: Handler<'listWebhookEndpoints'> = async (ctx, input) => {
  const after = decodeTimeCursor(input.cursor, isUuid)
  const limit = input.limit ?? default_page_size
  const rows = await queries.listEndpointRows(ctx.store, after, limit + 1)
  return cutPage(rows, limit, (row) => ({ time: row.created_at, key: row.id }))
}

export const createWebhookEndpoint: Handler<'createWebhookEndpoint'> = async (ctx, sent) => {
  const input = { ...sent, url: sent.url.trim() }
  requireSensitive(ctx)
  await checkFields(ctx, input)
  const { webhook_sealer } = ctx.core.sealers
  const { ports } = ctx.core
  const id = ports.newId()
  const secret = createSecret(ports)
  const endpoint = await ctx.store.transaction(async (tx) => {
    await requireCurrentKey(tx, webhook_sealer)
    await queries.lockEndpoints(tx)
    if ((await queries.countEndpoints(tx)) >= max_endpoints) throw new AppError('too_many_webhooks')
    const { url, events, description = null, agent_id } = input
    const fields = { id, url, events, description, active: input.active ?? true, agent_id: agent_id ?? null }
    const shows_outputs = mayReadOutputs(ctx)
    return queries.insertEndpoint(tx, { ...fields, shows_outputs }, webhook_sealer.seal(secret, id))
  })
  return { ...endpoint, secret }
}

export const getWebhookEndpoint: Handler<'getWebhookEndpoint'> = (ctx, input) => requireEndpoint(ctx, input)

export const updateWebhookEndpoint: Handler<'updateWebhookEndpoint'> = async (ctx, sent) => {
  const input = { ...sent, url: sent.url?.trim() }
  const { id } = await requireEndpoint(ctx, input)
  requireSensitive(ctx)
  await checkFields(ctx, input)
  const changes = {
    url: input.url ?? undefined,
    events: input.events ?? undefined,
    description: input.description,
    active: input.active ?? undefined,
    agent_id: input.agent_id,
    // Callers without the scope cannot have outputs sent to another address.
    shows_outputs: input.url && !mayReadOutputs(ctx) ? false : undefined,
  }
  const isChange = Object.values(changes).some((value) => value !== undefined)
  return isChange ? found(await queries.changeEndpoint(ctx.store, id, changes)) : requireEndpoint(ctx, input)
}

const mayReadOutputs = ({ access }: Context) => access.scopes.has('workflows:read_sensitive')

export const deleteWebhookEndpoint: Handler<'deleteWebhookEndpoint'> = async (ctx, input) => {
  if (!(await queries.markEndpointDeleted(ctx.store, readId(input.webhook_id)))) throw notFound('Webhook endpoint')
}

export const rotateWebhookSecret: Handler<'rotateWebhookSecret'> = async (ctx, input) => {
  const id = readId(input.webhook_id)
  const { webhook_sealer } = ctx.core.sealers
  const { ports } = ctx.core
  const secret = createSecret(ports)
  const valid_seconds = input.previous_valid_seconds ?? default_previous_valid_seconds
  const sealed = webhook_sealer.seal(secret, id)
  const endpoint = await ctx.store.transaction(async (tx) => {
    await requireCurrentKey(tx, webhook_sealer)
    return queries.changeSecret(tx, id, sealed, valid_seconds)
  })
  return { ...found(endpoint), secret }
}

export const testWebhookEndpoint: Handler<'testWebhookEndpoint'> = async (ctx, input) => {
  const { id } = await requireActive(ctx, input)
  const { ports } = ctx.core
  return present(ctx, await queries.insertTest(ctx.store, id, ports.newId(), ports.newId()))
}

export const listWebhookDeliveries: Handler<'listWebhookDeliveries'> = async (ctx, input) => {
  const { id } = await requireEndpoint(ctx, input)
  const after = decodeTimeCursor(input.cursor, isUuid)
  const limit = input.limit ?? default_page_size
  const rows = await queries.listDeliveryRows(ctx.store, id, input.status, after, limit + 1)
  const page = cutPage(rows, limit, (row) => ({ time: row.created_at, key: row.id }))
  return { ...page, data: page.data.map((row) => present(ctx, row)) }
}

export const listConversationDeliveries: Handler<'listConversationDeliveries'> = async (ctx, input) => {
  const { id } = await requireConversation(ctx, input.conversation_id, null)
  const limit = input.limit ?? default_page_size
  const after = readEventPosition(input.cursor)
  const rows = await queries.listDeliveryRowsOfConversation(ctx.store, id, input.status, after, limit + 1)
  const data = rows.slice(0, limit)
  const last = data.at(-1)
  const next_cursor = rows.length > limit && last ? encodeCursor([String(last.sequence), last.id]) : null
  return { data: data.map((row) => present(ctx, row)), pagination: { limit, next_cursor } }
}

function readEventPosition(cursor: string | undefined): queries.EventPosition | null {
  if (cursor === undefined) return null
  const [sequence = '', delivery_id = ''] = decodeCursor(cursor, 2)
  if (!/^\d{1,15}$/.test(sequence) || !isUuid(delivery_id)) throw invalidCursor()
  return { sequence: Number(sequence), delivery_id }
}

export const redeliverWebhookDelivery: Handler<'redeliverWebhookDelivery'> = async (ctx, input) => {
  const { id } = await requireActive(ctx, input)
  const delivery_id = readId(input.delivery_id, 'Delivery')
  const delivery = await queries.renewDelivery(ctx.store, id, delivery_id)
  if (!delivery) throw notFound('Delivery')
  return present(ctx, delivery)
}

export const redeliverWebhookDeliveries: Handler<'redeliverWebhookDeliveries'> = async (ctx, input) => {
  const { id } = await requireActive(ctx, input)
  const { after, before = null } = input
  const range = { after, before, only_failed: input.only_failed ?? false }
  const { redelivered, last } = await queries.renewDeliveries(ctx.store, id, range, max_redelivered)
  return { redelivered, continue_after: redelivered === max_redelivered ? last : null }
}

/** Deliveries contain what was said: callers can have events sent only if they may read them. */
function requireSensitive({ access }: Context): void {
  if (maySeeSensitive(access)) return
  throw new AppError('forbidden', 'Webhook endpoints need a credential with the scope conversations:read_sensitive.')
}

type Fields = Pick<Input<'updateWebhookEndpoint'>, 'url' | 'events' | 'agent_id'>

async function checkFields({ store }: Context, { url, events, agent_id }: Fields): Promise<void> {
  const faults: FieldFault[] = []
  if (url != null) faults.push(...checkUrl(url))
  if (events != null) faults.push(...checkPatterns(events))
  if (agent_id != null && !(await agentsExist(store, [agent_id]))) {
    faults.push({ path: 'agent_id', message: 'is not an agent of this organization' })
  }
  if (faults.length > 0) throw invalid(...faults)
}

function readId(text: string, what = 'Webhook endpoint'): string {
  if (!isUuid(text)) throw notFound(what)
  return text.toLowerCase()
}

function found(endpoint: EndpointRecord | undefined): EndpointRecord {
  if (!endpoint) throw notFound('Webhook endpoint')
  return endpoint
}

async function requireEndpoint({ store }: Context, input: { webhook_id: string }): Promise<EndpointRecord> {
  return found(await queries.findEndpoint(store, readId(input.webhook_id)))
}

async function requireActive(ctx: Context, input: { webhook_id: string }): Promise<EndpointRecord> {
  const endpoint = await requireEndpoint(ctx, input)
  if (!endpoint.active) throw new AppError('webhook_inactive')
  return endpoint
}

/** A receiver's answer may repeat what it was sent. */
function present({ access }: Context, { endpoint_id, type, ...row }: DeliveryRecord) {
  const tries = maySeeSensitive(access) ? row.tries : row.tries.map((one) => ({ ...one, response_body: null }))
  const sequence = row.conversation_id === null ? null : row.sequence
  return { ...row, webhook_id: endpoint_id, event_type: type, sequence, tries }
}
