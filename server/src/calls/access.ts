// Who is calling and what he may do: pure rules over an authenticated caller.
import { type ConversationPermission, type Role, type Scope, scopes, scopesOfRole } from '@parley/contract'
import { isUuid } from '../base/ports.ts'

/** The one who acts, as it is written into `ended_by` and the like. */
export interface Actor {
  type: 'credential' | 'user' | 'end_user'
  id: string | null
  name: string | null
}

/** An authenticated caller within one organization. */
export interface Access {
  readonly organization_id: string
  readonly actor: Actor
  readonly scopes: ReadonlySet<Scope>
  /** The agents the credential is narrowed to; null: all. */
  readonly agent_ids: ReadonlySet<string> | null
  /** Set for a conversation token: the one conversation and what is allowed there. */
  readonly conversation: { readonly id: string; readonly permissions: ReadonlySet<ConversationPermission> } | null
  /** Names the credential where its limits are counted; the sessions of a user, or of a key, share one. */
  readonly limit_key: string
}

/** Whose limits a call counts towards, all of them at once: credentials cost nothing to make. */
export interface LimitSubjects {
  readonly credential: string
  readonly user_id: string | null
  readonly organization_id: string | null
}

export function limitSubjectsOf({ limit_key, actor, organization_id }: Access): LimitSubjects {
  return { credential: limit_key, user_id: actor.type === 'user' ? actor.id : null, organization_id }
}

export function maySeeSensitive(access: Access): boolean {
  return access.scopes.has('conversations:read_sensitive')
}

/** Whether a resource of this agent exists for the caller; what does not is answered 404. */
export function maySeeAgent(access: Access, agent_id: string | null): boolean {
  return access.agent_ids === null || (agent_id !== null && access.agent_ids.has(agent_id))
}

/**
 * Whose conversations a call is about: the agents that the caller sees (null: all), or the one that is named. What cannot be an agent,
 * or is none that they see, has none.
 */
export function agentsOf({ agent_ids }: Access, agent_id: string | undefined): string[] | null {
  if (agent_id === undefined) return agent_ids && [...agent_ids]
  const id = agent_id.toLowerCase()
  return isUuid(id) && (agent_ids === null || agent_ids.has(id)) ? [id] : []
}

/** Which of these scopes the caller does not hold, and so cannot give to another or take from him. */
export function scopesNotHeld(access: Access, wanted: readonly Scope[]): Scope[] {
  return wanted.filter((scope) => !access.scopes.has(scope))
}

export const roleScopes: Record<Role, ReadonlySet<Scope>> = {
  admin: new Set(scopesOfRole.admin),
  viewer: new Set(scopesOfRole.viewer),
}

/** A scope that this version does not know opens nothing. */
export function knownScopes(names: readonly string[]): ReadonlySet<Scope> {
  return new Set(scopes.filter((scope) => names.includes(scope)))
}
