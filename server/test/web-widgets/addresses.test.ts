// What is kept and counted of the addresses of visitors.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../support/server.ts'
import { endUser, enter, liveWidget } from './browser.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ PARLEY_TRUSTED_PROXIES: 'loopback' })
})
afterAll(() => server[Symbol.asyncDispose]())

test('no address, text, token or answer of a visitor is in the log, and addresses are hashes in the database', async () => {
  const { id } = await liveWidget(server.client, { config: { pre_conversation_form: { id: 'f', fields: [{ id: 'iban', label: 'IBAN', type: 'text' }] } } }) // prettier-ignore
  const visitor = await enter(server, id, { address: '203.0.113.77' })
  const { conversation, token } = await visitor.start({
    form: { iban: 'DE02-form-value' },
    client: { a: 'client-value' },
  })
  server.model.answer = () => 'said-by-the-agent'
  const options = { address: '203.0.113.77' }
  await endUser(server, token, options).sendConversationMessage({
    conversation_id: conversation.id,
    text: 'said-by-them',
  })
  const log = server.log.join('\n')
  for (const secret of ['203.0.113.77', 'DE02-form-value', 'client-value', 'said-by', visitor.token, token]) {
    expect(log.includes(secret), secret).toBe(false)
  }
  const { rows } = await server.database.pool.query('select to_jsonb(v) as row from web_widget_conversations v where widget_id = $1', [id]) // prettier-ignore
  expect(JSON.stringify(rows)).not.toContain('203.0.113.77')
  expect(rows[0].row.address_hash).toMatch(/^\\x[0-9a-f]{64}$/)
})

test('before the database: so many public requests of an address in a minute', async () => {
  const small = await server.startAnother({ PARLEY_LIMIT_WIDGET_REQUESTS_OF_ADDRESS_PER_MINUTE: '5' })
  await using _small = small
  const { id } = await liveWidget(server.client)
  const statuses = await Promise.all(
    Array.from({ length: 8 }, async () => (await fetch(`${small.url}/public/embed/${id}`)).status),
  )
  expect(statuses.filter((status) => status === 200)).toHaveLength(5)
  const refused = await fetch(`${small.url}/core/public/web-widgets/${id}`)
  expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true])
  const other = await fetch(`${small.url}/core/public/web-widgets/${id}`, {
    headers: { 'x-forwarded-for': '10.9.9.9' },
  })
  expect(other.status).toBe(200)
})

test('so many open streams of an address, by visitors of web widgets alone', async () => {
  await using small = await server.startAnother({ PARLEY_LIMIT_WIDGET_STREAMS_OF_ADDRESS: '2' })
  const { id } = await liveWidget(server.client)
  const { conversation, token } = await (await enter(server, id)).start()
  const open = (bearer: string) =>
    fetch(`${small.url}/core/conversations/${conversation.id}/events`, {
      headers: { authorization: `Bearer ${bearer}` },
    })
  const streams = [await open(token), await open(token), await open(token)]
  expect(streams.map(({ status }) => status)).toEqual([200, 200, 429])
  const own = await open(server.admin_key)
  expect(own.status).toBe(200)
  await Promise.all([...streams, own].map((stream) => stream.body?.cancel()))
})
