// Teams that offer in turn, with members who are there, and what becomes due at once.
import { type TestServer } from '../../support/server.ts'
import { type Person, type Talk, makePerson, talkOf, talkWith } from '../fixture.ts'

let count = 0

/** A team that offers in turn, of new members who are all available. */
export async function newTeam(server: TestServer, members: number, more: object = {}, assignment: object = {}) {
  const people: Person[] = []
  for (let made = 0; made < members; made += 1) people.push(await makePerson(server))
  const team = await server.client.createTeam({
    ...{ key: `round-${(count += 1)}`, name: 'Team', members: people.map(({ user_id }) => user_id), ...more },
    assignment: { mode: 'round_robin', accept_seconds: 600, ...assignment },
  })
  for (const person of people) await beAvailable(server, person)
  return { key: team.key, people }
}

/** And stays online however long the test takes, which is over after 45 seconds otherwise. */
export async function beAvailable({ database: { pool } }: TestServer, { client, user_id }: Person): Promise<void> {
  await client.updateMyPresence({ availability: 'available' })
  await pool.query(`update people set seen_at = clock_timestamp() + interval '1 hour' where user_id = $1`, [user_id])
}

/** A conversation that waits in a team. */
export async function handTo(server: TestServer, team: string, more: object = {}): Promise<Talk> {
  const talk = await talkWith(server)
  await server.client.handOffConversation({ conversation_id: talk.id, team, ...more })
  return talk
}

export const offeredTo = async (server: TestServer, { id }: Talk) =>
  (await talkOf(server, id).read()).assignee?.id ?? null

/** Lets the timer of a conversation fire at once, after times of its row have changed. */
export async function fire(
  { database: { pool }, organization_id }: TestServer,
  id: string,
  change: string,
): Promise<void> {
  await pool.query(`update handlings set ${change} where conversation_id = $1`, [id])
  await pool.query(
    `insert into work_arrivals (kind, owner, subject, organization_id, due_at) values ('handling_timer', $1, $1, $2, clock_timestamp())`,
    [id, organization_id],
  )
}
