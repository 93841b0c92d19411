// An authenticated caller of one of four kinds, and the limits and idempotency keys that follow from it.
import type { ResourceKind, Role, signInWays } from '@parley/contract'
import type { KeyHolder } from '../idempotency/namespace.ts'
import { type Access, type LimitSubjects, limitSubjectsOf } from './access.ts'

export type Principal =
  | { kind: 'member'; access: Access; session_id?: string }
  /** A personal access token without an organization, or a user's session in calls about that user. */
  | { kind: 'user'; user: { id: string; email: string }; minter: Minter; limit_key: string }
  /** A session, in calls about the session itself. */
  | { kind: 'session'; session: Session; limit_key: string }
  /** Anyone who has the address of a resource, with its token: may call the operations on that resource. */
  | { kind: 'resource'; resource: ResourceKind; access: Access }

/** What creates a new token, which ends together with it. */
export interface Minter {
  /** Null for a token that was created on the command line, and for tokens that it creates. */
  session_id: string | null
  /** The id of the creating token; null if a session creates it. */
  key_id: string | null
}

export type SignInWay = (typeof signInWays)[number]

export interface Session {
  id: string
  way: SignInWay
  user: { id: string; email: string; name: string | null } | null
  /** Set instead of a user. */
  credential: { key_id: string; name: string } | null
  role: Role | null
  created_at: string
  expires_at: string
  /** Set while the session looks at another organization as a partner. */
  view: { id: string; partner: { id: string; name: string }; expires_at: string } | null
  /** Why calls that concern the organization are refused; null: they are not. */
  blocked: 'organization_suspended' | 'view_refused' | null
  /** A caller in the session's organization, or in the one that the request names. */
  access: Access
}

/** The namespace of the caller's idempotency keys. An end user's browser cannot conflict with the organization's own keys. */
export function keyHolderOf(principal: Principal): KeyHolder {
  if (principal.kind === 'user') return { kind: 'user', id: principal.user.id }
  if (principal.kind === 'session') return { kind: 'session', id: principal.session.id }
  const { conversation, organization_id, visitor } = principal.access
  if (visitor && !conversation) return { kind: 'visitor', ...visitor }
  return conversation
    ? { kind: 'conversation', id: conversation.id, organization_id }
    : { kind: 'organization', id: organization_id }
}

/** Whose share of limited resources a call uses. All sessions of a user or key have the same one. */
export function ownerOf(principal: Principal): string {
  if (principal.kind === 'member' || principal.kind === 'resource') return principal.access.organization_id
  return principal.kind === 'user' ? principal.user.id : principal.session.access.limit_key
}

/** Visitors of web widgets use up nothing of what the organization itself may ask. */
export function subjectsOf(principal: Principal): LimitSubjects {
  if (principal.kind === 'member' || principal.kind === 'resource') {
    const { access } = principal
    const subjects = limitSubjectsOf(access)
    return access.visitor ? { ...subjects, organization_id: `visitors of ${access.organization_id}` } : subjects
  }
  if (principal.kind === 'session') return limitSubjectsOf(principal.session.access)
  return { credential: principal.limit_key, user_id: principal.user.id, organization_id: null }
}

/** The same text for all callers with the same permissions. */
export function describeRights(principal: Principal): string {
  if (principal.kind !== 'member') return principal.kind
  const { scopes, agent_ids, conversation } = principal.access
  const parts = [scopes, agent_ids ?? ['*'], conversation?.permissions ?? ['*']]
  return parts.map((part) => [...part].toSorted().join(' ')).join('; ')
}
