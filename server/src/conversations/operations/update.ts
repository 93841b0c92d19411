// The operations of conversations, by their ids; each is in the file of what it does.
import { maySeeSensitive } from '../../calls/access.ts'
import { AppError, invalid } from '../../base/errors.ts'
import type { Handler } from '../../calls/context.ts'
import type { Conversations } from '../conversations.ts'
import type { JsonObject } from '../../base/json.ts'
import { faultsOfSize } from '../../base/json-size.ts'
import { changeMetadata } from '../commit/content.ts'
import { announce } from '../commit/follow-up.ts'
import { requireConversation } from '../read/require.ts'
import { decodeCursor, encodeCursor } from '../../database/cursor.ts'
import { applyMergePatch } from '../machine/merge-patch.ts'
import { listTurns } from '../read/conversation.ts'
import { readTranscript } from '../read/transcript.ts'
import { mayReadTranscript, presentConversation, presentTurn } from '../read/present.ts'

export { createConversation } from './create.ts'
export { cancelTurn, deleteConversation, endConversation } from './end.ts'
export { importConversations } from './import.ts'
export { countConversations, listConversations } from '../read/list.ts'
export { sendConversationMessage } from './message.ts'

export const getConversation: Handler<'getConversation', Conversations> = async (ctx, input) => {
  const record = await requireConversation(ctx, input.conversation_id, 'read')
  if (!mayReadTranscript(ctx.access)) return presentConversation(ctx.access, record)
  const max_bytes = ctx.core.config.limits.answer_bytes
  const only_said = ctx.access.conversation !== null
  const part = await readTranscript(ctx.store, record.id, { from: input.items_from ?? 0, max_bytes, only_said })
  return presentConversation(ctx.access, record, part)
}

export const updateConversation: Handler<'updateConversation', Conversations> = async (ctx, input) => {
  const { id } = await requireConversation(ctx, input.conversation_id, null)
  const { metadata_bytes } = ctx.core.config.limits
  const record = await changeMetadata(ctx.store, ctx.core, id, (metadata) => {
    const patched = applyMergePatch(metadata, input.custom_metadata as JsonObject) as JsonObject
    const faults = faultsOfSize('custom_metadata', patched, metadata_bytes)
    if (faults.length > 0) throw invalid(...faults)
    return patched
  })
  announce(ctx.core, id)
  ctx.room.watcher.changed(ctx.store.organization_id)
  return presentConversation(ctx.access, record)
}

export const listConversationTurns: Handler<'listConversationTurns', Conversations> = async (ctx, input) => {
  const { id } = await requireConversation(ctx, input.conversation_id, null)
  const limit = input.limit ?? 20
  const rows = await listTurns(ctx.store, id, readSequence(input.cursor), limit + 1)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const next_cursor = rows.length > limit && last ? encodeCursor([String(last.sequence)]) : null
  return { data: page.map(presentTurn), pagination: { limit, next_cursor } }
}

function readSequence(cursor: string | undefined): number {
  if (cursor === undefined) return 0
  const [sequence] = decodeCursor(cursor, 1)
  if (!/^\d{1,9}$/.test(sequence!)) throw invalid({ path: 'cursor', message: 'is not a cursor of this list' })
  return Number(sequence)
}

export const createConversationToken: Handler<'createConversationToken', Conversations> = async (ctx, input) => {
  const { id } = await requireConversation(ctx, input.conversation_id, null)
  // Reading shows what was said: nobody can hand on what he does not hold.
  if (input.permissions.includes('read') && !maySeeSensitive(ctx.access)) {
    throw new AppError('forbidden', 'A token that reads needs the scope conversations:read_sensitive.')
  }
  const claims = {
    organization_id: ctx.access.organization_id,
    conversation_id: id,
    permissions: [...input.permissions],
  }
  const { token, expires_at } = await ctx.room.tokens.sign(claims, input.expires_in ?? 3600)
  return { token, permissions: claims.permissions, expires_at }
}
