// Who is there, and to whom conversations are offered; what becomes due once a person has one.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { soon } from '../../inactivity/fixture.ts'
import { type TestServer, refusal, startTestServer } from '../../support/server.ts'
import { type Talk, desk, makePerson, talkWith } from '../fixture.ts'
import { fire, handTo, newTeam, offeredTo } from './fixture.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const query = (text: string, values: unknown[] = []) => server.database.pool.query(text, values)

describe('H10: offers', () => {
  test('go to the person with the fewest, the longest without an offer first, within capacity', async () => {
    const { key, people } = await newTeam(server, 2, {}, { capacity: 2 })
    const talks: Talk[] = []
    for (let made = 0; made < 5; made += 1) {
      const talk = await handTo(server, key)
      talks.push(talk)
      if (made < 4) await expect.poll(() => offeredTo(server, talk), soon).not.toBeNull()
    }
    const offered = await Promise.all(talks.map((talk) => offeredTo(server, talk)))
    const [ann, bob] = people.map(({ user_id }) => user_id)
    expect(new Set(offered.slice(0, 2))).toEqual(new Set([ann, bob]))
    expect(offered[2]).toBe(offered[0])
    expect(offered[4]).toBeNull()
    const { data } = await people[0]!.client.listPresence()
    const own = data.find(({ user_id }) => user_id === people[0]!.user_id)
    expect(own).toMatchObject({ availability: 'available', is_online: true, load: 2, teams: [key] })
    // Room is freed: the next one is offered.
    const [first] = talks
    const taker = people.find(({ user_id }) => user_id === offered[0])!
    await taker.client.takeConversation({ conversation_id: first!.id })
    // oxlint-disable-next-line unicorn/no-thenable -- a field of the call
    await taker.client.replyToConversation({ conversation_id: first!.id, text: 'Done.', then: 'end' })
    await expect.poll(() => offeredTo(server, talks[4]!), soon).toBe(taker.user_id)
    const assigned = (await talks[4]!.events()).find(({ type }) => type === 'conversation.assigned')
    expect(assigned!.data).toMatchObject({ by: { type: 'system' }, why: 'round_robin', team: { key } })
  })

  test('none to those who are away, offline, full or of another team, nor by a team that offers nothing', async () => {
    const { key, people } = await newTeam(server, 2)
    await newTeam(server, 1)
    await people[0]!.client.updateMyPresence({ availability: 'away' })
    await query(`update people set seen_at = clock_timestamp() - interval '46 seconds' where user_id = $1`, [
      people[1]!.user_id,
    ])
    const talk = await handTo(server, key)
    const manual = await newTeam(server, 1, {}, { mode: 'manual' })
    const other = await handTo(server, manual.key)
    // The look after them has been made once the work waits for its next time.
    await expect
      .poll(async () => {
        const left = await query(
          `select from work where kind = 'route_team' and due_at > clock_timestamp() + interval '1 second'
           and subject = (select id::text from teams where key = $1)`,
          [key],
        )
        return left.rowCount
      }, soon)
      .toBe(1)
    expect([await offeredTo(server, talk), await offeredTo(server, other)]).toEqual([null, null])
    await people[1]!.client.updateMyPresence()
    await expect.poll(() => offeredTo(server, talk), soon).toBe(people[1]!.user_id)
    await server.client.updateTeam({ team_key: manual.key, assignment: { mode: 'round_robin' } })
    await expect.poll(() => offeredTo(server, other), soon).toBe(manual.people[0]!.user_id)
  })
})

describe('once a person has it', () => {
  test('an end user who is silent for too long: it ends, and says so', async () => {
    const { key } = await newTeam(
      server,
      0,
      { idle: { end_after_seconds: 3600, end_message: 'Goodbye.' } },
      { mode: 'manual' },
    )
    const talk = await handTo(server, key)
    const conversation_id = talk.id
    await server.client.replyToConversation({ conversation_id, text: 'Hi.', take: true, external: desk })
    await query(
      `update conversation_progress set silent_since = clock_timestamp() - interval '1 hour',
         last_activity_at = clock_timestamp() - interval '1 hour' where conversation_id = $1`,
      [talk.id],
    )
    await fire(server, talk.id, `awake_since = clock_timestamp() - interval '2 hours'`)
    await expect.poll(talk.read, soon).toMatchObject({ status: 'completed', end_reason: 'inactivity' })
    expect((await talk.said()).at(-1)).toBe('system: Goodbye.')
  })

  test('promised times are warned of, breached and met, as events and in the conversation', async () => {
    const sla = { first_response_seconds: 900, next_response_seconds: 600, warn_before_seconds: 60 }
    const { key } = await newTeam(server, 0, { sla }, { mode: 'manual' })
    const talk = await handTo(server, key)
    const asked = (await talk.read()).handling!
    expect(asked.sla).toEqual({
      ...{ next_response: null, resolution: null },
      first_response: { state: 'running', due_at: expect.any(String) as string },
    })
    expect(Date.parse(asked.sla.first_response!.due_at) - Date.parse(asked.requested_at!)).toBe(900_000)
    const past = (field: string) =>
      `sla = jsonb_set(sla, '{first_response,${field}}', to_jsonb(to_char((clock_timestamp() - interval '1 second') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')))`
    await fire(server, talk.id, past('warn_at'))
    await expect.poll(talk.types, soon).toContain('conversation.sla_warning')
    await fire(server, talk.id, past('due_at'))
    await expect.poll(talk.types, soon).toContain('conversation.sla_breached')
    expect((await talk.read()).handling!.sla.first_response).toMatchObject({ state: 'breached' })
    const conversation_id = talk.id
    await server.client.replyToConversation({ conversation_id, text: 'Late.', take: true, external: desk })
    await talk.say('Thanks')
    expect((await talk.read()).handling!.sla.next_response).toMatchObject({ state: 'running' })
    // oxlint-disable-next-line unicorn/no-thenable -- a field of the call
    await server.client.replyToConversation({ conversation_id, text: 'Bye.', external: desk, then: 'end' })
    expect((await talk.read()).handling!.sla).toMatchObject({
      ...{ first_response: { state: 'breached' }, next_response: { state: 'met' } },
    })
  })

  test('a snooze ends at its time', async () => {
    const talk = await talkWith(server)
    const conversation_id = talk.id
    const until = new Date(Date.now() + 3_600_000).toISOString()
    await server.client.takeConversation({ conversation_id, external: desk })
    await server.client.snoozeConversation({ conversation_id, until, external: desk })
    await fire(server, talk.id, `snoozed_until = clock_timestamp() - interval '1 second'`)
    await expect.poll(talk.types, soon).toContain('conversation.woken')
    expect((await talk.read()).handling).toMatchObject({ snoozed_until: null })
  })
})

describe('who is there', () => {
  test('members say it; keys cannot', async () => {
    const ann = await makePerson(server)
    const { user_id } = ann
    expect(await ann.client.updateMyPresence()).toMatchObject({ user_id, availability: 'away', is_online: true })
    const said = await ann.client.updateMyPresence({ availability: 'available' })
    expect(said).toMatchObject({ availability: 'available', load: 0, teams: [] })
    expect(await ann.client.updateMyPresence()).toEqual(said)
    expect(await refusal(server.client.updateMyPresence())).toMatchObject({ status: 403 })
    const viewer = await makePerson(server, 'viewer')
    const { data } = await server.client.listPresence()
    expect(data[0]).toMatchObject({ availability: 'available' })
    expect(data.map((person) => person.user_id)).not.toContain(viewer.user_id)
  })

  test('a conversation’s stream tells who looks and types; end users see the holder type, by the name that is shown', async () => {
    const team = await server.client.createTeam({ key: 'shown', name: 'Desk', shown_name: 'team' })
    const [ann, bob] = [await makePerson(server), await makePerson(server)]
    const talk = await handTo(server, team.key)
    const conversation_id = talk.id
    await ann.client.takeConversation({ conversation_id })
    const { token } = await server.client.createConversationToken({ conversation_id, permissions: ['read', 'message'] })
    const visitor = server.as({ token })
    const seen = { bob: [] as unknown[], visitor: [] as unknown[] }
    const stop = new AbortController()
    const read = async (who: keyof typeof seen, client: typeof visitor) => {
      const streamed = client.streamConversationEvents({ conversation_id }, { signal: stop.signal })
      for await (const { event, data } of await streamed) {
        if (event === 'typing' || event === 'presence') seen[who].push(data)
      }
    }
    const reading = [read('bob', bob.client), read('visitor', visitor)].map((one) => one.catch(() => {}))
    await ann.client.showPresence({ conversation_id, state: 'viewing' })
    const viewer = { user_id: ann.user_id, name: expect.any(String) as string }
    await expect
      .poll(() => seen.bob, soon)
      .toContainEqual({ viewers: [{ ...viewer, state: 'viewing' }], more_viewers: 0 })
    await ann.client.showPresence({ conversation_id, state: 'typing' })
    await expect
      .poll(() => seen.visitor, soon)
      .toEqual([{ by: { type: 'user', id: null, name: 'Desk' }, typing: true }])
    await expect
      .poll(() => seen.bob, soon)
      .toContainEqual({ by: { type: 'user', id: ann.user_id, name: viewer.name }, typing: true })
    await visitor.showPresence({ conversation_id, state: 'typing' })
    await expect
      .poll(() => seen.bob, soon)
      .toContainEqual({ by: { type: 'end_user', id: null, name: null }, typing: true })
    expect(await refusal(visitor.showPresence({ conversation_id, state: 'viewing' }))).toMatchObject({ status: 422 })
    // Nobody is left whose row says by which name they are shown.
    await visitor.showPresence({ conversation_id, state: 'idle' })
    await ann.client.showPresence({ conversation_id, state: 'idle' })
    await expect.poll(() => seen.bob.at(-1), soon).toEqual({ viewers: [], more_viewers: 0 })
    await expect
      .poll(() => seen.visitor.at(-1), soon)
      .toEqual({ by: { type: 'user', id: null, name: 'Desk' }, typing: false })
    const told = () => (seen.visitor as { typing: boolean }[]).map(({ typing }) => typing)
    const types = async (times: number) => {
      await ann.client.showPresence({ conversation_id, state: 'typing' })
      await expect.poll(() => told().filter((typing) => typing).length, soon).toBe(times)
    }
    for (const [index, stops] of [
      () => ann.client.replyToConversation({ conversation_id, text: 'Sent.' }),
      () => bob.client.takeConversation({ conversation_id, from: ann.user_id }),
      () => ann.client.assignConversation({ conversation_id, nobody: true }),
      () => server.client.returnConversation({ conversation_id }),
    ].entries()) {
      if (index > 0) await ann.client.takeConversation({ conversation_id, from: bob.user_id })
      await types(index + 2)
      await stops()
      const { rows } = await server.database.pool.query<{ typing_until: string | null }>(
        `select typing_until from conversation_presence where conversation_id = $1 and type = 'user'`,
        [conversation_id],
      )
      expect(rows).toEqual([{ typing_until: null }])
      await expect.poll(told, soon).toEqual(Array.from({ length: 2 * (index + 2) }, (_, at) => at % 2 === 0))
    }
    expect(JSON.stringify(seen.visitor)).not.toContain('@')
    stop.abort()
    await Promise.all(reading)
  })
})
