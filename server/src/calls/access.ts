// The identity and permissions of an authenticated caller, as pure rules.
import { type ConversationPermission, type Role, type Scope, scopes, scopesOfRole } from '@parley/contract'
import { isUuid } from '../base/ports.ts'

/** The actor, as written into `ended_by` and similar fields. */
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
  /** The agents that the credential is narrowed to; null: all. */
  readonly agent_ids: ReadonlySet<string> | null
  /** Set for a conversation token: its conversation and permissions. */
  readonly conversation: { readonly id: string; readonly permissions: ReadonlySet<ConversationPermission> } | null
  /** Set for a responder who sees only conversations of their teams, of no team, and their own. */
  readonly sees_teams?: true
  /** Set for a visitor of a web widget, with their own token or one for their conversation. */
  readonly visitor?: VisitorAccess
  /** Set for a partner who looks at this organization: they only read, and nothing that shows keys or links. */
  readonly view?: { readonly id: string; readonly partner_id: string; readonly partner_name: string }
  /** Identifies the credential for limits; all sessions of a user or key share one value. */
  readonly limit_key: string
}

/** A visitor of a web widget, as a token names them. */
export interface VisitorAccess {
  readonly widget_id: string
  /** `guest_…`, or the verified one. */
  readonly user_id: string
  /** Of the page that the token was made for; null: the frame as a page of its own. */
  readonly origin: string | null
  /** Of the console, where the widget need not be live, and where nothing counts. */
  readonly is_preview: boolean
}

/** The subjects whose limits a call counts towards, all at once, because creating more credentials is free. */
export interface LimitSubjects {
  readonly credential: string
  readonly user_id: string | null
  readonly organization_id: string | null
}

/** What a partner looks up counts as calls of their own organization. */
export function limitSubjectsOf({ limit_key, actor, organization_id, view }: Access): LimitSubjects {
  const user_id = actor.type === 'user' ? actor.id : null
  return { credential: limit_key, user_id, organization_id: view?.partner_id ?? organization_id }
}

export function maySeeSensitive(access: Access): boolean {
  return access.scopes.has('conversations:read_sensitive')
}

/** Whether the caller may see resources of this agent; if not, the response is 404. */
export function maySeeAgent(access: Access, agent_id: string | null): boolean {
  return access.agent_ids === null || (agent_id !== null && access.agent_ids.has(agent_id))
}

/**
 * The agents whose conversations a call concerns: those that the caller may see (null: all), or the named one. Empty if the named
 * id is malformed or not visible to the caller.
 */
export function agentsOf({ agent_ids }: Access, agent_id: string | undefined): string[] | null {
  if (agent_id === undefined) return agent_ids && [...agent_ids]
  const id = agent_id.toLowerCase()
  return isUuid(id) && (agent_ids === null || agent_ids.has(id)) ? [id] : []
}

/** The scopes that the caller does not have, and therefore cannot grant to or remove from others. */
export function scopesNotHeld(access: Access, wanted: readonly Scope[]): Scope[] {
  return wanted.filter((scope) => !access.scopes.has(scope))
}

export const roleScopes: Record<Role, ReadonlySet<Scope>> = {
  admin: new Set(scopesOfRole.admin),
  responder: new Set(scopesOfRole.responder),
  viewer: new Set(scopesOfRole.viewer),
}

/** Scopes unknown to this version grant nothing. */
export function knownScopes(names: readonly string[]): ReadonlySet<Scope> {
  return new Set(scopes.filter((scope) => names.includes(scope)))
}
