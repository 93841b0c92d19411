// Finds the holder of a session's token and their present permissions. Nothing is cached, so that an ended session ends at once.
import { type FoundView, judgeView, scopesOfView } from '../rules/view.ts'
import { type Standing, standingOf } from '../standing.ts'
import { judgedView } from '../view-rows.ts'
import { respondersSee, teamsOnly } from '../rules/responders.ts'
import type { Role } from '@parley/contract'
import type { Logger } from 'pino'
import type { Config } from '../../config/config.ts'
import { type Executor, acrossOrganizations, statement } from '../../database/database.ts'
import { isUuid } from '../../base/ports.ts'
import { type Access, type Actor, knownScopes, roleScopes } from '../../calls/access.ts'
import type { Session, SignInWay } from '../../calls/principal.ts'
import { hashSecret } from '../rules/credentials.ts'

export interface SessionServices {
  database: Executor
  config: Pick<Config, 'sign_in'>
  log: Pick<Logger, 'warn'>
}

interface SessionFields {
  id: string
  way: SignInWay
  created_at: string
  expires_at: string
  use_is_stale: boolean
  user_id: string | null
  email: string | null
  user_name: string | null
  member_organization_id: string | null
  member_role: Role | null
  responders_see: string | null
  member_standing: Standing
  /** Whether the request concerns what the session looks at. */
  is_looking: boolean
  /** Null: it looks at nothing, or the view has ended. */
  view: FoundView | null
  key_id: string | null
  key_name: string | null
  key_organization_id: string | null
  key_role: Role | null
  key_scopes: string[] | null
  key_agent_ids: string[] | null
  key_standing: Standing
}

// A key that was deleted and installed again under the same id counts as a different key.
const selectSession = statement(
  'find_session',
  `select s.id, s.way, s.created_at, s.expires_at, s.last_used_at < now() - interval '1 minute' as use_is_stale,
     s.user_id, u.email, u.name as user_name, m.organization_id as member_organization_id, m.role as member_role,
     ${respondersSee('m')} as responders_see, ${standingOf('m.organization_id')} as member_standing,
     s.view_id is not null and ($2::uuid is null or v.organization_id = $2) as is_looking,
     case when $2::uuid is null or v.organization_id = $2 then ${judgedView('v.id = s.view_id')} end as view,
     c.key_id, c.name as key_name, c.organization_id as key_organization_id, c.role as key_role, c.scopes as key_scopes,
     c.agent_ids as key_agent_ids, ${standingOf('c.organization_id')} as key_standing
   from sessions s
   left join users u on u.id = s.user_id
   left join partner_views v on v.id = s.view_id
   left join members m on m.user_id = s.user_id
     and m.organization_id = case when v.organization_id = $2 then s.organization_id else coalesce($2, s.organization_id) end
   left join credentials c on c.key_id = s.key_id and c.user_id is null and c.created_at <= s.created_at
     and (c.expires_at is null or c.expires_at > now())
   where s.token_hash = $1 and s.expires_at > now() and s.last_used_at > now() - $3 * interval '1 minute'`,
)

/** A session's token has 256 random bits: 43 characters. */
const token_form = /^[A-Za-z0-9_-]{43}$/

/** Null if the session is unknown, has ended, or does not belong to the named organization. */
export async function findSession(
  services: SessionServices,
  token: string,
  organization: string | null,
): Promise<Session | null> {
  if (!token_form.test(token)) return null
  if (organization !== null && !isUuid(organization)) return null
  const { idle_minutes } = services.config.sign_in
  const values = [hashSecret(token), organization, idle_minutes]
  const [found] = await services.database.query<SessionFields>(selectSession, values)
  const session = found ? (readUserSession(found) ?? readKeySession(found)) : null
  if (found && session) noteUse(services, found)
  return session
}

function readUserSession(found: SessionFields): Session | null {
  const { user_id, email, user_name, member_role, member_organization_id } = found
  if (user_id === null || email === null || member_role === null || member_organization_id === null) return null
  if (found.member_standing === 'deleted') return null
  const actor = { type: 'user', id: user_id, name: user_name ?? email } as const
  return {
    ...pickHead(found),
    user: { id: user_id, email, name: user_name },
    credential: null,
    ...readView(found, actor, {
      role: member_role,
      view: null,
      blocked: found.member_standing === 'suspended' ? 'organization_suspended' : null,
      access: {
        ...createAccess(member_organization_id, actor, roleScopes[member_role], null),
        ...teamsOnly(member_role, found.responders_see),
      },
    }),
  }
}

type Standpoint = Pick<Session, 'role' | 'view' | 'blocked' | 'access'>

/** If the session looks at an organization as a partner, calls concern that one; when the view is over, none until it switches. */
function readView({ is_looking, view }: SessionFields, actor: Actor, own: Standpoint): Standpoint {
  if (!is_looking) return own
  const refusal = view ? judgeView(view) : 'unauthorized'
  if (!view || refusal === 'unauthorized') return { ...own, blocked: 'view_refused' }
  const { id, partner_id, partner_name, organization_id, expires_at, partner_access } = view
  const access = createAccess(organization_id, actor, new Set(scopesOfView(partner_access)), null)
  return {
    role: null,
    view: { id, partner: { id: partner_id, name: partner_name }, expires_at },
    blocked: refusal,
    access: { ...access, view: { id, partner_id, partner_name } },
  }
}

/** Ignores the header that names an organization, as with the key itself. */
function readKeySession(found: SessionFields): Session | null {
  const { key_id, key_name, key_organization_id, key_role, key_scopes, key_agent_ids } = found
  if (key_id === null || key_name === null || key_organization_id === null) return null
  if (found.key_standing === 'deleted') return null
  const scopes = key_role === null ? knownScopes(key_scopes ?? []) : roleScopes[key_role]
  const actor = { type: 'credential', id: key_id, name: key_name } as const
  return {
    ...pickHead(found),
    user: null,
    credential: { key_id, name: key_name },
    role: key_role,
    view: null,
    blocked: found.key_standing === 'suspended' ? 'organization_suspended' : null,
    access: createAccess(key_organization_id, actor, scopes, key_agent_ids),
  }
}

function pickHead({ id, way, created_at, expires_at }: SessionFields) {
  return { id, way, created_at, expires_at }
}

/** All sessions of a user or key share one limit. */
function createAccess(
  organization_id: string,
  actor: Actor,
  scopes: Access['scopes'],
  agent_ids: readonly string[] | null,
): Access {
  const limit_key = actor.type === 'user' ? `user ${actor.id}` : `organization_key ${actor.id}`
  return { organization_id, actor, scopes, agent_ids: agent_ids && new Set(agent_ids), conversation: null, limit_key }
}

const markUsed = acrossOrganizations(
  'only its id identifies it',
  'mark_session_used',
  `update sessions set last_used_at = now() where id = $1 and last_used_at < now() - interval '1 minute'`,
)

/** Sessions whose use is being written: of many simultaneous requests, one writes. */
const being_marked = new Set<string>()

/** Runs beside the request, which neither waits for it nor fails with it. */
function noteUse({ database, log }: SessionServices, { id, use_is_stale }: SessionFields): void {
  if (!use_is_stale || being_marked.has(id)) return
  being_marked.add(id)
  database
    .query(markUsed, [id])
    .catch((error: unknown) => log.warn({ err: error, session_id: id }, 'could not record the use of a session'))
    .finally(() => being_marked.delete(id))
}
