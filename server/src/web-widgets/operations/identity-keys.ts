// The operations on identity keys: with one, a site signs who its visitors are.
import { widgetBounds } from '@parley/contract'
import { AppError, notFound } from '../../base/errors.ts'
import { isUuid } from '../../base/ports.ts'
import type { Handler } from '../../calls/context.ts'
import { default_page_size } from '../../database/cursor.ts'
import { requireCurrentKey } from '../../sealing/secret-key.ts'
import { deleteIdentityKeyRow, insertIdentityKey, listIdentityKeyRows } from '../identity-key-rows.ts'
import { reportChange, requireLockedWidget, requireWidget } from '../require.ts'

const secret_bytes = 32

export const createWebWidgetIdentityKey: Handler<'createWebWidgetIdentityKey'> = async (ctx, { web_widget_id }) => {
  const { ports, sealers } = ctx.core
  const key_id = ports.newId()
  // A prefix by which scanners of sources find it.
  const secret = `widk_${ports.randomBytes(secret_bytes).toString('base64url')}`
  const key = await ctx.store.transaction(async (tx) => {
    const widget = await requireLockedWidget(ctx, tx, web_widget_id)
    const keys = await listIdentityKeyRows(tx, widget.id)
    if (keys.length >= widgetBounds.identity_keys) throw new AppError('too_many_identity_keys')
    await requireCurrentKey(tx, sealers.identity_key_sealer)
    const sealed = sealers.identity_key_sealer.seal(secret, key_id)
    const inserted = await insertIdentityKey(tx, widget.id, key_id, sealed)
    reportChange(ctx, tx, widget, ['identity_keys'])
    return inserted
  })
  return { ...key, secret }
}

export const listWebWidgetIdentityKeys: Handler<'listWebWidgetIdentityKeys'> = async (ctx, { web_widget_id }) => {
  const { id } = await requireWidget(ctx, ctx.store, web_widget_id)
  const data = await listIdentityKeyRows(ctx.store, id)
  return { data, pagination: { limit: default_page_size, next_cursor: null } }
}

export const deleteWebWidgetIdentityKey: Handler<'deleteWebWidgetIdentityKey'> = async (
  ctx,
  { web_widget_id, key_id },
) => {
  await ctx.store.transaction(async (tx) => {
    const widget = await requireLockedWidget(ctx, tx, web_widget_id)
    const isDeleted = isUuid(key_id) && (await deleteIdentityKeyRow(tx, widget.id, key_id))
    if (!isDeleted) throw notFound('Identity key')
    reportChange(ctx, tx, widget, ['identity_keys'])
  })
}
