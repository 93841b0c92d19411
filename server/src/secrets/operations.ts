// The operations on an organization's secrets. A value can be set but never read.
import { secret_name_pattern } from '@parley/contract'
import { requireCurrentKey } from '../sealing/secret-key.ts'
import type { Handler } from '../calls/context.ts'
import { cutPage, decodeTimeCursor, default_page_size } from '../database/cursor.ts'
import { AppError, invalid, notFound } from '../base/errors.ts'
import * as queries from './queries.ts'
import type { SecretSizes } from './queries.ts'
import { contextOf } from './read-secrets.ts'
import { secretSettings } from './settings.ts'

/** The number is limited because every tool response is searched for each secret. */
const max_secrets = 200

const is_name = new RegExp(secret_name_pattern)

export const setSecret: Handler<'setSecret'> = async (ctx, { name, value }) => {
  if (!is_name.test(name)) throw invalid({ path: 'name', message: `must match ${secret_name_pattern}` })
  const { secret_sealer } = ctx.core.sealers
  const sealed = secret_sealer.seal(value, contextOf(ctx.store.organization_id, name))
  return ctx.store.transaction(async (tx) => {
    await requireCurrentKey(tx, secret_sealer)
    await queries.lockSecrets(tx)
    const sizes = await queries.measureSecrets(tx, name)
    if (sizes.others >= max_secrets) throw new AppError('too_many_secrets')
    requireRoom(sizes, Buffer.byteLength(value), ctx.core.config.of(secretSettings).secret_bytes)
    return queries.upsertSecret(tx, name, sealed)
  })
}

/** Always accepts a value that is no longer than the previous one, because the limit may have been lowered since. */
function requireRoom({ bytes_of_others, bytes_before }: SecretSizes, bytes: number, most: number): void {
  if (bytes_of_others + bytes <= most || bytes <= bytes_before) return
  const used = `The organization’s other secrets use ${bytes_of_others} of ${most} bytes, and this value has ${bytes}.`
  throw new AppError('secrets_too_large', `${used} Delete a secret or set a shorter value first.`)
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
