// The operations on an organization's secrets. A value comes in and never goes out.
import { secret_name_pattern } from '@parley/contract'
import { requireCurrentKey } from '../access/secret-key.ts'
import type { Handler } from '../context.ts'
import { cutPage, decodeTimeCursor, default_page_size } from '../database/cursor.ts'
import { AppError, invalid, notFound } from '../errors.ts'
import * as queries from './queries.ts'
import { contextOf } from './read-secrets.ts'

/** Each is looked for in whatever a tool answers. */
const max_secrets = 200

const is_name = new RegExp(secret_name_pattern)

export const setSecret: Handler<'setSecret'> = async (ctx, { name, value }) => {
  if (!is_name.test(name)) throw invalid({ path: 'name', message: `must match ${secret_name_pattern}` })
  const { secret_sealer } = ctx.services
  const sealed = secret_sealer.seal(value, contextOf(ctx.store.organization_id, name))
  return ctx.store.transaction(async (tx) => {
    await requireCurrentKey(tx, secret_sealer)
    await queries.lockSecrets(tx)
    if ((await queries.countOthers(tx, name)) >= max_secrets) throw new AppError('too_many_secrets')
    return queries.upsertSecret(tx, name, sealed)
  })
}

export const listSecrets: Handler<'listSecrets'> = async (ctx, input) => {
  const after = decodeTimeCursor(input.cursor, (key) => is_name.test(key))
  const limit = input.limit ?? default_page_size
  const rows = await queries.listSecretRows(ctx.store, after, limit + 1)
  return cutPage(rows, limit, (row) => ({ time: row.created_at, key: row.name }))
}

export const deleteSecret: Handler<'deleteSecret'> = async (ctx, { name }) => {
  if (!is_name.test(name) || !(await queries.deleteSecretRow(ctx.store, name))) throw notFound('Secret')
}
