// The order in which a start is checked: everything is wrong at once, and one after another is put right.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../support/server.ts'
import { type ToolPeer, answerJson, opened_hosts, startToolPeer } from '../support/tool-peer.ts'
import { endUser, enter, liveWidget } from './browser.ts'

let server: TestServer
let provider: ToolPeer
const stack = new AsyncDisposableStack()
beforeAll(async () => {
  provider = stack.use(await startToolPeer())
  server = stack.use(await startTestServer({ ...opened_hosts, PARLEY_HCAPTCHA_URL: `${provider.url}/hcaptcha` }))
})
afterAll(() => stack[Symbol.asyncDispose]())

test('404, 403 origin, 401, 403 block, 403 identity, 422, the active conversation, 429, 403 CAPTCHA, 409', async () => {
  const { client } = server
  await client.setSecret({ name: 'CAPTCHA_KEY', value: 'secret' })
  const form = { id: 'before', fields: [{ id: 'topic', label: 'Topic', type: 'text', required: true }] }
  const { id: web_widget_id } = await liveWidget(client, {
    config: { pre_conversation_form: form },
    limits: { conversations_per_visitor_day: 1 },
  })
  const change = (more: object) => client.updateWebWidget({ web_widget_id, ...more })
  const visitor = await enter(server, web_widget_id)
  const answers = { form: { topic: 'A' } }
  const { conversation, token } = await visitor.start(answers)
  const block = await client.createWebWidgetBlock({ web_widget_id, conversation_id: conversation.id })
  const captcha = { provider: 'hcaptcha', site_key: 'k', secret_name: 'CAPTCHA_KEY', when: 'always' }
  await change({ published: false, identity: { required: true }, captcha })
  provider.answer = (_request, response) => answerJson(response, { success: false })

  const sent = { origin: 'https://evil.test', bearer: 'nonsense', body: '{"form":' }
  const start = async () => {
    const response = await fetch(`${server.url}/core/public/web-widgets/${web_widget_id}/conversations`, {
      method: 'POST',
      headers: { origin: sent.origin, authorization: `Bearer ${sent.bearer}`, 'content-type': 'application/json' },
      body: sent.body,
    })
    const answer = (await response.json()) as { code?: string; resumed?: boolean; errors?: { path: string }[] }
    return [response.status, answer.code ?? answer.resumed, ...(answer.errors ?? []).map(({ path }) => path)]
  }
  const put = (body: object) => (sent.body = JSON.stringify(body))
  const used = async () => {
    const { rows } = await server.database.pool.query('select used from web_widget_allowances where widget_id = $1', [
      web_widget_id,
    ])
    return rows.map((row) => row.used)
  }

  // Nothing of the body is looked at until the caller may start.
  expect(await start()).toEqual([404, 'not_found'])
  await change({ published: true })
  expect(await start()).toEqual([403, 'origin_not_allowed'])
  sent.origin = server.url
  expect(await start()).toEqual([401, 'unauthorized'])
  sent.bearer = visitor.token
  expect(await start()).toEqual([403, 'visitor_blocked'])
  await client.deleteWebWidgetBlock({ web_widget_id, block_id: block.block_id })
  expect(await start()).toEqual([403, 'identity_required'])
  await change({ identity: { required: false } })
  expect(await start()).toEqual([400, 'malformed_request'])
  put({ form: { other: 1 }, client: { long: 'x'.repeat(9000) } })
  expect(await start()).toEqual([422, 'validation_failed', 'form.topic', 'form.other', 'client'])
  put({ ...answers, id: conversation.id })
  // Its limits are used up, and it asks for a CAPTCHA: a resumption meets neither, and counts nowhere.
  expect(await start()).toEqual([200, true])
  expect(await used()).toEqual([1, 1])
  await endUser(server, token).endConversation({ conversation_id: conversation.id })
  expect(await start()).toEqual([429, 'rate_limited'])
  await change({ limits: { conversations_per_visitor_day: 2 } })
  expect(await start()).toEqual([403, 'captcha_required'])
  expect(provider.requests).toEqual([])
  put({ ...answers, id: conversation.id, captcha_token: 'a' })
  expect(await start()).toEqual([403, 'captcha_failed'])
  provider.answer = (_request, response) => answerJson(response, { success: true, hostname: '127.0.0.1' })
  expect(await start()).toEqual([409, 'conversation_id_taken'])
  // What is refused counts nowhere.
  expect(await used()).toEqual([1, 1])
  put({ ...answers, captcha_token: 'a' })
  expect(await start()).toEqual([200, false])
  expect(await used()).toEqual([2, 2])
})
