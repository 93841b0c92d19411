// Finds the conversation of a call, or answers as if it did not exist for this caller.
import type { ConversationPermission } from '@parley/contract'
import { maySeeAgent } from '../../calls/access.ts'
import type { Context } from '../../calls/context.ts'
import { AppError, notFound } from '../../base/errors.ts'
import type { FoundConversation } from '../machine/rows.ts'
import { filterSeen } from './seen-by.ts'
import { findConversation } from './conversation.ts'

/**
 * `permission` is what a conversation token needs; other credentials have been checked by their scopes. Ids that are unknown,
 * malformed,
 * or of another organization or agent all get the same 404.
 */
export async function requireConversation(
  ctx: Pick<Context, 'access' | 'store'>,
  id: string,
  permission: ConversationPermission | null,
): Promise<FoundConversation> {
  const { conversation: token } = ctx.access
  if (token && token.id !== id.toLowerCase()) throw notFound('Conversation')
  const record = await findConversation(ctx.store, id)
  if (!record || !maySeeAgent(ctx.access, record.agent_id)) throw notFound('Conversation')
  if ((await filterSeen(ctx.access, ctx.store, [record])).length === 0) throw notFound('Conversation')
  if (token && (permission === null || !token.permissions.has(permission))) throw new AppError('forbidden')
  return record
}

/** Whether an open stream may go on: its conversation may have moved to a team that the caller does not see. Costs others nothing. */
export async function maySeeStill({ access, store }: Pick<Context, 'access' | 'store'>, id: string): Promise<boolean> {
  if (!access.sees_teams) return true
  const record = await findConversation(store, id)
  return record === null || (await filterSeen(access, store, [record])).length > 0
}
