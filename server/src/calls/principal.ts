// An authenticated caller, in one of three capacities, and what follows from it for limits and idempotency keys.
import type { Role, signInWays } from '@parley/contract'
import type { KeyHolder } from '../idempotency/namespace.ts'
import { type Access, type LimitSubjects, limitSubjectsOf } from './access.ts'

export type Principal =
  | { kind: 'member'; access: Access; session_id?: string }
  /** A personal access token without an organization, or a user's session in calls about the user. */
  | { kind: 'user'; user: { id: string; email: string }; minter: Minter; limit_key: string }
  /** A session, in calls about the session itself. */
  | { kind: 'session'; session: Session; limit_key: string }

/** What a new token rests on, and ends with. */
export interface Minter {
  /** Null for a token that was made on the command line, and for what it makes. */
  session_id: string | null
  /** Of the token that makes it; null where a session does. */
  key_id: string | null
}

export type SignInWay = (typeof signInWays)[number]

export interface Session {
  id: string
  way: SignInWay
  user: { id: string; email: string; name: string | null } | null
  /** In place of a user. */
  credential: { key_id: string; name: string } | null
  role: Role | null
  created_at: string
  expires_at: string
  /** In the session's organization, or in the one that the request names. */
  access: Access
}

/** Whose idempotency keys can meet: an end user's browser cannot get in the way of the organization's own keys. */
export function keyHolderOf(principal: Principal): KeyHolder {
  if (principal.kind === 'user') return { kind: 'user', id: principal.user.id }
  if (principal.kind === 'session') return { kind: 'session', id: principal.session.id }
  const { conversation, organization_id } = principal.access
  return conversation
    ? { kind: 'conversation', id: conversation.id, organization_id }
    : { kind: 'organization', id: organization_id }
}

/** Whose share of what is bounded a call uses: all sessions of a user, or of a key, have one. */
export function ownerOf(principal: Principal): string {
  if (principal.kind === 'member') return principal.access.organization_id
  return principal.kind === 'user' ? principal.user.id : principal.session.access.limit_key
}

export function subjectsOf(principal: Principal): LimitSubjects {
  if (principal.kind === 'member') return limitSubjectsOf(principal.access)
  if (principal.kind === 'session') return limitSubjectsOf(principal.session.access)
  return { credential: principal.limit_key, user_id: principal.user.id, organization_id: null }
}

/** The same text for all callers who may do the same. */
export function describeRights(principal: Principal): string {
  if (principal.kind !== 'member') return principal.kind
  const { scopes, agent_ids, conversation } = principal.access
  const parts = [scopes, agent_ids ?? ['*'], conversation?.permissions ?? ['*']]
  return parts.map((part) => [...part].toSorted().join(' ')).join('; ')
}
