// What is recorded of teams, and of who is there.
import { makeUser } from '../../support/actors.ts'
import { unknown_id } from '../../wire/walks/constants.ts'
import { begin } from '../../wire/walks/messages.ts'
import { type Walk, makeAgent } from '../../wire/world.ts'

export const walks = {
  async teams(walk: Walk) {
    const { call } = walk
    const { id: organization_id } = walk.organization
    const { token, user_id } = await makeUser(walk.world.server, organization_id, 'responder')
    walk.name(user_id, '<responder>')
    const member = { as: token, headers: { 'x-parley-org': organization_id } }
    await walkTeams(walk, user_id)
    await walkClosed(walk)
    await call('updateMyPresence', 'available', { ...member, body: { availability: 'available' } })
    await call('updateMyPresence', 'by a key')
    const { json } = await walk.prepare('listPresence')
    const own = (json.data as { user_id: string; name: string }[]).find((person) => person.user_id === user_id)!
    walk.name(own.name, '<email of the responder>')
    await call('listPresence', 'of those who can answer', member)
    await walkShowing(walk)
    await walkLimit(walk)
  },
}

async function walkTeams({ call }: Walk, user_id: string): Promise<void> {
  await call('createTeam', 'with a name alone', { body: { key: 'billing', name: 'Billing' } })
  const wait = { max_seconds: 60, fallback: 'end', message: '{{ position }}', end_message: 'Nobody.' }
  const hours = { time_zone: 'Europe/Berlin', weekly: [] }
  const more = { is_default: true, members: [user_id], shown_name: 'first_name', wait, business_hours: hours }
  await call('createTeam', 'with more', { body: { key: 'sales', name: 'Sales', ...more } })
  await call('createTeam', 'with a key that is taken', { body: { key: 'sales', name: 'Sales' } })
  const faults = { members: [unknown_id], business_hours: { time_zone: 'Mars', weekly: [] } }
  await call('createTeam', 'faults', { body: { key: 'faulty', name: 'x', ...faults } })
  const params = { team_key: 'billing' }
  await call('getTeam', 'one', { params })
  const body = { name: 'Money', is_default: true, sla: { first_response_seconds: 600 } }
  await call('updateTeam', 'some of it', { params, body, headers: { 'if-match': '"1"' } })
  await call('updateTeam', 'an old revision', { params, body: { name: 'x' }, headers: { 'if-match': '1' } })
  await call('updateTeam', 'to a key that is taken', { params, body: { key: 'sales' } })
  const page = await call('listTeams', 'the first page', { query: 'limit=1' })
  await call('listTeams', 'the last page', { query: `limit=1&cursor=${page.json.pagination.next_cursor}` })
  await call('deleteTeam', 'to a team that does not exist', { params, query: 'move_to=none' })
  await call('deleteTeam', 'to another', { params, query: 'move_to=sales' })
  await call('getTeam', 'that is deleted', { params })
}

async function walkClosed(walk: Walk): Promise<void> {
  const { call, prepare } = walk
  const business_hours = { time_zone: 'Europe/Berlin', weekly: [] }
  const closed = { business_hours, outside_hours: { action: 'decline' } }
  await prepare('createTeam', { body: { key: 'closed', name: 'Closed', ...closed } })
  const params = await begin(walk, await makeAgent(walk))
  await call('handOffConversation', 'to a team that is closed', { params, body: { team: 'closed' } })
  await call('handOffConversation', 'to a closed team all the same', { params, body: { team: 'closed', force: true } })
  await call('assignConversation', 'to a team', { params, body: { team: 'sales' } })
}

async function walkShowing(walk: Walk): Promise<void> {
  const { call } = walk
  const params = await begin(walk, await makeAgent(walk))
  const external = { id: 'agent-7', name: 'Ada Desk' }
  await call('showPresence', 'who looks', { params, body: { state: 'viewing', external } })
  await call('showPresence', 'without a name', { params, body: { state: 'viewing' } })
}

async function walkLimit({ call, world, organization }: Walk): Promise<void> {
  await world.server.database.pool.query(
    `insert into teams (id, organization_id, key, name, is_default, settings, created_at, updated_at)
     select gen_random_uuid(), $1, 'team-' || n, 'Team', false, '{}', now(), now() from generate_series(1, 100) n`,
    [organization.id],
  )
  await call('createTeam', 'one too many', { body: { key: 'last', name: 'Last' } })
}
