// Who handles a conversation as seen by the caller, and what the caller can do about it. Pure.
import type { Channel, Conversation } from '@parley/contract'
import { isActive } from '../transcript/conversation-state.ts'

/** `offered`: to the caller. `other`: somebody else holds it. `over`: it has ended. */
export type Standing = 'agent' | 'waiting' | 'offered' | 'mine' | 'other' | 'over'

export interface Caller {
  /** Null for keys, which act for people of other desks and cannot answer here. */
  user_id: string | null
  scopes: ReadonlySet<string>
}

export type Handled = Pick<
  Conversation,
  'id' | 'status' | 'channel' | 'handled_by' | 'assignee' | 'agent_version_id' | 'handling'
>

export function isHeldBy({ assignee }: Pick<Conversation, 'assignee'>, user_id: string | null): boolean {
  return assignee !== null && assignee.type === 'user' && assignee.id === user_id
}

export function standingOf(conversation: Handled, { user_id }: Pick<Caller, 'user_id'>): Standing {
  if (!isActive(conversation)) return 'over'
  const isOwn = isHeldBy(conversation, user_id)
  switch (conversation.handled_by) {
    case 'agent':
      return 'agent'
    case 'queue':
      return isOwn ? 'offered' : 'waiting'
    case 'person':
      return isOwn ? 'mine' : 'other'
  }
}

/** `take`: the reply also takes the conversation; null: somebody else holds it, or nobody can answer. */
export type ReplyWay = 'plain' | 'take' | null

export interface Abilities {
  take: boolean
  /** From the person who holds it. */
  takeFrom: boolean
  decline: boolean
  /** Ask for a person. */
  handOff: boolean
  reply: ReplyWay
  return: boolean
  assign: boolean
  snooze: boolean
  wake: boolean
  end: boolean
  /** Priority, while it is active. */
  prioritize: boolean
  tag: boolean
  note: boolean
}

/** The channels in which people can take conversations over. */
const withPeople: readonly Channel[] = ['text', 'email']
const endedByCall: readonly Channel[] = ['text']

export function abilitiesOf(conversation: Handled, caller: Caller): Abilities {
  const standing = standingOf(conversation, caller)
  const answers = caller.scopes.has('conversations:reply')
  const isPerson = answers && caller.user_id !== null
  const manages = caller.scopes.has('conversations:manage')
  const isOpen = standing !== 'over' && withPeople.includes(conversation.channel)
  const isQueued = standing === 'waiting' || standing === 'offered'
  const isSnoozed = (conversation.handling?.snoozed_until ?? null) !== null
  const isFree = standing === 'agent' || isQueued
  return {
    take: isPerson && isOpen && isFree,
    takeFrom: isPerson && isOpen && standing === 'other',
    decline: isPerson && isOpen && standing === 'offered',
    handOff: (answers || manages) && isOpen && standing === 'agent',
    reply: isPerson && isOpen ? (standing === 'mine' ? 'plain' : isFree ? 'take' : null) : null,
    return:
      isOpen &&
      conversation.agent_version_id !== null &&
      ((standing === 'mine' && isPerson) || (standing === 'other' && manages) || (isQueued && (answers || manages))),
    assign:
      isOpen &&
      ((isFree && (answers || manages)) || (isPerson && standing === 'mine') || (standing === 'other' && manages)),
    snooze: isPerson && isOpen && standing === 'mine',
    wake: isPerson && isOpen && standing === 'mine' && isSnoozed,
    end:
      standing !== 'over' &&
      endedByCall.includes(conversation.channel) &&
      (manages || (isPerson && standing === 'mine')),
    prioritize: (answers || manages) && standing !== 'over',
    tag: answers || manages,
    note: isPerson,
  }
}
