// The operations on blocked visitors.
import { widgetBounds } from '@parley/contract'
import { AppError, notFound } from '../../base/errors.ts'
import { isUuid } from '../../base/ports.ts'
import type { Handler } from '../../calls/context.ts'
import { cutPage, decodeTimeCursor, default_page_size } from '../../database/cursor.ts'
import { type BlockRecord, countOtherBlocks, deleteBlockRow, insertBlock, listBlockRows } from '../block-rows.ts'
import { reportChange, requireLockedWidget, requireWidget } from '../require.ts'
import { webWidgetSettings } from '../settings.ts'
import { readVisitorOf } from '../visitor-rows.ts'

export const createWebWidgetBlock: Handler<'createWebWidgetBlock'> = async (ctx, input) => {
  const { id: widget_id } = await requireWidget(ctx, ctx.store, input.web_widget_id)
  const conversation_id = input.conversation_id.toLowerCase()
  const visitor = await readVisitorOf(ctx.store, widget_id, conversation_id)
  if (!visitor) throw notFound('Conversation')
  const hours = input.hours ?? widgetBounds.block.hours.default
  const most = ctx.core.config.of(webWidgetSettings).blocks
  const block = await ctx.store.transaction(async (tx) => {
    const widget = await requireLockedWidget(ctx, tx, input.web_widget_id)
    if ((await countOtherBlocks(tx, widget_id, conversation_id)) >= most) throw new AppError('too_many_blocks')
    const { reason = null } = input
    const given = { id: ctx.core.ports.newId(), conversation_id, ...visitor, reason, hours }
    const inserted = await insertBlock(tx, widget_id, given)
    reportChange(ctx, tx, widget, ['blocks'])
    return inserted
  })
  return presentBlock(block)
}

export const listWebWidgetBlocks: Handler<'listWebWidgetBlocks'> = async (ctx, input) => {
  const { id } = await requireWidget(ctx, ctx.store, input.web_widget_id)
  const after = decodeTimeCursor(input.cursor, isUuid)
  const limit = input.limit ?? default_page_size
  const rows = await listBlockRows(ctx.store, id, after, limit + 1)
  const page = cutPage(rows, limit, ({ created_at, block_id }) => ({ time: created_at, key: block_id }))
  return { ...page, data: page.data.map(presentBlock) }
}

export const deleteWebWidgetBlock: Handler<'deleteWebWidgetBlock'> = async (ctx, { web_widget_id, block_id }) => {
  await ctx.store.transaction(async (tx) => {
    const widget = await requireLockedWidget(ctx, tx, web_widget_id)
    const isDeleted = isUuid(block_id) && (await deleteBlockRow(tx, widget.id, block_id))
    if (!isDeleted) throw notFound('Block')
    reportChange(ctx, tx, widget, ['blocks'])
  })
}

function presentBlock({ block_id, conversation_id, expires_at, reason }: BlockRecord) {
  return { block_id, conversation_id, expires_at, reason }
}
