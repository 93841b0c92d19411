// The conversations of a visitor: their list, fresh tokens, how far they were read, and what changes on the visitor’s page.
import { AppError, invalid } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Handler } from '../../calls/context.ts'
import { announce, changeMetadata } from '../../conversations/conversations.ts'
import { isActive } from '../../conversations/machine/conversation.ts'
import { applyMergePatch } from '../../conversations/machine/merge-patch.ts'
import { readVisited } from '../../conversations/read/visited.ts'
import { decodeCursor, default_page_size, encodeCursor, invalidCursor } from '../../database/cursor.ts'
import { isTimestamp } from '../../base/validation.ts'
import { takeOf } from '../allowance-rows.ts'
import { faultsOfClient, pageOf } from '../rules/start.ts'
import type { WebWidgets } from '../services.ts'
import { webWidgetSettings } from '../settings.ts'
import { listVisitorRows, raiseReadPosition } from '../visitor-rows.ts'
import { signToken } from './conversation-tokens.ts'
import { requireOwn } from './own-conversation.ts'

export const listVisitorConversations: Handler<'listVisitorConversations', WebWidgets> = async (ctx, input) => {
  const { limit = default_page_size, cursor } = input
  const rows = await listVisitorRows(ctx.store, ctx.access.visitor!, cursor ? readCursor(cursor) : null, limit + 1)
  const page = rows.slice(0, limit)
  const visited = await readVisited(ctx.store, page)
  const data = page.flatMap(({ conversation_id, feedback_given }) => {
    const found = visited.get(conversation_id)
    return found ? [{ ...found, feedback_given }] : []
  })
  const next_cursor = rows.length > limit ? encodeCursor([page.at(-1)!.created_at]) : null
  return { data, pagination: { limit, next_cursor } }
}

function readCursor(cursor: string): string {
  const [time] = decodeCursor(cursor, 1)
  if (!isTimestamp(time!)) throw invalidCursor()
  return time!
}

export const createVisitorConversationToken: Handler<'createVisitorConversationToken', WebWidgets> = async (
  ctx,
  input,
) => {
  const { record } = await requireOwn(ctx, input.conversation_id)
  return signToken(ctx, record, isActive(record.status))
}

export const readVisitorConversation: Handler<'readVisitorConversation', WebWidgets> = async (ctx, input) => {
  const { record } = await requireOwn(ctx, input.conversation_id)
  await raiseReadPosition(ctx.store, record.id, input.position)
}

export const updateVisitorConversation: Handler<'updateVisitorConversation', WebWidgets> = async (ctx, input) => {
  const { record } = await requireOwn(ctx, input.conversation_id)
  const { client, page } = input
  const { core, room, store } = ctx
  const { widget_id } = ctx.access.visitor!
  const { updates_per_minute: most } = core.config.of(webWidgetSettings)
  const subject = core.sealers.address_signer(`update ${record.id}`)
  const wait = await takeOf(store, widget_id, subject, { most, seconds: 60 })
  if (wait !== null) throw new AppError('rate_limited', undefined, {}, { retry_after: wait })
  if (client == null && page == null) return
  await changeMetadata(store, room.conversations.commits, record.id, (metadata) => {
    const merged = client == null ? metadata['client'] : applyMergePatch(metadata['client'], client as JsonObject)
    const faults = faultsOfClient(merged)
    if (faults.length > 0) throw invalid(...faults)
    return {
      ...metadata,
      ...(merged === undefined ? {} : { client: merged }),
      ...(page == null ? {} : { page: pageOf(page) }),
    }
  })
  announce(core, record.id)
  room.conversations.watcher.changed(store.organization_id)
}
