// What an organization learns of its widgets: statistics by day, and events at webhooks.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../races/harness.ts'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'
import { type ToolPeer, opened_hosts, startToolPeer } from '../support/tool-peer.ts'
import { endUser, enter, liveWidget } from './browser.ts'

let server: TestServer
let receiver: ToolPeer
const stack = new AsyncDisposableStack()
beforeAll(async () => {
  receiver = stack.use(await startToolPeer())
  server = stack.use(await startTestServer(opened_hosts))
})
afterAll(() => stack[Symbol.asyncDispose]())

test('each change, the first refusal of a day and each feedback reach a webhook, once', async () => {
  const { client } = server
  receiver.answer = (_request, response) => response.writeHead(204).end()
  await client.createWebhookEndpoint({ url: `${receiver.url}/hook`, events: ['web_widget.*', 'conversation.feedback'] })
  const { id } = await liveWidget(client, { limits: { conversations_per_visitor_day: 1 } })
  const visitor = await enter(server, id)
  const { conversation, token } = await visitor.start()
  await endUser(server, token).endConversation({ conversation_id: conversation.id })
  await refusal(visitor.start())
  await refusal(visitor.start())
  await visitor.call('giveConversationFeedback', { conversation_id: conversation.id, rating: 2 })
  await client.updateWebWidget({ web_widget_id: id, published: false })
  await client.deleteWebWidget({ web_widget_id: id })
  const types = () => receiver.requests.map(({ body }) => (JSON.parse(body) as { type: string }).type).toSorted()
  const expected = ['conversation.feedback', 'web_widget.created', 'web_widget.deleted', 'web_widget.limit_reached', 'web_widget.updated'] // prettier-ignore
  await until(() => types().length >= expected.length, 'every event has been delivered')
  expect(types()).toEqual(expected)
  const told = receiver.requests.map(({ body }) => JSON.parse(body) as { type: string; data: object })
  const limit = told.find(({ type }) => type === 'web_widget.limit_reached')
  expect(JSON.stringify(limit)).toContain('conversations_per_visitor_day')
  expect(JSON.stringify(told.find(({ type }) => type === 'conversation.feedback'))).toContain('"rating":2')
})

test('statistics are of days in UTC, at most 366 of them', async () => {
  const { id: web_widget_id } = await liveWidget(server.client)
  const of = (query: object) => server.client.getWebWidgetStatistics({ web_widget_id, ...query })
  await server.database.pool.query(
    `insert into web_widget_days (widget_id, organization_id, day, counters)
     values ($1, $2, '2026-01-31', '{"conversations": 2, "refused_tokens_per_day": 3, "feedback": 2, "feedback_rated": 1, "feedback_score": 4}'),
            ($1, $2, '2026-02-01', '{"messages": 5}')`,
    [web_widget_id, server.organization_id],
  )
  expect((await of({ from: '2026-01-31', to: '2026-01-31' })).data).toEqual([
    {
      ...{ date: '2026-01-31', conversations: 2, messages: 0, tokens: 0 },
      ...{ refusals: { tokens_per_day: 3 }, feedback: { count: 2, average: 4 } },
    },
  ])
  const both = await of({ from: '2025-02-01', to: '2026-02-01' })
  expect(both.data.map(({ date }) => date)).toEqual(['2026-01-31', '2026-02-01'])
  expect((await of({})).data).toEqual([])
  const faults = [
    [{ from: '2025-01-31', to: '2026-02-01' }, 'from'],
    [{ from: '2026-02-02', to: '2026-02-01' }, 'to'],
    [{ from: '2026-02-30', to: '2026-03-01' }, 'from'],
    [{ to: '2026-13-01' }, 'to'],
  ] as const
  for (const [query, path] of faults) {
    expect(await refusal(of(query))).toMatchObject({ status: 422, errors: [{ path }] })
  }
})

test('an end by the visitor says so; the history shows the beginning of a long reply', async () => {
  const { id } = await liveWidget(server.client)
  const visitor = await enter(server, id)
  const { conversation, token } = await visitor.start()
  const conversation_id = conversation.id
  server.model.answer = () => 'word '.repeat(100).trim()
  await endUser(server, token).sendConversationMessage({ conversation_id, text: 'Hello' })
  const [shown] = (await visitor.call('listVisitorConversations')).data
  expect(shown!.last_text).toBe('word '.repeat(24))
  await endUser(server, token).endConversation({ conversation_id })
  const stored = await server.client.getConversation({ conversation_id })
  expect(stored).toMatchObject({ end_reason: 'ended_by_end_user', ended_by: { type: 'user', id: visitor.user_id } })
})
