// Describes a caller in the records of what they ended.
import type { EndedBy } from '@parley/contract'
import type { Context } from '../calls/context.ts'
import type { Conversations } from './services.ts'

export function describeActor(
  ctx: Context<Conversations>,
  conversation: { user_id: string },
  reason: string | null,
): EndedBy {
  const { actor } = ctx.access
  if (actor.type === 'end_user') return { type: 'user', id: conversation.user_id, name: null, reason }
  return { type: actor.type, id: actor.id, name: actor.name, reason }
}
