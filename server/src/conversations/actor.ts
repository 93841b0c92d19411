// Describes a caller in the records of what they changed.
import type { EndedBy, HandlingActor } from '@parley/contract'
import type { Context } from '../calls/context.ts'

type Caller = Pick<Context, 'access'>

export function describeActor(ctx: Caller, conversation: { user_id: string }, reason: string | null): EndedBy {
  const { actor } = ctx.access
  if (actor.type === 'end_user') return { type: 'user', id: conversation.user_id, name: null, reason }
  return { type: actor.type, id: actor.id, name: actor.name, reason }
}

/** In the records of hand-offs. */
export function describeHandlingActor({ access: { actor } }: Caller, conversation: { user_id: string }): HandlingActor {
  if (actor.type === 'end_user') return { type: 'end_user', id: conversation.user_id, name: null }
  return { type: actor.type, id: actor.id, name: actor.name }
}
