// The operations on teams.
import { Type } from '../type.ts'
import { defineOperation } from '../operation.ts'
import { idempotencyHeader, nullable, pageOf, pageQuery } from '../schema.ts'
import { handOffTag } from './operations.ts'
import { Team, teamInput, teamKey, teamName } from './team-objects.ts'

const tag = handOffTag
const read = ['conversations:reply', 'members:manage'] as const
const manage = ['members:manage'] as const
const params = Type.Object({ team_key: Type.String() })

export const ifMatch = Type.Optional(
  Type.String({
    maxLength: 64,
    description:
      'The last `revision` that the caller has seen, quoted or not, or `*`. If it has changed since, the response is 412.',
  }),
)

export const teamOperations = {
  listTeams: defineOperation({
    id: 'listTeams',
    method: 'GET',
    path: '/core/teams',
    tag,
    summary: 'List teams, newest first',
    access: read,
    narrowed: false,
    audit: false,
    query: Type.Object({ ...pageQuery }),
    success: { status: 200, description: 'A page of teams.', schema: pageOf(Team) },
    errors: [],
  }),
  createTeam: defineOperation({
    id: 'createTeam',
    method: 'POST',
    path: '/core/teams',
    tag,
    summary: 'Create a team',
    access: manage,
    narrowed: false,
    audit: { target: 'team', id: 'id' },
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({ key: teamKey, name: teamName, ...teamInput }),
    success: { status: 200, description: 'The team.', schema: Team },
    errors: ['team_key_taken', 'too_many_teams'],
  }),
  getTeam: defineOperation({
    id: 'getTeam',
    method: 'GET',
    path: '/core/teams/{team_key}',
    tag,
    summary: 'Read a team',
    access: read,
    narrowed: false,
    audit: false,
    params,
    success: { status: 200, description: 'The team.', schema: Team },
    errors: ['not_found'],
  }),
  updateTeam: defineOperation({
    id: 'updateTeam',
    method: 'PUT',
    path: '/core/teams/{team_key}',
    tag,
    summary: 'Change the given fields of a team',
    description: 'Objects that are given replace the stored ones whole. Waits that have begun keep their rules.',
    access: manage,
    narrowed: false,
    audit: { target: 'team', id: 'id' },
    params,
    headers: Type.Object({ if_match: ifMatch }),
    body: Type.Object({
      key: Type.Optional(nullable(teamKey)),
      name: Type.Optional(nullable(teamName)),
      ...teamInput,
    }),
    success: { status: 200, description: 'The team after the change.', schema: Team },
    errors: ['not_found', 'team_key_taken', 'revision_mismatch'],
  }),
  deleteTeam: defineOperation({
    id: 'deleteTeam',
    method: 'DELETE',
    path: '/core/teams/{team_key}',
    tag,
    summary: 'Delete a team',
    description: 'What waits there, or is held there, goes to the team `move_to`, or to the default team, soon after.',
    access: manage,
    narrowed: false,
    audit: { target: 'team', id: 'id' },
    params,
    query: Type.Object({
      move_to: Type.Optional(
        Type.String({ maxLength: 63, description: 'The key of another team; an unknown one is refused (422).' }),
      ),
    }),
    success: { status: 204, description: 'Deleted.' },
    errors: ['not_found'],
  }),
}
