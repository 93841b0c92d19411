// A visitor's course: they enter, start, talk, come back, end and give feedback; and B6, what others see of it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeOrganization } from '../support/actors.ts'
import { eventually } from '../support/eventually.ts'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'
import { endUser, enter, frameClient, liveWidget } from './browser.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const widgetOf = (widget: object = {}, config: object = {}) => liveWidget(server.client, widget, config)

describe('a start', () => {
  test('creates a conversation of the widget, with its greeting and a token for it', async () => {
    const { id, agent_id, version_id } = await widgetOf({}, { starting_message: { type: 'static', text: 'Welcome.' } })
    const visitor = await enter(server, id)
    expect(visitor).toMatchObject({ verified: false, active: null })
    expect(visitor.user_id).toMatch(/^guest_[0-9a-f-]{36}$/)
    const started = await visitor.start({ page: { url: 'https://shop.test/a?token=1#b', title: 'A' }, locale: 'de' })
    expect(started).toMatchObject({ starting_message: 'Welcome.', resumed: false })
    expect(started.permissions).toEqual(['read', 'message', 'end', 'rate'])
    expect(started.conversation).toMatchObject({ status: 'in_progress', channel: 'text', agent_version_id: version_id })
    expect(started.conversation).not.toHaveProperty('custom_metadata')
    const stored = await server.client.getConversation({ conversation_id: started.conversation.id })
    expect(stored).toMatchObject({ web_widget_id: id, user_id: visitor.user_id, agent_id })
    expect(stored.custom_metadata).toEqual({
      visitor: { user_id: visitor.user_id, verified: false },
      page: { url: 'https://shop.test/a', title: 'A' },
      locale: 'de',
    })
  })

  test('B3: an active conversation is the answer, also after entering again', async () => {
    const { id } = await widgetOf()
    const visitor = await enter(server, id)
    const { conversation, token } = await visitor.start()
    expect(await visitor.start()).toMatchObject({ resumed: true, conversation: { id: conversation.id } })
    const again = await enter(server, id, {}, { visitor_token: visitor.token })
    expect(again.user_id).toBe(visitor.user_id)
    expect(again.active).toMatchObject({ resumed: true, conversation: { id: conversation.id } })
    await endUser(server, token).endConversation({ conversation_id: conversation.id })
    expect((await enter(server, id, {}, { visitor_token: visitor.token })).active).toBeNull()
    const next = await again.start()
    expect(next).toMatchObject({ resumed: false })
    expect(next.conversation.id).not.toBe(conversation.id)
  })

  test('a taken id: the active conversation, else a conflict', async () => {
    const { id } = await widgetOf()
    const visitor = await enter(server, id)
    const own = crypto.randomUUID()
    const { conversation, token } = await visitor.start({ id: own })
    expect(conversation.id).toBe(own)
    expect(await visitor.start({ id: own })).toMatchObject({ resumed: true })
    const other = await enter(server, id)
    expect(await refusal(other.start({ id: own }))).toMatchObject({ status: 409, code: 'conversation_id_taken' })
    await endUser(server, token).endConversation({ conversation_id: own })
    expect(await refusal(visitor.start({ id: own }))).toMatchObject({ status: 409, code: 'conversation_id_taken' })
  })

  test('answers of the form are at the top, each checked by its field', async () => {
    const fields = [
      { id: 'email', label: 'E-mail', type: 'email', required: true },
      { id: 'topic', label: 'Topic', type: 'select', options: ['Sales', 'Help'] },
      { id: 'campaign', label: 'Campaign', type: 'hidden', value: 'spring' },
    ]
    const { id } = await widgetOf({ config: { pre_conversation_form: { id: 'before', fields } } })
    const visitor = await enter(server, id)
    const missing = await refusal(visitor.start())
    expect(missing).toMatchObject({ status: 422, body: { errors: [{ path: 'form.email', message: 'is required' }] } })
    const wrong = await refusal(visitor.start({ form: { email: 'x', topic: 'Else', more: 1, visitor: {} } }))
    expect(wrong.body).toMatchObject({
      errors: ['form.email', 'form.topic', 'form.more', 'form.visitor'].map((path) => ({ path })),
    })
    const { conversation } = await visitor.start({ form: { email: 'a@b.test', topic: 'Help' } })
    const stored = await server.client.getConversation({ conversation_id: conversation.id })
    expect(stored.custom_metadata).toMatchObject({ email: 'a@b.test', topic: 'Help', campaign: 'spring' })
  })

  test('B7: what a page claims never is what a site has signed', async () => {
    const { id } = await widgetOf()
    const visitor = await enter(server, id)
    const { conversation } = await visitor.start({
      visitor: { name: 'Ann', user_id: 'admin', verified: true },
      client: { verified: true, user_id: 'admin' },
    })
    const stored = await server.client.getConversation({ conversation_id: conversation.id })
    expect(stored.user_id).toBe(visitor.user_id)
    expect(stored.custom_metadata).toEqual({
      visitor: { name: 'Ann', user_id: visitor.user_id, verified: false },
      client: { verified: true, user_id: 'admin' },
    })
  })
})

describe('afterwards', () => {
  test('of an agent that hands off may ask for a person while it goes on', async () => {
    const { id } = await widgetOf({}, { hand_off: { enabled: true } })
    const visitor = await enter(server, id)
    const { conversation, token, permissions } = await visitor.start()
    const may = ['read', 'message', 'end', 'rate', 'handoff']
    expect(permissions).toEqual(may)
    expect((await enter(server, id, {}, { visitor_token: visitor.token })).active?.permissions).toEqual(may)
    const asked = await endUser(server, token).handOffConversation({ conversation_id: conversation.id })
    expect(asked).toMatchObject({ handled_by: 'queue', assignee: null })
    await endUser(server, token).endConversation({ conversation_id: conversation.id })
    const ended = await visitor.call('createVisitorConversationToken', { conversation_id: conversation.id })
    expect(ended.permissions).toEqual(['read', 'rate'])
  })

  test('the history has each conversation with what is unread, newest first', async () => {
    const { id } = await widgetOf({}, { starting_message: { type: 'static', text: 'Welcome.' } })
    const visitor = await enter(server, id)
    const first = await visitor.start()
    const conversation_id = first.conversation.id
    server.model.answer = () => 'A reply.'
    await endUser(server, first.token).sendConversationMessage({ conversation_id, text: 'Hello' })
    const [one] = (await visitor.call('listVisitorConversations')).data
    expect(one).toMatchObject({ id: conversation_id, status: 'in_progress', last_text: 'A reply.', unread: 2 })
    await visitor.call('readVisitorConversation', { conversation_id, position: 2 })
    await visitor.call('readVisitorConversation', { conversation_id, position: 0 })
    expect((await visitor.call('listVisitorConversations')).data).toMatchObject([{ unread: 0, feedback_given: false }])
    await endUser(server, first.token).endConversation({ conversation_id })
    const second = await visitor.start()
    const page = await visitor.call('listVisitorConversations', { limit: 1 })
    expect(page.data.map((each) => each.id)).toEqual([second.conversation.id])
    const rest = await visitor.call('listVisitorConversations', { cursor: page.pagination.next_cursor })
    expect(rest.data.map((each) => each.id)).toEqual([conversation_id])
    expect(rest.pagination.next_cursor).toBeNull()
    const ended = await visitor.call('createVisitorConversationToken', { conversation_id })
    expect(ended.permissions).toEqual(['read', 'rate'])
  })

  test('what changes on the page is merged', async () => {
    const { id } = await widgetOf()
    const visitor = await enter(server, id)
    const { conversation } = await visitor.start({ client: { cart: 1, plan: 'a' }, page: { url: 'https://a.test/1' } })
    const conversation_id = conversation.id
    const change = (more: object) => visitor.call('updateVisitorConversation', { conversation_id, ...more })
    await change({ client: { cart: null, seat: 2 }, page: { url: 'https://a.test/2?q=1' } })
    const stored = await server.client.getConversation({ conversation_id })
    expect(stored.custom_metadata).toMatchObject({ client: { plan: 'a', seat: 2 }, page: { url: 'https://a.test/2' } })
    expect(await refusal(change({ client: { long: 'x'.repeat(8192) } }))).toMatchObject({ status: 422 })
    const answers = await Promise.all(Array.from({ length: 40 }, () => change({}).catch((error: unknown) => error)))
    expect(answers.filter((answer) => answer === undefined).length).toBe(28)
  })

  test('feedback: once, after the end, as the widget asks', async () => {
    const form = { id: 'after', fields: [{ id: 'why', label: 'Why?', type: 'textarea' }] }
    const rated = { satisfaction: { enabled: true } }
    const { id } = await widgetOf({ config: { post_conversation_feedback: { form } } }, rated)
    const visitor = await enter(server, id)
    const { conversation, token } = await visitor.start()
    const conversation_id = conversation.id
    const give = (more: object) => refusal(visitor.call('giveConversationFeedback', { conversation_id, ...more }))
    expect(await give({ rating: 5 })).toMatchObject({ status: 409, code: 'conversation_active' })
    await endUser(server, token).endConversation({ conversation_id })
    expect(await give({})).toMatchObject({ status: 422 })
    expect(await give({ rating: 6 })).toMatchObject({ body: { errors: [{ path: 'rating' }] } })
    expect(await give({ rating: 'up' })).toMatchObject({ body: { errors: [{ path: 'rating' }] } })
    expect(await give({ data: { other: 1 } })).toMatchObject({ body: { errors: [{ path: 'data.other' }] } })
    const given = { conversation_id, rating: 4, data: { why: 'Fast.' } }
    expect(await visitor.call('giveFeedback', given)).toEqual({ accepted: true })
    expect(await give({ rating: 1 })).toMatchObject({ status: 409, code: 'feedback_given' })
    const stored = await server.client.getConversation({ conversation_id })
    expect(stored.custom_metadata).toMatchObject({ feedback_form: { why: 'Fast.', rating: 4 } })
    expect((await visitor.call('listVisitorConversations')).data).toMatchObject([{ feedback_given: true }])
    const { rows } = await server.database.pool.query(
      `select type, data from events where conversation_id = $1 order by sequence desc limit 3`,
      [conversation_id],
    )
    const types = ['conversation.rated', 'conversation.feedback', 'conversation.updated']
    expect(rows.map(({ type }) => type)).toEqual(types)
    expect(rows[1].data).toEqual({ rating: 4, data: { why: 'Fast.' } })
    // H12: the same one answer as a rating.
    expect(rows[0].data).toMatchObject({ rating: 4, by: { type: 'end_user' } })
    expect(stored.satisfaction).toMatchObject({ rating: 4, comment: null })
    const [day] = (await server.client.getWebWidgetStatistics({ web_widget_id: id })).data
    expect(day).toMatchObject({ conversations: 1, feedback: { count: 1, average: 4 } })
  })

  test('feedback where the agent takes no ratings is kept, and is no rating', async () => {
    const { id } = await widgetOf()
    const visitor = await enter(server, id)
    const { conversation, token } = await visitor.start()
    const conversation_id = conversation.id
    await endUser(server, token).endConversation({ conversation_id })
    expect(await visitor.call('giveFeedback', { conversation_id, rating: 2 })).toEqual({ accepted: true })
    const stored = await server.client.getConversation({ conversation_id })
    expect(stored).toMatchObject({ custom_metadata: { feedback_form: { rating: 2 } }, satisfaction: null })
    const { rows } = await server.database.pool.query(
      `select type from events where conversation_id = $1 and type in ('conversation.rated', 'conversation.feedback')`,
      [conversation_id],
    )
    expect(rows).toEqual([{ type: 'conversation.feedback' }])
  })

  test('feedback is closed seven days after the end, and where the widget has none', async () => {
    const { id } = await widgetOf()
    const visitor = await enter(server, id)
    const { conversation, token } = await visitor.start()
    const conversation_id = conversation.id
    await endUser(server, token).endConversation({ conversation_id })
    await server.database.pool.query(
      `alter table conversations disable trigger user; update conversations set ended_at = ended_at - interval '8 days',
         created_at = created_at - interval '8 days'
       where id = '${conversation_id}'; alter table conversations enable trigger user`,
    )
    const late = visitor.call('giveConversationFeedback', { conversation_id, rating: 5 })
    expect(await refusal(late)).toMatchObject({ status: 409, code: 'feedback_closed' })
    await server.client.updateWebWidget({
      web_widget_id: id,
      config: { post_conversation_feedback: { enabled: false } },
    })
    const off = visitor.call('giveConversationFeedback', { conversation_id, rating: 5 })
    expect(await refusal(off)).toMatchObject({ status: 409, code: 'feedback_closed' })
  })

  test('erasing a conversation erases what is kept of its visitor', async () => {
    const { id } = await widgetOf()
    const visitor = await enter(server, id)
    const { conversation } = await visitor.start()
    await server.client.deleteConversation({ conversation_id: conversation.id })
    for (const table of ['web_widget_conversations', 'web_widget_active', 'web_widget_feedback']) {
      const { rows } = await server.database.pool.query(`select from ${table} where conversation_id = $1`, [
        conversation.id,
      ])
      expect(rows, table).toEqual([])
    }
    expect((await visitor.call('listVisitorConversations')).data).toEqual([])
    expect(await visitor.start()).toMatchObject({ resumed: false })
  })
})

describe('B6: absent and foreign look alike', () => {
  test('a conversation of another visitor, widget, organization or of the API is not found', async () => {
    const { id, agent_id } = await widgetOf()
    const visitor = await enter(server, id)
    const elsewhere = await widgetOf()
    const other = await makeOrganization(server)
    const theirs = await liveWidget(other.client)
    const foreign = await Promise.all([
      enter(server, id).then((one) => one.start()),
      enter(server, elsewhere.id).then((one) => one.start()),
      enter(server, theirs.id).then((one) => one.start()),
      server.client.createConversation({ channel: 'text', user_id: visitor.user_id, agent_id }),
    ])
    const ids = [...foreign.map(({ conversation }) => conversation.id), crypto.randomUUID(), 'nonsense', '\0', '%00']
    const calls = [
      ['createVisitorConversationToken', {}],
      ['updateVisitorConversation', { client: {} }],
      ['readVisitorConversation', { position: 1 }],
      ['giveConversationFeedback', { rating: 5 }],
    ] as const
    for (const [operation, input] of calls) {
      for (const conversation_id of ids) {
        const error = await refusal(visitor.call(operation, { conversation_id, ...input }))
        const { request_id: _, ...body } = error.body as Record<string, unknown>
        expect([operation, conversation_id, error.status, body]).toEqual([
          operation,
          conversation_id,
          404,
          { detail: 'Conversation not found', code: 'not_found' },
        ])
      }
    }
    expect((await visitor.call('listVisitorConversations')).data).toEqual([])
  })

  test('a widget that is not live, one that is deleted and one that does not exist are the same 404', async () => {
    const draft = await widgetOf({ published: false })
    const deleted = await widgetOf()
    await server.client.deleteWebWidget({ web_widget_id: deleted.id })
    const bodies = await Promise.all(
      [draft.id, deleted.id, crypto.randomUUID(), 'nonsense', '\0'].map(async (web_widget_id) => {
        const client = frameClient(server, {}, 'nonsense')
        const errors = await Promise.all([
          refusal(client.getPublicWebWidget({ web_widget_id })),
          refusal(client.enterWebWidget({ web_widget_id, embed_token: 'x' })),
          refusal(client.startWebWidgetConversation({ web_widget_id })),
        ])
        return errors.map(({ status, body }) => ({ status, ...(body as object), request_id: null }))
      }),
    )
    for (const body of bodies) expect(body).toEqual(bodies[0])
    expect(bodies[0]).toMatchObject([{ status: 404 }, { status: 404 }, { status: 404 }])
  })

  test('each request reads the row: unpublished is not found, and running conversations go on', async () => {
    const { id } = await widgetOf()
    const visitor = await enter(server, id)
    const { conversation, token } = await visitor.start()
    await server.client.updateWebWidget({ web_widget_id: id, published: false })
    expect(await refusal(visitor.start())).toMatchObject({ status: 404 })
    server.model.answer = () => 'Still here.'
    const sent = await endUser(server, token).sendConversationMessage({ conversation_id: conversation.id, text: 'Hi' })
    expect(sent.reply).toBe('Still here.')
    await server.client.deleteWebWidget({ web_widget_id: id })
    const after = await endUser(server, token).sendConversationMessage({ conversation_id: conversation.id, text: 'Hi' })
    expect(after.reply).toBe('Still here.')
  })
})

test('what the frame shows of a widget: never its name, limits or keys', async () => {
  const quick_actions = [{ label: 'Prices', message: 'What does it cost?' }]
  const { id, agent_id, version_id } = await widgetOf({ name: 'Inner name', domains: [] }, { quick_actions })
  const shown = await createAnonymous().getPublicWebWidget({ web_widget_id: id })
  expect(shown).toMatchObject({
    id,
    agent_id,
    agent_version_id: version_id,
    published: true,
    quick_actions,
    captcha: null,
  })
  expect(shown).toMatchObject({ agent: { id: agent_id, name: 'Agent' }, message_characters: 4000 })
  expect(Object.keys(shown).toSorted()).toEqual(
    ['agent', 'agent_id', 'agent_version_id', 'captcha', 'config', 'created_at', 'domains', 'id', 'message_characters', 'organization_id', 'published', 'quick_actions', 'updated_at'], // prettier-ignore
  )
  expect(JSON.stringify(shown)).not.toContain('Inner name')
})

const createAnonymous = () => frameClient(server, {})

test('what a turn costs counts for the day of its widget', async () => {
  const { id } = await widgetOf()
  const visitor = await enter(server, id)
  const { conversation, token } = await visitor.start()
  server.model.answer = () => 'A reply.'
  await endUser(server, token).sendConversationMessage({ conversation_id: conversation.id, text: 'Hello' })
  const day = await eventually(async () => {
    const { data } = await server.client.getWebWidgetStatistics({ web_widget_id: id })
    return data[0] && data[0].tokens > 0 ? data[0] : undefined
  })
  expect(day).toMatchObject({ conversations: 1, messages: 1, refusals: {} })
})
