// What people have beside the conversation: notes, canned replies, the inbox, drafts and briefs; and what end users say afterwards.
import type { Client } from '@parley/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeKey } from '../../support/actors.ts'
import { holdAnswer } from '../../support/scripted-model.ts'
import { type TestServer, publishAgent, refusal, startTestServer } from '../../support/server.ts'
import { soon } from '../../inactivity/fixture.ts'
import { plantDataset } from '../../knowledge/turn/fixture.ts'
import { makeLiveWidget } from '../../web-widgets/fixture.ts'
import { type Person, desk, makePerson, talkWith } from '../fixture.ts'

let server: TestServer
let ann: Person
let bob: Person
beforeAll(async () => {
  server = await startTestServer()
  ann = await makePerson(server)
  bob = await makePerson(server)
})
afterAll(() => server[Symbol.asyncDispose]())

const query = (text: string, values: unknown[] = []) => server.database.pool.query(text, values)
const typesOf = async (id: string) =>
  (await query('select type, data from events where conversation_id = $1 order by sequence', [id])).rows as {
    type: string
    data: object
  }[]

describe('notes', () => {
  test('are written, changed by their author, listed, and deleted by the author or an admin', async () => {
    const { id: conversation_id } = await talkWith(server)
    const note = await ann.client.createConversationNote({ conversation_id, text: 'Careful.' })
    const author = { type: 'user', id: ann.user_id, external: false }
    expect(note).toMatchObject({ text: 'Careful.', author, for_agent: false, edited_at: null })
    const of_desk = await server.client.createConversationNote({ conversation_id, text: 'Mine.', external: desk })
    expect(of_desk.author).toEqual({ type: 'user', ...desk, external: true })
    const named = { conversation_id, note_id: note.id }
    const changed = await ann.client.updateConversationNote({ ...named, for_agent: true })
    expect(changed).toMatchObject({ text: 'Careful.', for_agent: true, edited_at: expect.any(String) as string })
    expect(await ann.client.updateConversationNote({ ...named, for_agent: true })).toEqual(changed)
    expect((await refusal(bob.client.updateConversationNote({ ...named, text: 'x' }))).status).toBe(403)
    expect((await refusal(bob.client.deleteConversationNote(named))).status).toBe(403)
    const page = await bob.client.listConversationNotes({ conversation_id, limit: 1 })
    expect(page.data).toEqual([changed])
    const cursor = page.pagination.next_cursor!
    expect((await bob.client.listConversationNotes({ conversation_id, cursor })).data).toEqual([of_desk])
    await server.client.endConversation({ conversation_id })
    await server.client.deleteConversationNote(named)
    await ann.client.createConversationNote({ conversation_id, text: 'After the end.' })
    const told = (await typesOf(conversation_id)).filter(({ type }) => type.includes('note'))
    expect(told.map(({ type }) => type)).toEqual([
      ...['conversation.note_added', 'conversation.note_added', 'conversation.note_changed'],
      ...['conversation.note_deleted', 'conversation.note_added'],
    ])
    expect(told[0]!.data).toMatchObject({ note_id: note.id, for_agent: false, why: 'call', by: { id: ann.user_id } })
  })

  test('H8: their text is in no answer, event, prompt or log but where notes are read', async () => {
    const secret = 'zebra-7431'
    const prompts: string[] = []
    server.model.answer = (request) => (prompts.push(JSON.stringify(request)), 'Fine.')
    const talk = await talkWith(server)
    const conversation_id = talk.id
    await ann.client.createConversationNote({ conversation_id, text: secret })
    await talk.say('Hello')
    await ann.client.getConversationBrief({ conversation_id })
    for await (const _event of ann.client.suggestReply({ conversation_id })) continue
    const { token } = await server.client.createConversationToken({
      ...{ conversation_id, permissions: ['read', 'message'] },
    })
    const seen = [
      ...[await talk.read(), await talk.events(), await server.as({ token }).getConversation({ conversation_id })],
      await ann.client.listInbox({ view: 'all' }),
    ]
    expect(prompts.length).toBeGreaterThan(1)
    expect(JSON.stringify([seen, prompts, server.log])).not.toContain(secret)
    expect(JSON.stringify(await ann.client.listConversationNotes({ conversation_id }))).toContain(secret)
  })

  test('go with the content, and are redacted', async () => {
    const { id: conversation_id } = await talkWith(server, { retention: { redact: ['email'] } })
    const text = 'Write to ada@example.com.'
    const note = await ann.client.createConversationNote({ conversation_id, text })
    expect(note.text).not.toContain('ada@example.com')
    await query(`update conversations set content_purged_at = clock_timestamp() where id = $1`, [conversation_id])
    expect((await ann.client.listConversationNotes({ conversation_id })).data).toEqual([])
    const refused = await refusal(ann.client.createConversationNote({ conversation_id, text }))
    expect(refused).toMatchObject({ status: 409, code: 'content_purged' })
  })
})

describe('canned replies', () => {
  test('are kept by shortcut, and filled in for a conversation', async () => {
    const team = await server.client.createTeam({ key: 'canned', name: 'Canned' })
    const made = await ann.client.createCannedReply({
      ...{ shortcut: 'hello', title: 'Greeting', team: team.key },
      text: 'Hello {{ user_id }}, I am {{ me }} of {{ team }}. {{ custom_metadata.plan }}',
    })
    const own = { canned_reply_id: made.id }
    const { id: conversation_id } = await talkWith(server)
    const filled = await ann.client.renderCannedReply({ ...own, conversation_id })
    expect(filled.missing).toEqual(['me', 'team', 'custom_metadata.plan'])
    expect(filled.text).toBe('Hello ada, I am [me] of [team]. [custom_metadata.plan]')
    await server.client.handOffConversation({ conversation_id, team: team.key })
    expect((await ann.client.renderCannedReply({ ...own, conversation_id })).text).toContain('of Canned.')
    const other = await bob.client.createCannedReply({ shortcut: 'bye', title: 'Farewell', text: 'Bye.' })
    expect((await ann.client.listCannedReplies({ search: 'FARE' })).data).toEqual([other])
    expect((await ann.client.listCannedReplies({ team: 'nobody' })).data).toEqual([other])
    const first = await ann.client.listCannedReplies({ team: team.key, limit: 1 })
    expect(first.data).toEqual([other])
    const rest = await ann.client.listCannedReplies({ team: team.key, cursor: first.pagination.next_cursor! })
    expect(rest.data).toEqual([made])
    const taken = bob.client.updateCannedReply({ canned_reply_id: other.id, shortcut: 'hello' })
    expect(await refusal(taken)).toMatchObject({ status: 409, code: 'shortcut_taken' })
    const changed = await bob.client.updateCannedReply({ ...own, if_match: '1', team: null, text: 'Hi.' })
    expect(changed).toMatchObject({ revision: 2, team: null, text: 'Hi.', shortcut: 'hello' })
    expect((await refusal(bob.client.updateCannedReply({ ...own, if_match: '1', title: 'x' }))).status).toBe(412)
    const broken = bob.client.createCannedReply({ shortcut: 'broken', title: 'x', text: '{% if %}' })
    expect(await refusal(broken)).toMatchObject({ status: 422, errors: [{ path: 'text' }] })
    await ann.client.deleteCannedReply(own)
    expect((await refusal(ann.client.getCannedReply(own))).status).toBe(404)
  })
})

describe('the inbox', () => {
  let team: string
  const talks: Record<string, string> = {}
  beforeAll(async () => {
    team = (await server.client.createTeam({ key: 'inbox', name: 'Inbox', members: [ann.user_id] })).key
    const { agent_id } = await publishAgent(server.client)
    const open = async (name: string, priority: 'low' | 'normal' | 'urgent') => {
      const asked = { channel: 'text' as const, user_id: name, agent_id }
      const { conversation } = await server.client.createConversation(asked)
      talks[name] = conversation.id
      await server.client.handOffConversation({ conversation_id: conversation.id, team, priority })
      await server.client.sendConversationMessage({ conversation_id: conversation.id, text: `I am ${name}.` })
    }
    await open('early', 'normal')
    await open('late', 'normal')
    await open('low', 'low')
    await open('urgent', 'urgent')
    await ann.client.takeConversation({ conversation_id: talks['late']! })
    await ann.client.updateConversationHandling({ conversation_id: talks['low']!, tags: ['VIP', 'billing'] })
  })
  const names = (page: { data: { conversation: { user_id: string } }[] }) =>
    page.data.map(({ conversation }) => conversation.user_id)

  test('lists by priority and then the longest unanswered, page by page, with the newest message', async () => {
    const first = await ann.client.listInbox({ team, limit: 3 })
    expect(names(first)).toEqual(['urgent', 'early', 'late'])
    expect(first.data[0]).toMatchObject({ last_message: 'I am urgent.', last_message_by: 'end_user' })
    const rest = await ann.client.listInbox({ team, cursor: first.pagination.next_cursor! })
    expect(names(rest)).toEqual(['low'])
    const newest = await ann.client.listInbox({ team, order: 'newest', limit: 2 })
    expect(names(newest)).toEqual(['urgent', 'low'])
    const older = await ann.client.listInbox({ team, order: 'newest', cursor: newest.pagination.next_cursor! })
    expect(names(older)).toEqual(['late', 'early'])
    expect(
      (await refusal(ann.client.listInbox({ team, cursor: first.pagination.next_cursor!, order: 'newest' }))).status,
    ).toBe(422)
  })

  test('has views and filters, each of which is counted', async () => {
    const view = async (more: Parameters<Client['listInbox']>[0]) =>
      names(await ann.client.listInbox({ team, ...more }))
    expect(await view({ view: 'mine' })).toEqual(['late'])
    expect(await view({ view: 'unassigned' })).toEqual(['urgent', 'early', 'low'])
    expect(await view({ tag: ' vip' })).toEqual(['low'])
    expect(await view({ priority: 'urgent' })).toEqual(['urgent'])
    expect(await view({ sla: 'running' })).toEqual([])
    expect(names(await ann.client.listInbox({ team: 'nobody' }))).toEqual([])
    const until = new Date(Date.now() + 3_600_000).toISOString()
    await ann.client.snoozeConversation({ conversation_id: talks['late']!, until })
    expect(await view({ view: 'snoozed' })).toEqual(['late'])
    const counts = await ann.client.countInbox()
    expect(counts.teams).toMatchObject({ inbox: 4 })
    expect(counts.views).toMatchObject({ mine: 1, snoozed: 1 })
    // oxlint-disable-next-line unicorn/no-thenable -- a field of the call
    await ann.client.replyToConversation({ conversation_id: talks['late']!, text: 'Bye.', then: 'end' })
    expect(await view({ view: 'ended' })).toEqual(['late'])
    expect((await ann.client.countInbox()).views).toMatchObject({ mine: 0, ended: expect.any(Number) as number })
    expect((await ann.client.listTags()).data).toEqual(expect.arrayContaining(['billing', 'vip']))
  })

  test('needs only the scope to answer; the newest message is part of it', async () => {
    const key = server.as({ token: await makeKey(server, { only: ['conversations:reply'] }) })
    const { data } = await key.listInbox({ team, view: 'unassigned' })
    expect(data[0]).toMatchObject({ last_message: 'I am urgent.' })
    expect(data[0]!.conversation.custom_metadata).toBeUndefined()
  })

  test('shows responders only their teams, if the organization wants that, and nothing else does', async () => {
    await server.client.updateOrganization({ settings: { handling: { responders_see: 'teams' } } })
    try {
      const conversation_id = talks['urgent']!
      expect(names(await ann.client.listInbox({ team, view: 'unassigned' }))).toContain('urgent')
      expect(names(await bob.client.listInbox({ team }))).toEqual([])
      expect((await bob.client.countInbox()).teams).toMatchObject({ inbox: 0 })
      expect((await refusal(bob.client.getConversation({ conversation_id }))).status).toBe(404)
      expect((await refusal(bob.client.takeConversation({ conversation_id }))).status).toBe(404)
      expect((await refusal(bob.client.listConversationNotes({ conversation_id }))).status).toBe(404)
      const listed = (await bob.client.listConversations({ user_id: 'urgent' })).map(({ id }) => id)
      expect(listed).toEqual([])
      const { data } = await bob.client.listConversationChanges({ after: 0 })
      expect(JSON.stringify(data)).not.toContain(conversation_id)
      expect(await ann.client.getConversation({ conversation_id })).toBeDefined()
      const free = await talkWith(server)
      expect(await bob.client.getConversation({ conversation_id: free.id })).toBeDefined()
    } finally {
      await server.client.updateOrganization({ settings: {} })
    }
    expect(names(await bob.client.listInbox({ team }))).toContain('urgent')
  })
})

describe('satisfaction', () => {
  const rated = { satisfaction: { enabled: true, ask: 'always' } }

  test('H12: of many at once one is kept; the same again is fine, another is not', async () => {
    const talk = await talkWith(server, rated)
    const conversation_id = talk.id
    const rate = (rating: number, more: object = {}) =>
      server.client.rateConversation({ conversation_id, rating, ...more })
    expect(await refusal(rate(5))).toMatchObject({ status: 409, code: 'conversation_active' })
    await server.client.endConversation({ conversation_id })
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => rate(1 + (index % 5))))
    const kept = (await server.client.getConversation({ conversation_id })).satisfaction!
    const won = outcomes.flatMap((outcome, index) => (outcome.status === 'fulfilled' ? [1 + (index % 5)] : []))
    expect(new Set(won)).toEqual(new Set([kept.rating]))
    expect(await rate(kept.rating)).toMatchObject({ satisfaction: kept })
    const other = await refusal(rate((kept.rating % 5) + 1))
    expect(other).toMatchObject({ status: 409, code: 'already_rated' })
    const events = (await typesOf(conversation_id)).filter(({ type }) => type === 'conversation.rated')
    expect(events.map(({ data }) => data)).toMatchObject([{ rating: kept.rating, comment: null, why: 'call' }])
    const ended = (await typesOf(conversation_id)).find(({ type }) => type === 'conversation.ended')
    expect(ended!.data).toMatchObject({ ask_satisfaction: true })
  })

  test('is the end user’s own, for a while, where it is switched on', async () => {
    const talk = await talkWith(server, rated)
    const conversation_id = talk.id
    const { token } = await server.client.createConversationToken({ conversation_id, permissions: ['rate'] })
    await server.client.endConversation({ conversation_id })
    await query(`update conversations set ended_at = ended_at - interval '73 hours' where id = $1`, [conversation_id])
    const visitor = server.as({ token })
    expect(await refusal(visitor.rateConversation({ conversation_id, rating: 5 }))).toMatchObject({
      code: 'rating_closed',
    })
    await query(`update conversations set ended_at = ended_at + interval '2 hours' where id = $1`, [conversation_id])
    const seen = await visitor.rateConversation({ conversation_id, rating: 5, comment: 'Thanks' })
    expect(seen.satisfaction).toBeUndefined()
    expect((await talk.read()).satisfaction).toMatchObject({ rating: 5, comment: 'Thanks' })
    const off = await talkWith(server)
    await server.client.endConversation({ conversation_id: off.id })
    const closed = server.client.rateConversation({ conversation_id: off.id, rating: 5 })
    expect(await refusal(closed)).toMatchObject({ code: 'rating_closed' })
  })

  test('is counted, with what people did, by team and by person', async () => {
    const team = await server.client.createTeam({ key: 'counted', name: 'Counted' })
    const { agent_id } = await publishAgent(server.client, rated)
    const asked = { channel: 'text' as const, user_id: 'ada', agent_id }
    const { conversation } = await server.client.createConversation(asked)
    const conversation_id = conversation.id
    await server.client.handOffConversation({ conversation_id, team: team.key })
    await ann.client.takeConversation({ conversation_id })
    // oxlint-disable-next-line unicorn/no-thenable -- a field of the call
    await ann.client.replyToConversation({ conversation_id, text: 'Bye.', then: 'end' })
    await server.client.rateConversation({ conversation_id, rating: 4 })
    const { data } = await server.client.getHandlingStatistics({ team: team.key, by: 'team', bucket: 'day' })
    expect(data).toMatchObject([
      {
        ...{ team: 'counted', user_id: null, requested: 1, taken: 1, declined: 0, expired: 0, abandoned: 0 },
        ...{ wait: { p50: expect.any(Number) as number }, first_response: { p95: expect.any(Number) as number } },
        ratings: { count: 1, average: 4 },
      },
    ])
    const by_user = await server.client.getHandlingStatistics({ team: team.key, by: 'user', user_id: ann.user_id })
    expect(by_user.data).toMatchObject([{ user_id: ann.user_id, requested: 0, taken: 1 }])
    const narrow = server.as({
      token: (
        await server.client.createOrganizationKey({ name: 'k', agent_ids: [(await makeLiveWidget(server)).agent_id] })
      ).pat_key,
    })
    expect((await narrow.getHandlingStatistics({ team: team.key })).data).toEqual([])
  })
})

describe('drafts and briefs', () => {
  type Refused = { status: number }
  test('H11: a draft is streamed, of the conversation, the agent and what the person asks; nothing is stored', async () => {
    let asked = ''
    server.model.answer = (request) => {
      asked = JSON.stringify(request)
      return 'We ship on Monday.'
    }
    const talk = await talkWith(server, { instructions: 'We sell tea.' })
    await ann.client.takeConversation({ conversation_id: talk.id })
    await talk.say('When?')
    const before = await talk.events()
    const seen = []
    const call = { conversation_id: talk.id, instructions: 'Be short.' }
    for await (const event of ann.client.suggestReply(call)) seen.push(event)
    expect(seen.at(-1)).toEqual({ event: 'suggestion.completed', data: { text: 'We ship on Monday.' } })
    const deltas = seen.flatMap((one) => (one.event === 'suggestion.delta' ? [one.data.text] : []))
    expect(deltas.join('')).toBe('We ship on Monday.')
    for (const part of ['When?', 'We sell tea.', 'Be short.']) expect(asked).toContain(part)
    expect(await talk.events()).toEqual(before)
  })

  test('a draft is shown what the knowledge bases of the agent have, and records nothing', async () => {
    const { dataset_id } = await plantDataset(server, [{ text: 'Returns are accepted within 30 days.' }])
    const built_in_tools = { search_knowledge: { enabled: true } }
    const searching = { knowledge_bases: [{ dataset_id }], retrieval: { implicit: false }, built_in_tools }
    const talk = await talkWith(server, searching)
    await ann.client.takeConversation({ conversation_id: talk.id })
    await talk.say('How long are returns accepted?')
    let asked = ''
    server.model.answer = (request) => ((asked = JSON.stringify(request)), 'Within 30 days.')
    for await (const _event of ann.client.suggestReply({ conversation_id: talk.id })) continue
    expect(asked).toMatch(/<passages \w+>.*accepted within 30 days.*<\/passages/)
    expect(JSON.parse(asked)).not.toHaveProperty('tools.0')
    expect((await query('select from retrievals where conversation_id = $1', [talk.id])).rowCount).toBe(0)
  })

  test('of more than twenty in a minute, the rest is refused, on all nodes together', async () => {
    server.model.answer = () => 'x'
    const cid = await makePerson(server)
    const { id: conversation_id } = await talkWith(server)
    const draft = async () => {
      for await (const _event of cid.client.suggestReply({ conversation_id })) continue
    }
    const outcomes = await Promise.allSettled(Array.from({ length: 25 }, draft))
    const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Refused).status] : []))
    expect(refused.length).toBeGreaterThanOrEqual(4)
    expect(new Set(refused)).toEqual(new Set([429]))
    const used_up = `select from sign_in_attempts where full_at > clock_timestamp() + interval '50 seconds'`
    expect((await query(used_up)).rowCount).toBe(1)
  })

  test('a brief is the model’s, without what it invents; a broken answer is asked for once more, then rules', async () => {
    const found = {
      ...{ caller_name: 'Ada', sentiment: { label: 'cross', level: 'angry' }, transfer_reason: 'A refund.' },
      ...{ call_summary: ['a.', 'b.', 'c.'], compliance_flags: ['refund'] },
      information_collected: [
        { key: 'order', value: '17' },
        { key: 'iban', value: 'DE1' },
      ],
      suggested_next_steps: [{ action: 'Refund.', confidence: 'high' }],
    }
    const { agent_id } = await publishAgent(server.client)
    const of = { channel: 'text' as const, user_id: '+1 (555) 010-7777', agent_id }
    const { conversation } = await server.client.createConversation(of)
    const conversation_id = conversation.id
    server.model.answer = () => 'Hm.'
    await server.client.sendConversationMessage({ conversation_id, text: 'I am Ada, order 17.' })
    const answers = ['broken', JSON.stringify(found)]
    server.model.answer = () => answers.shift() ?? 'broken'
    const brief = await ann.client.getAgentAssistBrief({ phone_number: '15550107777' })
    expect(brief).toMatchObject({
      header: {
        ...{ caller_name: 'Ada', phone_number: '+1 (555) 010-7777', sentiment: { level: 'angry' } },
        call_duration_seconds: expect.any(Number) as number,
      },
      ...{ information_collected: [{ key: 'order', value: '17' }], compliance_flags: ['refund'] },
      transcript: [{ speaker: 'end user', text: 'I am Ada, order 17.' }, { speaker: 'agent' }],
    })
    const extracted = await ann.client.getConversationBrief({ conversation_id })
    expect(extracted).toMatchObject({
      header: { caller_name: 'Unknown Caller' },
      suggested_next_steps: [{ confidence: 'low' }],
    })
    await query(`update conversations set user_id = '+1 (555) 010 77-77' where user_id = '+1 (555) 010-7777'`)
    expect(await ann.client.getAgentAssistBrief({ phone_number: '15550107777' })).toMatchObject({
      header: { phone_number: '+1 (555) 010 77-77' },
    })
    const unknown = await refusal(ann.client.getAgentAssistBrief({ phone_number: '+15550100000' }))
    expect(unknown).toMatchObject({ status: 404, message: 'Not Found' })
  })

  test('calls at one position share a model call', async () => {
    let calls = 0
    const held = holdAnswer()
    const talk = await talkWith(server)
    server.model.answer = () => 'Hm.'
    await talk.say('Hello')
    server.model.answer = () => {
      calls += 1
      return calls === 1 ? held : 'broken'
    }
    const briefs = [ann, bob].map(({ client }) => client.getConversationBrief({ conversation_id: talk.id }))
    await expect.poll(() => calls, soon).toBe(1)
    held.say('broken')
    held.finish()
    const [one, other] = await Promise.all(briefs)
    expect(one!.transcript).toEqual(other!.transcript)
    // Once more for the broken answer, for both.
    expect(calls).toBe(2)
  })
})
