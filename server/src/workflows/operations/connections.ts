// The operations on connections.
import { type ConnectionConfig, ConnectionConfig as ConfigSchema, type WorkflowConnection } from '@parley/contract'
import { AppError, type FieldFault, invalid, notFound } from '../../base/errors.ts'
import { findUnstorable } from '../../base/text.ts'
import { isUuid } from '../../base/ports.ts'
import type { Handler } from '../../calls/context.ts'
import { cutPage, decodeTimeCursor, default_page_size } from '../../database/cursor.ts'
import type { Store, TransactionStore } from '../../database/store.ts'
import { parley_connection } from '../rules/parley-tools.ts'
import { findConnectionFaults } from '../rules/connection-config.ts'
import * as rows from '../rows/connections.ts'
import { isConnectionUsed } from '../rows/versions.ts'
import type { Workflows } from '../services.ts'

export const listWorkflowConnections: Handler<'listWorkflowConnections', Workflows> = async ({ store }, input) => {
  const after = decodeTimeCursor(input.cursor, isUuid)
  const limit = input.limit ?? default_page_size
  const found = await rows.listConnectionRows(store, after, limit + 1)
  const page = cutPage(found, limit, ({ created_at, id }) => ({ time: created_at, key: id }))
  return { ...page, data: page.data.map(presentConnection) }
}

export const createWorkflowConnection: Handler<'createWorkflowConnection', Workflows> = async (ctx, input) => {
  const { name, description = null } = input
  const config = configOf(input)
  check(name, config)
  const id = ctx.core.ports.newId()
  return ctx.store.transaction(async (tx) => {
    await rows.lockConnections(tx)
    if ((await rows.countConnections(tx)) >= ctx.room.settings.connections) throw new AppError('too_many_connections')
    if (await rows.isNameTaken(tx, name, id)) throw new AppError('connection_name_taken')
    return presentConnection(await rows.insertConnection(tx, { id, name, description, config }))
  })
}

export const getWorkflowConnection: Handler<'getWorkflowConnection', Workflows> = async ({ store }, input) =>
  presentConnection(await requireConnection(store, input.connection_id))

export const updateWorkflowConnection: Handler<'updateWorkflowConnection', Workflows> = async (ctx, input) => {
  await requireConnection(ctx.store, input.connection_id)
  return ctx.store.transaction(async (tx) => {
    await rows.lockConnections(tx)
    const before = await requireConnection(tx, input.connection_id)
    const name = input.name ?? before.name
    const description = input.description === undefined ? before.description : input.description
    const config = { ...before.config, ...configOf(input) }
    check(name, config)
    if (name !== before.name) await requireRenamable(tx, before.id, name)
    return presentConnection(await rows.changeConnection(tx, { id: before.id, name, description, config }))
  })
}

async function requireRenamable(tx: TransactionStore, id: string, name: string): Promise<void> {
  if (await rows.isNameTaken(tx, name, id)) throw new AppError('connection_name_taken')
  // Its steps may name it by the name that it has.
  if (await isConnectionUsed(tx, id)) throw new AppError('connection_in_use')
}

export const deleteWorkflowConnection: Handler<'deleteWorkflowConnection', Workflows> = async (ctx, input) => {
  await ctx.store.transaction(async (tx) => {
    await rows.lockConnections(tx)
    const { id } = await requireConnection(tx, input.connection_id)
    if (await isConnectionUsed(tx, id)) throw new AppError('connection_in_use')
    await rows.deleteConnection(tx, id)
  })
}

async function requireConnection(store: Store, id: string): Promise<rows.ConnectionRow> {
  const connection = await rows.readConnection(store, id)
  if (!connection) throw notFound('Connection')
  return connection
}

const fields = Object.keys(ConfigSchema.properties) as (keyof ConnectionConfig)[]

/** What a call gives of it; of required fields null counts as not given. */
function configOf<Sent extends { [Field in keyof ConnectionConfig]?: unknown }>(sent: Sent): ConnectionConfig {
  const given = fields.filter((field) => sent[field] !== undefined && (sent[field] !== null || !isRequired(field)))
  return Object.fromEntries(given.map((field) => [field, sent[field]])) as ConnectionConfig
}

const isRequired = (field: string) => field === 'kind' || field === 'url'

/** As much as a definition may have. */
const max_bytes = 524_288

function check(name: string, config: ConnectionConfig): void {
  const faults: FieldFault[] = [...findUnstorable(config), ...findConnectionFaults(config)]
  if (Buffer.byteLength(JSON.stringify(config)) > max_bytes) {
    faults.push({ path: '', message: `must have at most ${max_bytes} bytes as JSON` })
  }
  if (name === parley_connection) faults.unshift({ path: 'name', message: 'is the name of the built-in connection' })
  // A name that looks like an id could mean another connection.
  if (isUuid(name)) faults.unshift({ path: 'name', message: 'must not look like an id' })
  if (faults.length > 0) throw invalid(...faults)
}

function presentConnection({ config, ...row }: rows.ConnectionRow): WorkflowConnection {
  return { ...row, ...config }
}
