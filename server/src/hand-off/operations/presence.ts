// The operations on who is there.
import type { Assignee } from '@parley/contract'
import { AppError, invalid } from '../../base/errors.ts'
import type { Access } from '../../calls/access.ts'
import type { Context, Handler } from '../../calls/context.ts'
import { actingPerson } from '../../conversations/conversations.ts'
import { requireConversation } from '../../conversations/read/require.ts'
import { routeTeams } from '../routing/work.ts'
import { type Shower, showPresenceOf, stopTypingOf } from '../presence/conversation-rows.ts'
import { listPeople } from '../presence/rows.ts'
import type { HandOff } from '../services.ts'

export const showPresence: Handler<'showPresence', HandOff> = async (ctx, { conversation_id, state, external }) => {
  const { id } = await requireConversation(ctx, conversation_id, 'message')
  if (ctx.access.conversation && state === 'viewing') {
    throw invalid({ path: 'state', message: 'must be typing or idle with a conversation token' })
  }
  const who = describe(ctx.access, external)
  const hasChanged = await showPresenceOf(ctx.store, id, who, state)
  if (hasChanged) ctx.room.presence.tellShown(ctx.store.organization_id, id)
}

/** Nobody types on once what they wrote is sent, or another has the conversation. */
export async function stopTyping(ctx: Context<HandOff>, conversation_id: string, ...people: (Assignee | null)[]) {
  const who = people.filter((person) => person !== null)
  if (who.length > 0 && (await stopTypingOf(ctx.store, conversation_id, who))) {
    ctx.room.presence.tellShown(ctx.store.organization_id, conversation_id)
  }
}

function describe(access: Access, external: Parameters<typeof actingPerson>[1]): Shower {
  if (access.conversation) return { type: 'end_user', id: null, name: null }
  const { type, id, name } = actingPerson(access, external)
  return { type, id, name }
}

export const listPresence: Handler<'listPresence'> = async ({ store }) => ({ data: await listPeople(store) })

export const updateMyPresence: Handler<'updateMyPresence', HandOff> = async (ctx, { availability = null }) => {
  const user_id = memberOf(ctx)
  const { room, store } = ctx
  const { is_back } = await room.presence.mark(store, user_id, availability)
  if (is_back) await routeTeams(store, user_id)
  const [person] = await listPeople(store, user_id)
  // They were removed, or lost the scope, during the call.
  if (!person) throw new AppError('forbidden')
  return person
}

function memberOf({ access }: Context<HandOff>): string {
  if (access.actor.type === 'user') return access.actor.id!
  throw new AppError('forbidden', 'Only members have an availability. Call as a member.')
}
