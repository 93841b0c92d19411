// Changes the metadata of a conversation.
import { invalid } from '../../base/errors.ts'
import type { Handler } from '../../calls/context.ts'
import type { Conversations } from '../services.ts'
import type { JsonObject } from '../../base/json.ts'
import { faultsOfSize } from '../../base/json-size.ts'
import type { TransactionStore } from '../../database/store.ts'
import { changeMetadata } from '../commit/content.ts'
import { noteDepth } from '../commit/around-workflows.ts'
import { announce } from '../commit/follow-up.ts'
import { requireConversation } from '../read/require.ts'
import { applyMergePatch } from '../machine/merge-patch.ts'
import { presentConversation } from '../read/present.ts'

export const updateConversation: Handler<'updateConversation', Conversations> = async (ctx, input) => {
  const { id } = await requireConversation(ctx, input.conversation_id, null)
  const { metadata_bytes } = ctx.core.config.limits
  const note = { alongside: async (tx: TransactionStore) => noteDepth(tx, id, ctx.depth) }
  const patch = (metadata: JsonObject) => {
    const patched = applyMergePatch(metadata, input.custom_metadata as JsonObject) as JsonObject
    const faults = faultsOfSize('custom_metadata', patched, metadata_bytes)
    if (faults.length > 0) throw invalid(...faults)
    return patched
  }
  const record = await changeMetadata(ctx.store, ctx.room.commits, id, patch, note)
  announce(ctx.core, id)
  ctx.room.watcher.changed(ctx.store.organization_id)
  return presentConversation(ctx.access, record)
}
