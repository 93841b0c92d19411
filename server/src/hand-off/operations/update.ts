// Changes the priority and the tags of a conversation.
import { invalid } from '../../base/errors.ts'
import { findUnstorable } from '../../base/text.ts'
import type { Handler } from '../../calls/context.ts'
import { describeHandlingActor } from '../../conversations/conversations.ts'
import { decideUpdate } from '../../conversations/machine/handling-upkeep.ts'
import { requireConversation } from '../../conversations/read/require.ts'
import { exceedsTags } from '../inbox/counts.ts'
import type { HandOff } from '../services.ts'
import { answerWith, changeHandling } from './change.ts'

export const updateConversationHandling: Handler<'updateConversationHandling', HandOff> = async (ctx, input) => {
  const conversation = await requireConversation(ctx, input.conversation_id, null)
  const { priority = null, tags = null } = input
  if (priority === null && tags === null) throw invalid({ path: '', message: 'must have priority or tags' })
  const faults = findUnstorable({ tags })
  if (faults.length > 0) throw invalid(...faults)
  const by = describeHandlingActor(ctx, conversation)
  const update = { by, why: 'call' as const, priority, tags: tags && [...new Set(tags.map(normalizeTag))] }
  await changeHandling(ctx, conversation, {
    leaves: false,
    decide: async (state, tx) => {
      if (update.tags && (await exceedsTags(tx, update.tags))) return { refused: 'too_many_tags' }
      return decideUpdate(state, update)
    },
  })
  return answerWith(ctx, conversation.id)
}

const normalizeTag = (tag: string) => tag.normalize('NFC').trim().toLowerCase()
