// Which conversations a responder sees, as the organization has set it. Pure.
import type { Role } from '@parley/contract'
import type { Access } from '../../calls/access.ts'

/** A part of a statement over a member's row. */
export const respondersSee = (member: string) =>
  `(select o.settings -> 'handling' ->> 'responders_see' from organizations o where o.id = ${member}.organization_id)`

export const teamsOnly = (role: Role, responders_see: string | null): Pick<Access, 'sees_teams'> =>
  role === 'responder' && responders_see === 'teams' ? { sees_teams: true } : {}
