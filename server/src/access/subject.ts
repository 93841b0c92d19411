// Finds the caller whom another authorization server vouches for: a user who has signed in with it before.
import type { Role } from '@parley/contract'
import { type Executor, acrossOrganizations } from '../database/database.ts'
import { AppError } from '../base/errors.ts'
import { isUuid } from '../base/ports.ts'
import { roleScopes } from '../calls/access.ts'
import type { Principal } from '../calls/principal.ts'
import { respondersSee, teamsOnly } from './rules/responders.ts'
import { type Standing, requireStanding, standingOf } from './standing.ts'

export interface Subject {
  issuer: string
  subject: string
  /** What the token may do at most; null: nothing that needs a scope. */
  role: Role | null
}

interface SubjectRow {
  user_id: string
  email: string
  name: string | null
  organization_id: string | null
  role: Role | null
  responders_see: string | null
  standing: Standing
}

const findSubject = acrossOrganizations(
  'a user may be a member of several organizations',
  'find_subject',
  `select u.id as user_id, u.email, u.name, m.organization_id, m.role, ${respondersSee('m')} as responders_see,
     ${standingOf('m.organization_id')} as standing
   from identities i
   join users u on u.id = i.user_id
   left join members m on m.user_id = u.id and m.organization_id = $3
   where i.issuer = $1 and i.subject = $2`,
)

/** Throws `unauthorized` for a subject without a user, and for a user who is no member of the organization. */
export async function authenticateSubject(
  database: Executor,
  { issuer, subject, role }: Subject,
  organization: string | null,
): Promise<Principal> {
  const organization_id = organization !== null && isUuid(organization) ? organization : null
  const [found] = await database.query<SubjectRow>(findSubject, [issuer, subject, organization_id])
  if (found === undefined || (organization !== null && found.role === null)) throw new AppError('unauthorized')
  requireStanding(found.standing)
  const { user_id, email } = found
  const limit_key = `subject ${user_id}`
  if (found.organization_id === null || found.role === null) {
    return { kind: 'user', user: { id: user_id, email }, minter: { session_id: null, key_id: null }, limit_key }
  }
  const held = roleScopes[found.role]
  const granted = role === null ? new Set() : roleScopes[role]
  return {
    kind: 'member',
    access: {
      organization_id: found.organization_id,
      actor: { type: 'user', id: user_id, name: found.name ?? email },
      scopes: new Set([...held].filter((scope) => granted.has(scope))),
      agent_ids: null,
      conversation: null,
      ...teamsOnly(found.role, found.responders_see),
      limit_key,
    },
  }
}
