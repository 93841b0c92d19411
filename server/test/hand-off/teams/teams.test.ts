// Teams: what a call gives and is refused, what a wait in a team means, and what becomes of what a team or a member had.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, publishAgent, refusal, startTestServer } from '../../support/server.ts'
import { soon } from '../../inactivity/fixture.ts'
import { type Person, makePerson, talkWith } from '../fixture.ts'

let server: TestServer
let ann: Person
let bob: Person
beforeAll(async () => {
  server = await startTestServer()
  ann = await makePerson(server)
  bob = await makePerson(server)
})
afterAll(() => server[Symbol.asyncDispose]())

let count = 0
const newKey = () => `team-${(count += 1)}`
const newTeam = (more: object = {}) => server.client.createTeam({ key: newKey(), name: 'Team', ...more })

const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const

/** Open around the clock, or never. */
const hours = (isOpen: boolean) => ({
  time_zone: 'Europe/Berlin',
  weekly: isOpen ? days.map((day) => ({ day, from: '00:00', to: '00:00' })) : [],
})

describe('the operations', () => {
  test('a name and a key are enough; everything else has its default', async () => {
    const key = newKey()
    const team = await server.client.createTeam({ key, name: ' Billing ' })
    expect(team).toEqual({
      ...{ id: team.id, key, name: 'Billing', is_default: false, external: false, members: [], shown_name: 'name' },
      assignment: { mode: 'manual', capacity: 5, accept_seconds: 60 },
      gone: { offline_seconds: 300, unanswered_seconds: 86_400 },
      idle: { end_after_seconds: 86_400, end_message: null },
      wait: { max_seconds: 1800, fallback: 'return', message: 'A person will answer you here.', end_message: null },
      sla: {
        ...{ first_response_seconds: null, next_response_seconds: null, resolution_seconds: null },
        warn_before_seconds: 300,
      },
      business_hours: null,
      outside_hours: {
        ...{ action: 'queue', max_wait_seconds: 86_400 },
        message: 'We are closed. A person will answer when we open again.',
      },
      ...{ is_open: true, changes_at: null, revision: 1, created_at: team.created_at, updated_at: team.created_at },
    })
    expect(await server.client.getTeam({ team_key: key })).toEqual(team)
    expect(await ann.client.getTeam({ team_key: key })).toEqual(team)
    expect((await refusal(ann.client.createTeam({ key: newKey(), name: 'x' }))).status).toBe(403)
  })

  test('a change replaces the objects that it gives; a null is the default, or nothing where that is possible', async () => {
    const wait = { max_seconds: 60, fallback: 'end', message: 'Soon.', end_message: 'Nobody.' } as const
    const { key } = await newTeam({ wait, members: [ann.user_id] })
    const changed = await server.client.updateTeam({
      ...{ team_key: key, if_match: '"1"', name: 'Other', key: `${key}-b`, members: [bob.user_id, bob.user_id] },
      ...{
        wait: { message: null, max_seconds: null },
        idle: { end_after_seconds: null },
        sla: { resolution_seconds: 60 },
      },
    })
    expect(changed).toMatchObject({
      ...{ key: `${key}-b`, name: 'Other', revision: 2, members: [bob.user_id] },
      wait: { max_seconds: 1800, fallback: 'return', message: null, end_message: null },
      ...{ idle: { end_after_seconds: null }, sla: { resolution_seconds: 60, warn_before_seconds: 300 } },
    })
    const own = { team_key: changed.key }
    const same = await server.client.updateTeam({ ...own, name: 'Other', members: [bob.user_id.toUpperCase()] })
    expect(same).toEqual(changed)
    const stale = await refusal(server.client.updateTeam({ ...own, if_match: '1', name: 'x' }))
    expect(stale).toMatchObject({ status: 412, code: 'revision_mismatch' })
    expect((await refusal(server.client.getTeam({ team_key: key }))).status).toBe(404)
  })

  test('one team is the default: the newest that was made so', async () => {
    const [first, second] = [await newTeam({ is_default: true }), await newTeam({ is_default: true })]
    expect(await server.client.getTeam({ team_key: first.key })).toMatchObject({ is_default: false, revision: 2 })
    await server.client.updateTeam({ team_key: first.key, is_default: true })
    expect(await server.client.getTeam({ team_key: second.key })).toMatchObject({ is_default: false })
    await server.client.updateTeam({ team_key: first.key, is_default: false })
    const { data } = await server.client.listTeams({ limit: 100 })
    expect(data.filter(({ is_default }) => is_default)).toEqual([])
    expect(data.map(({ key }) => key).slice(0, 2)).toEqual([second.key, first.key])
  })

  test('every fault is named', async () => {
    const viewer = await makePerson(server, 'viewer')
    const faults = await refusal(
      newTeam({
        ...{ name: 'x', external: true, members: [viewer.user_id, 'nonsense', ann.user_id] },
        ...{ wait: { message: '{% for %}', end_message: '{{ team' }, idle: { end_message: '{{ }}' } },
        outside_hours: { message: '{% if %}' },
        business_hours: {
          time_zone: 'Europe/Atlantis',
          weekly: [],
          holidays: [
            { date: '2026-02-30', name: 'x' },
            { date: '2026-02-03', name: 'y', from: '09:00' },
          ],
        },
      }),
    )
    expect(faults.status).toBe(422)
    expect(faults.errors!.map(({ path }) => path).toSorted()).toEqual([
      ...['business_hours.holidays.0.date', 'business_hours.holidays.1', 'business_hours.time_zone'],
      ...['idle.end_message', 'members', 'members.0', 'members.1', 'outside_hours.message'],
      ...['wait.end_message', 'wait.message'],
    ])
    expect(faults.errors!.find(({ path }) => path === 'wait.message')!.message).toMatch(/^is not a template: /)
    const { key } = await newTeam()
    expect(await refusal(server.client.createTeam({ key, name: 'x' }))).toMatchObject({ code: 'team_key_taken' })
    const other = await newTeam()
    const taken = server.client.updateTeam({ team_key: other.key, key })
    expect(await refusal(taken)).toMatchObject({ status: 409, code: 'team_key_taken' })
  })

  test('an agent is warned of teams that do not exist', async () => {
    const { agent_id } = await server.client.createAgent({ name: 'Agent' })
    const { key } = await newTeam()
    const hand_off = { enabled: true, team: key, teams: [key, 'nobody'] }
    const { warnings } = await server.client.createAgentVersion({ agent_id, config: { hand_off } })
    expect(warnings).toEqual(['config.hand_off.teams.1 is not the key of a team; the default team is asked'])
  })
})

describe('a wait', () => {
  test('is by the rules of the team that is named, of the agent’s, or of the default', async () => {
    const named = await newTeam({
      name: 'Named',
      wait: { max_seconds: 100, message: '{{ team }}, you are number {{ position }}.' },
    })
    const usual = await newTeam({ name: 'Usual', wait: { max_seconds: 200 } })
    const standard = await newTeam({ name: 'Standard', is_default: true, wait: { max_seconds: 300 } })
    const waitOf = async (config: object, asked: object) => {
      const talk = await talkWith(server, config)
      const { team, handling } = await server.client.handOffConversation({ conversation_id: talk.id, ...asked })
      const seconds = (Date.parse(handling!.wait_until!) - Date.parse(handling!.waiting_since!)) / 1000
      return { key: team?.key, seconds, said: (await talk.said()).at(-1) }
    }
    const agent = { hand_off: { team: usual.key } }
    expect(await waitOf(agent, { team: named.key })).toEqual({
      ...{ key: named.key, seconds: 100, said: 'system: Named, you are number 1.' },
    })
    expect(await waitOf({}, { team: named.key })).toMatchObject({ said: 'system: Named, you are number 2.' })
    expect(await waitOf(agent, {})).toMatchObject({ key: usual.key, seconds: 200 })
    expect(await waitOf({ hand_off: { team: 'nobody' } }, {})).toMatchObject({ key: standard.key, seconds: 300 })
    expect(await waitOf({}, {})).toMatchObject({ key: standard.key })
    await server.client.updateTeam({ team_key: standard.key, is_default: false })
    expect(await waitOf({}, {})).toMatchObject({ key: undefined, seconds: 1800 })
    const { id: conversation_id } = await talkWith(server)
    expect((await refusal(server.client.handOffConversation({ conversation_id, team: 'nobody' }))).status).toBe(422)
  })

  test('keeps its rules when it goes to another team', async () => {
    const [one, other] = [await newTeam({ wait: { max_seconds: 100 } }), await newTeam({ name: 'Other' })]
    const { id: conversation_id } = await talkWith(server)
    const before = await server.client.handOffConversation({ conversation_id, team: one.key })
    const moved = await server.client.assignConversation({ conversation_id, team: other.key })
    expect(moved).toMatchObject({ team: { key: other.key, name: 'Other' }, handled_by: 'queue' })
    expect(moved.handling!.wait_until).toBe(before.handling!.wait_until)
  })

  test('says its team by the name that it has now; and its `wait` stays', async () => {
    const team = await newTeam({
      name: 'Old',
      shown_name: 'team',
      wait: { fallback: 'end', end_message: '{{ team }}' },
    })
    const talk = await talkWith(server)
    const conversation_id = talk.id
    const { token } = await server.client.createConversationToken({ conversation_id, permissions: ['read'] })
    await server.client.handOffConversation({ conversation_id, team: team.key })
    const key = newKey()
    await server.client.updateTeam({ team_key: team.key, key, name: 'New', wait: { fallback: 'return' } })
    expect(await talk.read()).toMatchObject({ team: { key, name: 'New' } })
    expect((await server.client.listInbox({ team: key })).data).toMatchObject([
      { conversation: { team: { name: 'New' } } },
    ])
    await ann.client.takeConversation({ conversation_id })
    const visitor = server.as({ token })
    expect(await visitor.getConversation({ conversation_id })).toMatchObject({ assignee: { name: 'New' } })
    const taken = (await talk.events()).find(({ type }) => type === 'conversation.taken')
    expect(taken!.data).toMatchObject({ assignee: { shown_name: 'New' } })
    const { rows } = await server.database.pool.query('select rules from handlings where conversation_id = $1', [
      conversation_id,
    ])
    expect(rows).toMatchObject([{ rules: { wait: { fallback: 'end', end_message: '{{ team }}' } } }])
  })

  test('that moves to a team which a responder does not see ends their streams, and their statistics leave that team out', async () => {
    await server.client.updateOrganization({ settings: { handling: { responders_see: 'teams' } } })
    try {
      const [own, other] = [await newTeam({ members: [bob.user_id] }), await newTeam({ members: [ann.user_id] })]
      const talk = await talkWith(server)
      const conversation_id = talk.id
      await server.client.handOffConversation({ conversation_id, team: own.key })
      const { id: theirs } = await talkWith(server)
      await server.client.handOffConversation({ conversation_id: theirs, team: other.key })
      const { id: none } = await talkWith(server)
      await server.client.handOffConversation({ conversation_id: none })
      const teams = (await bob.client.getHandlingStatistics({ by: 'team', bucket: 'day' })).data.map(({ team }) => team)
      expect(teams).toEqual(expect.arrayContaining([own.key, null]))
      expect(teams).not.toContain(other.key)
      expect((await bob.client.getHandlingStatistics({ team: other.key })).data).toEqual([])
      expect((await server.client.getHandlingStatistics({ team: other.key })).data).toMatchObject([{ requested: 1 }])
      const seen: string[] = []
      const reading = (async () => {
        for await (const { event } of await bob.client.streamConversationEvents({ conversation_id })) seen.push(event)
      })()
      await expect.poll(() => seen, soon).toContain('conversation.handoff_requested')
      await server.client.assignConversation({ conversation_id, team: other.key })
      await talk.say('Is this secret?')
      expect((await refusal(reading)).status).toBe(404)
      expect(seen.at(-1)).not.toBe('conversation.assigned')
      const before = (await talk.events()).findIndex(({ type }) => type === 'conversation.assigned')
      expect(seen.length).toBeLessThanOrEqual(before)
    } finally {
      await server.client.updateOrganization({ settings: {} })
    }
  })

  test('while the team is closed is longer, or is declined unless it is forced', async () => {
    const outside_hours = { action: 'decline', message: 'Closed until {{ opens_at }}.', max_wait_seconds: 500 } as const
    const closed = await newTeam({ business_hours: hours(false), outside_hours })
    expect(closed).toMatchObject({ is_open: false, changes_at: null })
    const talk = await talkWith(server)
    const asked = { conversation_id: talk.id, team: closed.key }
    const key = { ...asked, idempotency_key: crypto.randomUUID() }
    await refusal(server.client.handOffConversation(key))
    const declined = await refusal(server.client.handOffConversation(key))
    expect(declined).toMatchObject({ status: 409, code: 'nobody_available' })
    expect(declined.body).toMatchObject({ opens_at: null })
    expect(await talk.read()).toMatchObject({ handled_by: 'agent', handling: null })
    expect((await talk.events()).slice(1).filter(({ type }) => type !== 'conversation.started')).toMatchObject([
      { type: 'conversation.handoff_declined', data: { why: 'closed', reason: 'requested', opens_at: null } },
    ])
    const { data } = await server.client.getHandlingStatistics({ team: closed.key })
    expect(data).toMatchObject([{ requested: 0, declined: 1 }])
    const forced = await server.client.handOffConversation({ ...asked, force: true })
    const { wait_until, waiting_since } = forced.handling!
    expect(Date.parse(wait_until!) - Date.parse(waiting_since!)).toBe(500_000)
    expect((await talk.said()).at(-1)).toBe('system: Closed until .')
    const open = await newTeam({ business_hours: hours(true), outside_hours })
    expect(open).toMatchObject({ is_open: true, changes_at: null })
  })

  test('has its usual message if the template of the team fails', async () => {
    const message = '{% for one in range(100000) %}{{ "many" * 1000 }}{% endfor %}'
    const { key: team } = await newTeam({ wait: { message } })
    const talk = await talkWith(server)
    await server.client.handOffConversation({ conversation_id: talk.id, team })
    expect(await talk.said()).toEqual(['system: A person will answer you here.'])
  })

  test('the key of a declined request stands for its event, and asks again', async () => {
    const outside_hours = { action: 'decline' } as const
    const { key: team_key } = await newTeam({ business_hours: hours(false), outside_hours })
    const { id: conversation_id, types } = await talkWith(server)
    const asked = { conversation_id, team: team_key, idempotency_key: crypto.randomUUID() }
    const ask = () => server.client.handOffConversation(asked)
    await Promise.all([refusal(ask()), refusal(ask())])
    await server.client.updateTeam({ team_key, business_hours: null })
    expect(await ask()).toMatchObject({ handled_by: 'queue' })
    await server.client.returnConversation({ conversation_id })
    expect(await ask()).toMatchObject({ handled_by: 'queue' })
    const told = (await types()).filter((type) => type.startsWith('conversation.handoff'))
    expect(told).toEqual(['conversation.handoff_declined', 'conversation.handoff_requested'])
  })

  test('is declined for the agent’s tool, which goes on', async () => {
    const outside_hours = { action: 'decline' } as const
    const closed = await newTeam({ business_hours: hours(false), outside_hours })
    const talk = await talkWith(server, { hand_off: { enabled: true, team: closed.key, keywords: ['person'] } })
    server.model.answer = () => 'I can help myself.'
    await talk.say('a person please')
    expect(await talk.said()).toEqual(['end_user: a person please', 'agent: I can help myself.'])
    const declined = (await talk.events()).find(({ type }) => type === 'conversation.handoff_declined')
    expect(declined!.data).toMatchObject({ reason: 'keyword', why: 'closed', opens_at: null })
  })
})

test.each([
  ['has another role', (user_id: string) => server.client.updateMember({ user_id, role: 'viewer' })],
  ['is removed', (user_id: string) => server.client.deleteMember({ user_id })],
])('a member %s: the streams of that member end at once, no others', async (_what, lose) => {
  const [cleo, dan] = [await makePerson(server), await makePerson(server)]
  const { id: conversation_id } = await talkWith(server)
  const ends: string[] = []
  // Not by the client, which connects again.
  const read = async (name: string, path: string, { token }: Person) => {
    const organization = { 'x-parley-org': server.organization_id }
    const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream', ...organization }
    const { body } = await fetch(`${server.url}${path}`, { headers })
    for await (const _piece of body!) opened.add(name)
    ends.push(name)
  }
  const opened = new Set<string>()
  const open = (person: Person, name: string) => {
    void read(`${name}: events`, `/core/conversations/${conversation_id}/events`, person)
    void read(`${name}: feed`, '/core/conversations/changes', person)
  }
  open(cleo, 'cleo')
  open(dan, 'dan')
  await expect.poll(() => opened.size, soon).toBe(4)
  await lose(cleo.user_id)
  // Sooner than the next look at the credential, after 15 s.
  await expect.poll(() => ends.toSorted(), { timeout: 12_000, interval: 20 }).toEqual(['cleo: events', 'cleo: feed'])
  await server.client.deleteMember({ user_id: dan.user_id })
  await expect.poll(() => ends.length, { timeout: 12_000, interval: 20 }).toBe(4)
})

describe('what is left', () => {
  const conversationsIn = async (team: string, many: number) => {
    const { agent_id } = await publishAgent(server.client)
    const ids: string[] = []
    for (let made = 0; made < many; made += 1) {
      const asked = { channel: 'text' as const, user_id: 'ada', agent_id }
      const { conversation } = await server.client.createConversation(asked)
      await server.client.handOffConversation({ conversation_id: conversation.id, team })
      ids.push(conversation.id)
    }
    return ids
  }
  const teamsOf = async (ids: string[]) => {
    const { rows } = await server.database.pool.query<{ key: string | null }>(
      `select (select key from teams where id = team_id) as key from handlings where conversation_id = any($1)`,
      [ids],
    )
    return rows.map(({ key }) => key)
  }

  test('by a deleted team goes to the team that is named, waiting or held, and the rules stay', async () => {
    const [old, target] = [await newTeam({ wait: { max_seconds: 99 } }), await newTeam({ name: 'Target' })]
    const ids = await conversationsIn(old.key, 3)
    await ann.client.takeConversation({ conversation_id: ids[0]! })
    await server.client.assignConversation({ conversation_id: ids[1]!, user_id: bob.user_id })
    const nowhere = { team_key: old.key, move_to: old.key }
    expect((await refusal(server.client.deleteTeam(nowhere))).status).toBe(422)
    await server.client.deleteTeam({ team_key: old.key, move_to: target.key })
    expect((await refusal(server.client.getTeam({ team_key: old.key }))).status).toBe(404)
    await expect.poll(() => teamsOf(ids), soon).toEqual([target.key, target.key, target.key])
    expect(await server.client.getConversation({ conversation_id: ids[0]! })).toMatchObject({
      ...{ handled_by: 'person', assignee: { id: ann.user_id }, team: { key: target.key, name: 'Target' } },
    })
    expect(await server.client.getConversation({ conversation_id: ids[1]! })).toMatchObject({
      ...{ handled_by: 'queue', assignee: null },
    })
    // The key is free again.
    await server.client.createTeam({ key: old.key, name: 'Again' })
  })

  test('without a default team it goes to no team', async () => {
    const old = await newTeam()
    const ids = await conversationsIn(old.key, 1)
    await server.client.deleteTeam({ team_key: old.key })
    await expect.poll(() => teamsOf(ids), soon).toEqual([null])
    expect(await server.client.getConversation({ conversation_id: ids[0]! })).toMatchObject({ team: null })
  })

  test('by a removed member waits again; the member is refused at once', async () => {
    const gone = await makePerson(server)
    const team = await newTeam({ members: [gone.user_id, ann.user_id] })
    const [held, offered] = (await conversationsIn(team.key, 2)) as [string, string]
    await gone.client.takeConversation({ conversation_id: held })
    await server.client.assignConversation({ conversation_id: offered, user_id: gone.user_id })
    await server.client.updateMember({ user_id: gone.user_id, role: 'viewer' })
    expect((await refusal(gone.client.replyToConversation({ conversation_id: held, text: 'x' }))).status).toBe(403)
    const read = (conversation_id: string) => server.client.getConversation({ conversation_id })
    await expect
      .poll(() => read(held), soon)
      .toMatchObject({ handled_by: 'queue', handoff_reason: 'person_gone', assignee: null })
    await expect.poll(() => read(offered), soon).toMatchObject({ handled_by: 'queue', assignee: null })
    expect(await server.client.getTeam({ team_key: team.key })).toMatchObject({ members: [ann.user_id] })
    const { rowCount } = await server.database.pool.query('select from team_members where user_id = $1', [gone.user_id])
    expect(rowCount).toBe(0)
  })

  test('a role that still answers keeps everything', async () => {
    const { user_id, client } = await makePerson(server)
    const { id: conversation_id } = await talkWith(server)
    await client.takeConversation({ conversation_id })
    await server.client.updateMember({ user_id, role: 'admin' })
    await expect
      .poll(async () => {
        const left = await server.database.pool.query(
          `select from work where kind = 'member_left' and subject = $1
           union all select from work_arrivals where kind = 'member_left' and subject = $1`,
          [user_id],
        )
        return left.rowCount
      }, soon)
      .toBe(0)
    expect(await client.replyToConversation({ conversation_id, text: 'Still here.' })).toBeDefined()
  })
})
