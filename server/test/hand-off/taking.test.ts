// People ask for a conversation, take it, answer and return it: what each operation does, and what others are told.
// oxlint-disable unicorn/no-thenable -- a field of the API
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConversationFilters } from '@parley/contract'
import { makeKey, makeOrganization } from '../support/actors.ts'
import { holdAnswer } from '../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../support/server.ts'
import { type Person, desk, makePerson, talkWith } from './fixture.ts'

let server: TestServer
let ann: Person
let bob: Person

beforeAll(async () => {
  server = await startTestServer()
  ann = await makePerson(server)
  bob = await makePerson(server)
})
afterAll(() => server[Symbol.asyncDispose]())

const wait = 'system: A person will answer you here.'

describe('H1: while a turn runs', () => {
  test('a take cuts it: its text is kept, its call is told, and nothing of the agent follows', async () => {
    const held = holdAnswer()
    server.model.answer = () => held
    const talk = await talkWith(server)
    const call = refusal(talk.say('Hello'))
    await held.asked
    held.say('One moment ')
    await expect.poll(() => server.app.rooms.engine.engine.textSoFar(talk.id)).toBe('One moment ')
    const waiting = talk.say('And another')
    await expect.poll(async () => (await talk.types()).filter((type) => type === 'turn.queued').length).toBe(2)
    const taken = await ann.client.takeConversation({ conversation_id: talk.id })
    expect(taken).toMatchObject({
      handled_by: 'person',
      assignee: { type: 'user', id: ann.user_id },
      handoff_reason: 'taken_directly',
    })
    held.finish()
    expect(await call).toMatchObject({ status: 409, code: 'turn_taken_over', body: { handled_by: 'person' } })
    expect(await waiting).toMatchObject({ reply: '', tool_calls: [], handled_by: 'person' })
    expect(await talk.said()).toEqual(['end_user: Hello', 'end_user: And another', 'agent, interrupted: One moment '])
    const { data: turns } = await server.client.listConversationTurns({ conversation_id: talk.id })
    expect(turns.map(({ status, outcome }) => [status, outcome])).toEqual([
      ['cancelled', 'taken_over'],
      ['completed', 'for_person'],
    ])
    expect((await talk.types()).slice(-4)).toEqual([
      ...['message.created', 'turn.cancelled', 'turn.completed', 'conversation.taken'],
    ])
    const { data } = (await talk.events()).at(-1)!
    expect(data).toMatchObject({ by: { type: 'user', id: ann.user_id }, why: 'call', from: null, unfinished_calls: [] })
    expect(data).toMatchObject({ cut_turn_id: turns[0]!.turn_id })
    expect((await talk.read()).handling).toMatchObject({ unanswered_since: turns[0]!.queued_at })
  })
})

test('H1: a stream of a cut turn ends with turn.cancelled, which says who handles the conversation now', async () => {
  const held = holdAnswer()
  server.model.answer = () => held
  const talk = await talkWith(server)
  const events: { event: string; data: object }[] = []
  const stream = (async () => {
    const sent = { conversation_id: talk.id, text: 'Hello' }
    for await (const event of server.client.streamConversationMessage(sent)) events.push(event)
  })()
  await held.asked
  await server.client.handOffConversation({ conversation_id: talk.id })
  await stream
  held.finish()
  expect(events.at(-1)).toMatchObject({
    event: 'turn.cancelled',
    data: { code: 'turn_taken_over', handled_by: 'queue' },
  })
})

describe('asking for a person', () => {
  test('makes it wait, with a bound, and tells the end user once', async () => {
    const talk = await talkWith(server)
    const text = 'They want a refund.'
    const asked = await server.client.handOffConversation({
      conversation_id: talk.id,
      reason: 'complaint',
      text,
      priority: 'high',
    })
    expect(asked).toMatchObject({
      handled_by: 'queue',
      assignee: null,
      handoff_reason: 'complaint',
      handoff_text: text,
      priority: 'high',
    })
    const { waiting_since, wait_until } = asked.handling!
    expect(Date.parse(wait_until!) - Date.parse(waiting_since!)).toBe(1_800_000)
    expect(await talk.said()).toEqual([wait])
    expect((await talk.types()).slice(-2)).toEqual(['message.created', 'conversation.handoff_requested'])
    const again = await ann.client.handOffConversation({ conversation_id: talk.id, reason: 'other' })
    expect(again.handling).toEqual(asked.handling)
    expect(await talk.said()).toEqual([wait])
  })

  test('by the end user says only why, and only so often', async () => {
    const talk = await talkWith(server, { hand_off: { max_per_conversation: 1 } })
    const { token } = await server.client.createConversationToken({
      ...{ conversation_id: talk.id, permissions: ['handoff', 'read', 'message'] },
    })
    const client = server.as({ token })
    const conversation_id = talk.id
    expect(await refusal(client.handOffConversation({ conversation_id, priority: 'high' }))).toMatchObject({
      status: 422,
    })
    const asked = await client.handOffConversation({ conversation_id, text: 'Please' })
    expect(asked).toMatchObject({ handled_by: 'queue', assignee: null, team: null, handling: null })
    expect(await client.returnConversation({ conversation_id })).toMatchObject({ handled_by: 'agent' })
    const refused = await refusal(client.handOffConversation({ conversation_id }))
    expect(refused).toMatchObject({ status: 409, code: 'handoff_limit_reached' })
    await ann.client.takeConversation({ conversation_id })
    expect(await client.getConversation({ conversation_id })).toMatchObject({
      ...{ handled_by: 'person', assignee: { type: 'user', id: null, name: expect.any(String) } },
    })
    const held = await refusal(client.returnConversation({ conversation_id }))
    expect(held).toMatchObject({ status: 409, code: 'conversation_taken' })
    expect(held.body).not.toHaveProperty('assignee')
  })

  test('is refused of one that a person holds, and of one that has ended', async () => {
    const talk = await talkWith(server)
    const conversation_id = talk.id
    await ann.client.takeConversation({ conversation_id })
    const refused = await refusal(bob.client.handOffConversation({ conversation_id }))
    expect(refused).toMatchObject({ status: 409, code: 'conversation_taken', body: { assignee: { id: ann.user_id } } })
    await server.client.endConversation({ conversation_id })
    for (const call of [
      () => ann.client.takeConversation({ conversation_id }),
      () => ann.client.handOffConversation({ conversation_id }),
      () => ann.client.replyToConversation({ conversation_id, text: 'Late' }),
      () => ann.client.returnConversation({ conversation_id }),
    ]) {
      expect(await refusal(call())).toMatchObject({ status: 409, code: 'conversation_not_active' })
    }
    expect(await talk.read()).toMatchObject({ handled_by: 'person', status: 'completed' })
  })
})

describe('H3: one holder', () => {
  test('of many takes at once one wins, and the others learn who', async () => {
    const talk = await talkWith(server)
    const conversation_id = talk.id
    const desks = Array.from({ length: 8 }, (_, n) => ({ id: `p${n}`, name: `P${n}` }))
    const taken = await Promise.allSettled(
      desks.map((external) => server.client.takeConversation({ conversation_id, external })),
    )
    const winners = taken.filter(({ status }) => status === 'fulfilled')
    expect(winners).toHaveLength(1)
    const { assignee } = await talk.read()
    const losers = await Promise.all(
      taken
        .filter(({ status }) => status === 'rejected')
        .map((lost) => refusal(Promise.reject((lost as PromiseRejectedResult).reason))),
    )
    for (const lost of losers) {
      expect(lost).toMatchObject({
        status: 409,
        code: 'conversation_taken',
        body: { assignee, taken_at: expect.any(String) },
      })
    }
  })

  test('again by the holder nothing changes; by another only with the name of the holder', async () => {
    const talk = await talkWith(server)
    const conversation_id = talk.id
    const first = await ann.client.takeConversation({ conversation_id })
    expect((await ann.client.takeConversation({ conversation_id })).handling).toEqual(first.handling)
    expect(await refusal(bob.client.takeConversation({ conversation_id, from: desk.id }))).toMatchObject({
      code: 'conversation_taken',
    })
    const taken = await bob.client.takeConversation({ conversation_id, from: ann.user_id })
    expect(taken.assignee).toMatchObject({ id: bob.user_id })
    expect((await talk.events()).at(-1)!.data).toMatchObject({ from: { id: ann.user_id }, cut_turn_id: null })
  })

  test('a key names its person, and a member nobody', async () => {
    const talk = await talkWith(server)
    const conversation_id = talk.id
    expect(await refusal(server.client.takeConversation({ conversation_id }))).toMatchObject({ status: 422 })
    expect(await refusal(ann.client.takeConversation({ conversation_id, external: desk }))).toMatchObject({
      status: 422,
    })
    const taken = await server.client.takeConversation({ conversation_id, external: desk })
    expect(taken.assignee).toEqual({ type: 'external', ...desk })
  })
})

describe('H5: a reply', () => {
  test('is stored once and in order, with its author, or refused with nothing stored', async () => {
    const talk = await talkWith(server)
    const conversation_id = talk.id
    const early = await refusal(ann.client.replyToConversation({ conversation_id, text: 'Hi' }))
    expect(early).toMatchObject({ status: 409, code: 'conversation_not_taken' })
    const key = { conversation_id, text: 'Hi, Ann here.', take: true, idempotency_key: crypto.randomUUID() }
    const { item, conversation } = await ann.client.replyToConversation(key)
    expect(item).toMatchObject({
      position: 0,
      role: 'assistant',
      content: ['Hi, Ann here.'],
      turn_id: null,
      interrupted: false,
    })
    expect(item.author).toMatchObject({ type: 'user', id: ann.user_id, external: false })
    expect(conversation).toMatchObject({ handled_by: 'person', assignee: { id: ann.user_id } })
    expect((await ann.client.replyToConversation(key)).item).toEqual(item)
    const other = await refusal(bob.client.replyToConversation({ conversation_id, text: 'Me too' }))
    expect(other).toMatchObject({ status: 409, code: 'conversation_taken' })
    const behind = await refusal(ann.client.replyToConversation({ conversation_id, text: 'Again', seen_position: -1 }))
    expect(behind).toMatchObject({ status: 409, code: 'not_up_to_date', message: 'There are newer answers.' })
    await ann.client.replyToConversation({ conversation_id, text: 'More', seen_position: 0 })
    expect(await talk.said()).toEqual(['user: Hi, Ann here.', 'user: More'])
    const created = (await talk.events()).filter(({ type }) => type === 'message.created')
    expect(created.map(({ data }) => data)).toMatchObject([
      { author: { id: ann.user_id } },
      { author: { type: 'user' } },
    ])
  })

  test('can return or end in the same commit', async () => {
    const returned = await talkWith(server)
    const { conversation } = await ann.client.replyToConversation({
      ...{ conversation_id: returned.id, text: 'Back to the agent.', take: true, then: 'return' as const },
    })
    expect(conversation).toMatchObject({ handled_by: 'agent', assignee: null })
    expect((await returned.types()).slice(-3)).toEqual([
      'conversation.taken',
      'message.created',
      'conversation.returned',
    ])
    const ended = await talkWith(server)
    const { conversation: over } = await ann.client.replyToConversation({
      ...{ conversation_id: ended.id, text: 'Goodbye.', take: true, then: 'end' as const },
    })
    expect(over).toMatchObject({ status: 'completed', handled_by: 'person', end_reason: 'ended_by_caller' })
    expect(await ended.said()).toEqual(['user: Goodbye.'])
  })
})

describe('assigning', () => {
  test('offers it to another person, who accepts by taking it; declined, it is free again', async () => {
    const talk = await talkWith(server)
    const conversation_id = talk.id
    const offered = await ann.client.assignConversation({ conversation_id, user_id: bob.user_id })
    expect(offered).toMatchObject({ handled_by: 'queue', assignee: { id: bob.user_id }, handoff_reason: 'requested' })
    const { offered_until, waiting_since } = offered.handling!
    expect(Date.parse(offered_until!) - Date.parse(waiting_since!)).toBe(60_000)
    const declined = await bob.client.assignConversation({ conversation_id, nobody: true })
    expect(declined).toMatchObject({ handled_by: 'queue', assignee: null, handling: { offered_until: null } })
    const taken = await bob.client.assignConversation({ conversation_id, user_id: bob.user_id })
    expect(taken).toMatchObject({ handled_by: 'person', assignee: { id: bob.user_id } })
    const passed = await bob.client.assignConversation({ conversation_id, user_id: ann.user_id })
    expect(passed).toMatchObject({ handled_by: 'queue', assignee: { id: ann.user_id }, handoff_reason: 'transferred' })
    expect(await talk.types()).toEqual([
      ...['conversation.created', 'conversation.started', 'message.created', 'conversation.handoff_requested'],
      ...['conversation.assigned', 'conversation.unassigned', 'conversation.taken', 'conversation.assigned'],
    ])
  })

  test('takes exactly one target, which can answer', async () => {
    const talk = await talkWith(server)
    const conversation_id = talk.id
    const viewer = await makePerson(server, 'viewer')
    const bad = [
      {},
      { nobody: true as const, user_id: bob.user_id },
      { user_id: viewer.user_id },
      { user_id: 'x' },
      { team: 'none' },
    ]
    for (const target of bad) {
      expect(await refusal(ann.client.assignConversation({ conversation_id, ...target }))).toMatchObject({
        status: 422,
      })
    }
    const no = ann.client.assignConversation({ conversation_id, nobody: false as true })
    expect((await refusal(no)).errors).toEqual([{ path: 'nobody', message: 'must be true' }])
    expect(await talk.read()).toMatchObject({ handled_by: 'agent', handling: null })
  })
})

describe('snoozing', () => {
  const ahead = (ms: number) => new Date(Date.now() + ms).toISOString()

  test('takes a minute to a year, by the holder only', async () => {
    const talk = await talkWith(server)
    const conversation_id = talk.id
    const early = await refusal(ann.client.snoozeConversation({ conversation_id, until: ahead(60_000) }))
    expect(early).toMatchObject({ code: 'conversation_not_taken' })
    await ann.client.takeConversation({ conversation_id })
    for (const until of [ahead(30_000), ahead(366 * 86_400_000)]) {
      expect(await refusal(ann.client.snoozeConversation({ conversation_id, until }))).toMatchObject({ status: 422 })
    }
    expect(await refusal(bob.client.snoozeConversation({ conversation_id, until: ahead(60_000) }))).toMatchObject({
      code: 'conversation_taken',
    })
    const until = ahead(60_000)
    const { handling } = await ann.client.snoozeConversation({ conversation_id, until })
    expect(handling).toMatchObject({ snoozed_until: until.replace('Z', '000Z'), wake_on_reply: true })
    await talk.say('Still there?')
    expect((await talk.read()).handling).toMatchObject({ snoozed_until: null })
    expect((await talk.events()).at(-1)).toMatchObject({ type: 'conversation.woken', data: { why: 'message' } })
    await ann.client.snoozeConversation({ conversation_id, until: ahead(90_000), wake_on_reply: false })
    await talk.say('Hello?')
    expect((await talk.read()).handling!.snoozed_until).not.toBeNull()
    expect((await ann.client.snoozeConversation({ conversation_id, until: null })).handling!.snoozed_until).toBeNull()
  })
})

test('priority and tags; tags also after the end', async () => {
  const talk = await talkWith(server)
  const conversation_id = talk.id
  const tags = [' VIP ', 'vip', 'Größe']
  const changed = await ann.client.updateConversationHandling({ conversation_id, priority: 'urgent', tags })
  expect(changed).toMatchObject({ priority: 'urgent', tags: ['vip', 'größe'], handled_by: 'agent', handling: null })
  await server.client.endConversation({ conversation_id })
  expect(await refusal(ann.client.updateConversationHandling({ conversation_id, priority: 'low' }))).toMatchObject({
    ...{ status: 409, code: 'conversation_not_active' },
  })
  expect(await ann.client.updateConversationHandling({ conversation_id, tags: [] })).toMatchObject({ tags: [] })
})

describe('ending', () => {
  test('people who answer end what they hold, and nothing else', async () => {
    const talk = await talkWith(server)
    const conversation_id = talk.id
    expect(await refusal(ann.client.endConversation({ conversation_id }))).toMatchObject({
      code: 'conversation_not_taken',
    })
    await ann.client.takeConversation({ conversation_id })
    expect(await refusal(bob.client.endConversation({ conversation_id }))).toMatchObject({ code: 'conversation_taken' })
    expect(await ann.client.endConversation({ conversation_id })).toMatchObject({ status: 'completed' })
  })

  test('a viewer, and a key without the scope, take nothing', async () => {
    const { id: conversation_id } = await talkWith(server)
    const viewer = await makePerson(server, 'viewer')
    expect(await refusal(viewer.client.takeConversation({ conversation_id }))).toMatchObject({ status: 403 })
    const key = await makeKey(server, { only: ['conversations:manage'] })
    const taking = server.as({ token: key }).takeConversation({ conversation_id, external: desk })
    expect(await refusal(taking)).toMatchObject({ status: 403 })
  })
})

test('lists filter by who handles, who holds, and by tag; what has ended is in none of them', async () => {
  const own = await makeOrganization(server)
  const { agent_id } = await publishAgent(own.client)
  const make = async () =>
    (await own.client.createConversation({ channel: 'text', user_id: 'u', agent_id })).conversation.id
  const [plain, waiting, held, ended] = [await make(), await make(), await make(), await make()]
  await own.client.handOffConversation({ conversation_id: waiting })
  for (const conversation_id of [held, ended]) await own.client.takeConversation({ conversation_id, external: desk })
  await own.client.updateConversationHandling({ conversation_id: plain, tags: ['vip'] })
  await own.client.endConversation({ conversation_id: ended })
  const found = async (filter: ConversationFilters) => {
    const ids = (await own.client.listConversations(filter)).map(({ id }) => id)
    expect((await own.client.countConversations(filter)).count).toBe(ids.length)
    return ids
  }
  expect(await found({ parley_handled_by: 'agent' })).toEqual([plain])
  expect(await found({ parley_handled_by: 'queue' })).toEqual([waiting])
  expect(await found({ parley_handled_by: 'person' })).toEqual([held])
  expect(await found({ parley_assignee: desk.id })).toEqual([held])
  expect(await found({ parley_assignee: 'none' })).toEqual([waiting])
  expect(await found({ parley_assignee: 'me' })).toEqual([])
  expect(await found({ parley_tag: 'VIP' })).toEqual([plain])
  expect(await found({ parley_team: 'sales' })).toEqual([])
})

test('a single read says the place in the queue: priority first, then the longest waiting', async () => {
  const own = await makeOrganization(server)
  const { agent_id } = await publishAgent(own.client)
  const wait = async (priority: 'normal' | 'urgent') => {
    const { id } = (await own.client.createConversation({ channel: 'text', user_id: 'u', agent_id })).conversation
    await own.client.handOffConversation({ conversation_id: id, priority })
    return id
  }
  const waiting = [await wait('normal'), await wait('normal'), await wait('urgent')]
  const places = waiting.map(async (id) => (await own.client.getConversation({ conversation_id: id })).queue!.position)
  expect(await Promise.all(places)).toEqual([2, 3, 1])
  await own.client.takeConversation({ conversation_id: waiting[2]!, external: desk })
  expect((await own.client.getConversation({ conversation_id: waiting[2]! })).queue).toBeUndefined()
})
