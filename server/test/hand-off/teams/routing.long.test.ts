// Offers that take several looks, or several nodes; and a person who is gone.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { soon } from '../../inactivity/fixture.ts'
import { type TestServer, refusal, startTestServer } from '../../support/server.ts'
import { makePerson, talkWith } from '../fixture.ts'
import { beAvailable, fire, handTo, newTeam, offeredTo } from './fixture.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const query = (text: string, values: unknown[] = []) => server.database.pool.query(text, values)

describe('H10: offers', () => {
  test('the highest priority first, and in it the longest waiting', async () => {
    const { key, people } = await newTeam(server, 1, {}, { capacity: 1 })
    await people[0]!.client.updateMyPresence({ availability: 'away' })
    const [low, early, late, urgent] = [
      ...[await handTo(server, key, { priority: 'low' }), await handTo(server, key), await handTo(server, key)],
      await handTo(server, key, { priority: 'urgent' }),
    ]
    await beAvailable(server, people[0]!)
    for (const talk of [urgent, early, late, low]) {
      await expect.poll(() => offeredTo(server, talk!), soon).toBe(people[0]!.user_id)
      await people[0]!.client.takeConversation({ conversation_id: talk!.id })
      await people[0]!.client.returnConversation({ conversation_id: talk!.id })
    }
  })

  test('that are missed or declined go to another; three missed in a row make a person away', async () => {
    const { key, people } = await newTeam(server, 2)
    const talk = await handTo(server, key)
    await expect.poll(() => offeredTo(server, talk), soon).not.toBeNull()
    const first_id = await offeredTo(server, talk)
    await fire(server, talk.id, `offered_until = clock_timestamp() - interval '1 second'`)
    await expect.poll(() => offeredTo(server, talk), soon).not.toBe(first_id)
    await expect.poll(() => offeredTo(server, talk), soon).not.toBeNull()
    const second = people.find(({ user_id }) => user_id !== first_id)!
    expect(await offeredTo(server, talk)).toBe(second.user_id)
    await second.client.assignConversation({ conversation_id: talk.id, nobody: true })
    await expect.poll(() => offeredTo(server, talk), soon).toBe(first_id)
    for (let missed = 1; missed < 3; missed += 1) {
      await second.client.updateMyPresence({ availability: 'away' })
      await fire(server, talk.id, `offered_until = clock_timestamp() - interval '1 second'`)
      if (missed === 1) {
        const events = async () => (await talk.types()).filter((type) => type === 'conversation.assigned').length
        await expect.poll(events, soon).toBe(4)
      }
    }
    await expect
      .poll(async () => (await second.client.listPresence()).data.find(({ user_id }) => user_id === first_id), soon)
      .toMatchObject({ availability: 'away', load: 0 })
    expect(await offeredTo(server, talk)).toBeNull()
  })

  test('by two nodes at once never exceed anybody’s capacity', async () => {
    await using _second = await server.startAnother()
    const { key, people } = await newTeam(server, 3, {}, { capacity: 2 })
    const talks = await Promise.all(Array.from({ length: 10 }, () => handTo(server, key)))
    const offers = async () => {
      const given = await Promise.all(talks.map((talk) => offeredTo(server, talk)))
      return people.map(({ user_id }) => given.filter((id) => id === user_id).length)
    }
    await expect.poll(offers, soon).toEqual([2, 2, 2])
  })
})

test('a member who is offline while the end user waits loses it; one who is there keeps it', async () => {
  const { key, people } = await newTeam(server, 1, { wait: { max_seconds: 77 } }, { mode: 'manual' })
  const talk = await handTo(server, key)
  const [ann] = people
  await ann!.client.takeConversation({ conversation_id: talk.id })
  await talk.say('Hello?')
  const waits = `unanswered_since = clock_timestamp() - interval '301 seconds', awake_since = clock_timestamp() - interval '1 hour'`
  await fire(server, talk.id, waits)
  const rounds = async () =>
    (
      await query(
        `select from work where kind = 'handling_timer' and subject = $1 and due_at > clock_timestamp() + interval '4 minutes'`,
        [talk.id],
      )
    ).rowCount
  await expect.poll(rounds, soon).toBe(1)
  expect(await talk.read()).toMatchObject({ handled_by: 'person' })
  await query(`update people set seen_at = clock_timestamp() - interval '301 seconds' where user_id = $1`, [
    ann!.user_id,
  ])
  await fire(server, talk.id, waits)
  await expect.poll(talk.read, soon).toMatchObject({ handled_by: 'queue', handoff_reason: 'person_gone' })
  const { handling, team } = await talk.read()
  expect(team!.key).toBe(key)
  expect(Date.parse(handling!.wait_until!) - Date.parse(handling!.waiting_since!)).toBe(77_000)
  expect((await talk.types()).slice(-2)).toEqual(['conversation.unassigned', 'conversation.handoff_requested'])
})

test('the feed tells who is there, on every node, and makes its reader online', async () => {
  await using second = await server.startAnother()
  const [ann, bob] = [await makePerson(server), await makePerson(server)]
  const talk = await talkWith(server)
  const seen: unknown[] = []
  const stop = new AbortController()
  const away = server.as({ base_url: second.url, token: ann.token, organization_id: server.organization_id })
  const reading = (async () => {
    const streamed = away.streamConversationChanges({ with: 'presence' }, { signal: stop.signal })
    for await (const { event, data } of await streamed) if (event === 'presence') seen.push(data)
  })().catch(() => {})
  const online = { user_id: ann.user_id, is_online: true, availability: 'away' }
  await expect
    .poll(() => seen, soon)
    .toContainEqual({ conversation: null, person: expect.objectContaining(online) as object })
  await bob.client.updateMyPresence({ availability: 'available' })
  const available = { user_id: bob.user_id, is_online: true, availability: 'available' }
  await expect
    .poll(() => seen, soon)
    .toContainEqual({ conversation: null, person: expect.objectContaining(available) as object })
  await bob.client.showPresence({ conversation_id: talk.id, state: 'viewing' })
  const told = {
    person: null,
    conversation: expect.objectContaining({ conversation_id: talk.id, more_viewers: 0 }) as object,
  }
  await expect.poll(() => seen, soon).toContainEqual(told)
  stop.abort()
  await reading
  const viewer = await makePerson(server, 'viewer')
  const forbidden = (async () => {
    for await (const _ of await viewer.client.streamConversationChanges({ with: 'presence' })) break
  })()
  expect(await refusal(forbidden)).toMatchObject({ status: 403 })
})
