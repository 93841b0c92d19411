// What is kept, counted and written of the addresses of visitors, and of what they say.
import pg from 'pg'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { patientPorts } from '../support/patient-ports.ts'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'
import { endUser, enter, frameClient, liveWidget } from './browser.ts'

let server: TestServer
beforeAll(async () => {
  // What a minute allows comes back slowly.
  server = await startTestServer({ PARLEY_TRUSTED_PROXIES: 'loopback' }, { ports: patientPorts })
})
afterAll(() => server[Symbol.asyncDispose]())

describe('privacy', () => {
  const options = { address: '203.0.113.77' }

  /** Everything that a visitor does, and everything that is refused to them. */
  async function visit() {
    const form = { id: 'f', fields: [{ id: 'iban', label: 'IBAN', type: 'text' }] }
    const { id } = await liveWidget(server.client, { config: { pre_conversation_form: form, post_conversation_feedback: { form } } }) // prettier-ignore
    const { secret } = await server.client.createWebWidgetIdentityKey({ web_widget_id: id })
    const identity = await new SignJWT({ sub: 'signed-user', exp: Math.floor(Date.now() / 1000) + 600 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(secret))
    const guest = await enter(server, id, options)
    const bad_identity = `${identity}-bad`
    await refusal(enter(server, id, options, { identity: { token: bad_identity } }))
    await refusal(guest.start({ form: { iban: 'form-value', unknown: 'form-value' } }))
    await refusal(frameClient(server, options, `${guest.token}-bad`).startWebWidgetConversation({ web_widget_id: id }))
    const started = await guest.start({ form: { iban: 'form-value' }, client: { a: 'client-value' } })
    const { conversation, token } = started
    const conversation_id = conversation.id
    server.model.answer = () => 'said-by-the-agent'
    const talk = endUser(server, token, options)
    await talk.sendConversationMessage({ conversation_id, text: 'said-by-them' })
    await refusal(talk.sendConversationMessage({ conversation_id, text: 'said-by-them'.repeat(400) }))
    const stream = await fetch(`${server.url}/core/conversations/${conversation_id}/events?token=${token}`)
    await stream.body?.cancel()
    await guest.call('updateVisitorConversation', { conversation_id, client: { b: 'client-value' } })
    const user = await enter(server, id, options, { identity: { token: identity }, visitor_token: guest.token })
    const fresh = await user.call('createVisitorConversationToken', { conversation_id })
    await talk.endConversation({ conversation_id })
    await user.call('giveConversationFeedback', { conversation_id, data: { iban: 'form-value' } })
    await refusal(user.call('giveFeedback', { conversation_id, data: { iban: 'form-value' } }))
    await server.client.createWebWidgetBlock({ web_widget_id: id, conversation_id })
    await refusal(user.start({ form: { iban: 'form-value' } }))
    const { url } = await server.client.previewWebWidget({ web_widget_id: id })
    await fetch(url)
    const tokens = [guest.token, user.token, token, fresh.token, identity, bad_identity, secret]
    return {
      id,
      said: ['form-value', 'client-value', 'said-by-'],
      tokens: [...tokens, new URL(url).searchParams.get('preview')!],
    }
  }

  test('no token, text, form value or address is in the log; in the database, tokens and addresses are in no table', async () => {
    const { said, tokens } = await visit()
    const log = server.log.join('\n')
    expect(log).toContain('/core/public/web-widgets/')
    for (const secret of [...tokens, ...said, options.address])
      expect([secret, log.includes(secret)]).toEqual([secret, false])

    const { pool } = server.database
    const { rows: tables } = await pool.query<{ name: string }>(
      `select c.oid::regclass::text as name from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace`,
    )
    expect(tables.length).toBeGreaterThan(40)
    const holding = async (texts: string[]) => {
      const forms = texts.flatMap((text) => [text, Buffer.from(text).toString('hex')]).map((text) => `%${text}%`)
      const found: string[] = []
      for (const { name } of tables) {
        const { rows } = await pool.query(`select from ${name} t where t::text like any($1) limit 1`, [forms])
        if (rows.length > 0) found.push(name)
      }
      return found.toSorted()
    }
    expect(await holding([...tokens, options.address])).toEqual([])
    // Where conversations are, and nowhere beside.
    expect(await holding(said)).toEqual(['conversations', 'events', 'transcript_items'])
  })

  test('an address is a hash by the key of the installation', async () => {
    const { id } = await liveWidget(server.client)
    await (await enter(server, id, options)).start()
    const { rows } = await server.database.pool.query<{ hash: Buffer }>(
      'select address_hash as hash from web_widget_conversations where widget_id = $1',
      [id],
    )
    await using other = await startTestServer()
    const [here, there] = [server, other].map((one) => one.app.core.sealers.address_signer(options.address))
    expect(rows.map(({ hash }) => hash)).toEqual([here])
    expect(here!.equals(there!)).toBe(false)
  })
})

describe('an address', () => {
  /** Whether a start from there counts with those before. */
  async function startsFrom(served: { url: string }, web_widget_id: string, addresses: string[]) {
    const outcomes: (number | null)[] = []
    for (const address of addresses) {
      const at = { url: served.url, address }
      const visitor = await enter(server, web_widget_id, at)
      outcomes.push(
        await refusal(visitor.start()).then(
          ({ status }) => status,
          () => null,
        ),
      )
    }
    return outcomes
  }

  test('is an IPv4 address, or the /64 of an IPv6 address', async () => {
    const { id } = await liveWidget(server.client, { limits: { conversations_per_address_hour: 1 } })
    expect(
      await startsFrom(server, id, [
        ...['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', '2001:db8:1:3::1'],
        ...['203.0.113.5', '::ffff:203.0.113.5', '203.0.113.6'],
      ]),
    ).toEqual([null, 429, null, null, 429, null])
  })

  test('is what a trusted proxy says, and nobody else', async () => {
    await using direct = await server.startAnother({ PARLEY_TRUSTED_PROXIES: '' })
    const { id } = await liveWidget(server.client, { limits: { conversations_per_address_hour: 1 } })
    expect(await startsFrom(direct, id, ['198.51.100.1', '198.51.100.2'])).toEqual([null, 429])
    expect(await startsFrom(server, id, ['198.51.100.1'])).toEqual([null])
  })
})

describe('before the database', () => {
  const requests = { PARLEY_LIMIT_WIDGET_REQUESTS_OF_ADDRESS_PER_MINUTE: '5' }

  test('so many public requests of an address in a minute; further ones do not reach it', async () => {
    await using small = await server.startAnother(requests)
    const { id } = await liveWidget(server.client)
    const get = (path: string, address = '10.1.1.1') =>
      fetch(`${small.url}${path}`, { headers: { 'x-forwarded-for': address } })
    const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await get(`/public/embed/${id}`)).status))
    expect(statuses.filter((status) => status === 200)).toHaveLength(5)
    // What looks the widget up waits now.
    const locked = new pg.Client({ connectionString: server.connection_string })
    await locked.connect()
    await locked.query('begin; lock table web_widgets in access exclusive mode')
    try {
      for (const path of [`/core/public/web-widgets/${id}`, `/public/embed/${id}`, `/public/embed/${id}/frame`]) {
        const refused = await get(path)
        expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true])
      }
    } finally {
      await locked.end()
    }
    expect((await get(`/core/public/web-widgets/${id}`, '10.9.9.9')).status).toBe(200)
  })

  test('what is sent with the token of a visitor’s conversation counts too', async () => {
    await using small = await server.startAnother(requests)
    const { id } = await liveWidget(server.client)
    const { conversation, token } = await (await enter(server, id)).start()
    const read = (url: string) => endUser(server, token, { url }).getConversation({ conversation_id: conversation.id })
    for (let count = 0; count < 5; count += 1) await read(small.url)
    expect(await refusal(read(small.url))).toMatchObject({ status: 429, code: 'rate_limited' })
    // The organization's own tokens and keys have other limits.
    const own = await server.client.createConversationToken({ conversation_id: conversation.id, permissions: ['read'] })
    await server.as({ base_url: small.url, token: own.token }).getConversation({ conversation_id: conversation.id })
  })

  test('visitors use up nothing of what the organization may ask', async () => {
    await using small = await server.startAnother({ PARLEY_RATE_LIMIT_PER_MINUTE: '4', PARLEY_RATE_LIMIT_OF_ORGANIZATION_PER_MINUTE: '4' }) // prettier-ignore
    const { id } = await liveWidget(server.client)
    const visitors = await Promise.all([enter(server, id), enter(server, id)])
    const list = ({ token }: { token: string }) =>
      frameClient(server, { url: small.url }, token).listVisitorConversations({ web_widget_id: id })
    for (let count = 0; count < 4; count += 1) await list(visitors[count % 2]!)
    for (const visitor of visitors) expect(await refusal(list(visitor))).toMatchObject({ status: 429 })
    expect((await server.as({ base_url: small.url }).listAgents({ limit: 1 })).data).toHaveLength(1)
  })

  test('so many open streams of an address, by visitors of web widgets alone', async () => {
    await using small = await server.startAnother({ PARLEY_LIMIT_WIDGET_STREAMS_OF_ADDRESS: '2' })
    const { id } = await liveWidget(server.client)
    const { conversation, token } = await (await enter(server, id)).start()
    const open = (bearer: string, address = '10.1.1.1') =>
      fetch(`${small.url}/core/conversations/${conversation.id}/events`, {
        headers: { authorization: `Bearer ${bearer}`, 'x-forwarded-for': address },
      })
    const streams = [await open(token), await open(token), await open(token), await open(token, '10.1.1.2')]
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 429, 200])
    const own = await open(server.admin_key)
    expect(own.status).toBe(200)
    await Promise.all([...streams, own].map((stream) => stream.body?.cancel()))
  })
})

test('an address is forgotten after thirty days, and its allowances once they are over', async () => {
  const { id } = await liveWidget(server.client)
  const { conversation } = await (await enter(server, id)).start()
  await server.client.createWebWidgetBlock({ web_widget_id: id, conversation_id: conversation.id })
  const forget = () => server.app.rooms.web_widgets.forget()
  const kept = async () => {
    const { rows } = await server.database.pool.query(
      `select (select count(*) from web_widget_conversations where widget_id = $1 and address_hash is not null)::integer as starts,
              (select count(*) from web_widget_blocks where widget_id = $1 and address_hash is not null)::integer as blocks,
              (select count(*) from web_widget_allowances where widget_id = $1)::integer as allowances`,
      [id],
    )
    return rows[0]
  }
  await forget()
  expect(await kept()).toEqual({ starts: 1, blocks: 1, allowances: 2 })
  for (const [table, column] of [['web_widget_conversations', 'created_at'], ['web_widget_blocks', 'created_at'], ['web_widget_allowances', 'until']]) // prettier-ignore
    await server.database.pool.query(`update ${table} set ${column} = ${column} - interval '30 days 1 hour' where widget_id = $1`, [id]) // prettier-ignore
  await forget()
  expect(await kept()).toEqual({ starts: 0, blocks: 0, allowances: 0 })
})
