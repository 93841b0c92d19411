// Visitors whom a site has signed: what is accepted as an identity, and how a guest becomes a user.
import { createHmac } from 'node:crypto'
import { SignJWT, generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'
import { until } from '../races/harness.ts'
import { endUser, enter, liveWidget, loadFrame } from './browser.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ PARLEY_LIMIT_WEB_WIDGET_GUESTS_OF_USER: '3' })
})
afterAll(() => server[Symbol.asyncDispose]())

const in_seconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds

function sign(secret: string, claims: object, algorithm = 'HS256'): Promise<string> {
  return new SignJWT({ exp: in_seconds(3600), ...claims })
    .setProtectedHeader({ alg: algorithm })
    .sign(new TextEncoder().encode(secret))
}

async function signingWidget(more: object = {}) {
  const widget = await liveWidget(server.client, more)
  const { secret, key_id } = await server.client.createWebWidgetIdentityKey({ web_widget_id: widget.id })
  const verify = (claims: object) => sign(secret, claims).then((token) => ({ identity: { token } }))
  return { id: widget.id, secret, key_id, verify }
}

describe('an identity', () => {
  test('makes a verified visitor, whose signed words stand apart from the claimed', async () => {
    const { id, verify } = await signingWidget()
    const claims = { sub: 'u-1', name: 'Ann', email: 'a@b.test', metadata: { plan: 'gold' } }
    const visitor = await enter(server, id, {}, await verify(claims))
    expect(visitor).toMatchObject({ user_id: 'u-1', verified: true, name: 'Ann' })
    const sent = { visitor: { name: 'Somebody' }, client: { plan: 'free' } }
    const { conversation } = await visitor.start(sent)
    const stored = await server.client.getConversation({ conversation_id: conversation.id })
    expect(stored).toMatchObject({ user_id: 'u-1' })
    expect(stored.custom_metadata).toEqual({
      visitor: { user_id: 'u-1', verified: true, name: 'Ann', email: 'a@b.test' },
      verified: { plan: 'gold' },
      client: { plan: 'free' },
    })
    const [key] = (await server.client.listWebWidgetIdentityKeys({ web_widget_id: id })).data
    expect(key!.last_used_at).not.toBeNull()
  })

  test('is refused with one text for every fault', async () => {
    const { id, secret } = await signingWidget()
    const { privateKey } = await generateKeyPair('RS256')
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const valid = { sub: 'u-1', exp: in_seconds(3600) }
    const other = await signingWidget()
    const tokens = [
      `${part({ alg: 'none' })}.${part(valid)}.`,
      `${part({ alg: 'HS256' })}.${part(valid)}.`,
      await new SignJWT(valid).setProtectedHeader({ alg: 'RS256' }).sign(privateKey),
      await sign(secret, valid, 'HS512'),
      await sign(other.secret, valid),
      await sign(secret, { sub: 'u-1', exp: in_seconds(-120) }),
      await sign(secret, { sub: 'u-1', exp: in_seconds(8 * 86_400) }),
      await sign(secret, { sub: 'u-1', exp: undefined }),
      await sign(secret, {}),
      await sign(secret, { sub: '' }),
      await sign(secret, { sub: 'x'.repeat(513) }),
      await sign(secret, { sub: 'a', user_id: 'b' }),
      await sign(secret, { sub: 'guest_0190b000-0000-7000-8000-ffffffffffff' }),
      await sign(secret, { sub: 'Guest_x' }),
      await sign(secret, { user_id: 7 }),
      await sign(secret, { sub: 'a\0b' }),
      await sign(secret, { sub: 'u', name: 'x'.repeat(201) }),
      await sign(secret, { sub: 'u', email: {} }),
      await sign(secret, { sub: 'u', metadata: { a: 'x'.repeat(8200) } }),
      await sign(secret, { sub: 'u', metadata: ['a'] }),
      await sign(secret, { sub: 'u', metadata: { a: '\0' } }),
      await sign(secret, { ...valid, nbf: in_seconds(600) }),
      `${await sign(secret, valid)}x`,
      'a.b.c',
      '',
      'x'.repeat(1_000_000),
    ]
    const hash = createHmac('sha256', secret).update('u-1').digest('hex')
    const identities = [
      ...tokens.map((token) => ({ token })),
      { user_id: 'u-1', user_hash: hash },
      { token: await sign(secret, valid), user_id: 'u-1', user_hash: hash },
      {},
    ]
    for (const identity of identities) {
      const error = await refusal(enter(server, id, {}, { identity }))
      expect([identity, error.status, error.code, error.message]).toEqual([
        identity,
        403,
        'identity_invalid',
        'The identity is not valid, or has expired. The site has to sign a new one.',
      ])
    }
  })

  test('has a minute of leeway, and its own end is that of the visitor token', async () => {
    const { id, verify } = await signingWidget()
    const exp = in_seconds(1234)
    const visitor = await enter(server, id, {}, await verify({ sub: 'u', exp }))
    const [, payload] = visitor.token.split('.')
    expect(JSON.parse(Buffer.from(payload!, 'base64url').toString())).toMatchObject({ exp })
    await enter(server, id, {}, await verify({ sub: 'u', exp: in_seconds(-30) }))
  })

  test('as a hash only where the widget allows it, with either key, for a day', async () => {
    const { id, secret } = await signingWidget({ identity: { allow_hmac: true } })
    const second = await server.client.createWebWidgetIdentityKey({ web_widget_id: id })
    for (const key of [secret, second.secret]) {
      const user_hash = createHmac('sha256', key).update('ü-1', 'utf8').digest('hex')
      const visitor = await enter(server, id, {}, { identity: { user_id: 'ü-1', user_hash } })
      expect(visitor).toMatchObject({ user_id: 'ü-1', verified: true })
      const { exp } = JSON.parse(Buffer.from(visitor.token.split('.')[1]!, 'base64url').toString()) as { exp: number }
      expect(Math.abs(exp - in_seconds(86_400))).toBeLessThan(60)
      const wrong = enter(server, id, {}, { identity: { user_id: 'u-2', user_hash } })
      expect(await refusal(wrong)).toMatchObject({ code: 'identity_invalid' })
    }
    const hash = createHmac('sha256', secret).update('guest_1').digest('hex')
    const guest = enter(server, id, {}, { identity: { user_id: 'guest_1', user_hash: hash } })
    expect(await refusal(guest)).toMatchObject({ code: 'identity_invalid' })
  })

  test('required: guests neither enter nor start', async () => {
    const { id, verify } = await signingWidget()
    const guest = await enter(server, id)
    await server.client.updateWebWidget({ web_widget_id: id, identity: { required: true } })
    expect(await refusal(enter(server, id))).toMatchObject({ status: 403, code: 'identity_required' })
    expect(await refusal(guest.start())).toMatchObject({ status: 403, code: 'identity_required' })
    expect(await (await enter(server, id, {}, await verify({ sub: 'u' }))).start()).toMatchObject({ resumed: false })
  })

  test('its key deleted, or tokens of before revoked: 401, and the frame enters again', async () => {
    const { id, key_id, verify } = await signingWidget()
    const visitor = await enter(server, id, {}, await verify({ sub: 'u' }))
    const guest = await enter(server, id)
    await server.client.deleteWebWidgetIdentityKey({ web_widget_id: id, key_id })
    expect(await refusal(visitor.call('listVisitorConversations'))).toMatchObject({ status: 401 })
    const again = await enter(server, id, {}, { visitor_token: visitor.token })
    expect(again).toMatchObject({ verified: false })
    await guest.call('listVisitorConversations')
    await server.client.revokeWebWidgetVisitors({ web_widget_id: id })
    expect(await refusal(guest.call('listVisitorConversations'))).toMatchObject({ status: 401 })
    const renewed = await enter(server, id, {}, { visitor_token: guest.token })
    expect(renewed.user_id).not.toBe(guest.user_id)
    await renewed.call('listVisitorConversations')
  })
})

describe('a guest whom the site signs', () => {
  test('brings their conversations along, on every device, and these say so', async () => {
    const { id, verify } = await signingWidget()
    const guest = await enter(server, id)
    const { conversation, token } = await guest.start({ visitor: { name: 'Ann' } })
    await endUser(server, token).endConversation({ conversation_id: conversation.id })
    const second = await guest.start()
    const identity = await verify({ sub: 'u-1' })
    const user = await enter(server, id, {}, { ...identity, visitor_token: guest.token })
    expect(user.active).toMatchObject({ conversation: { id: second.conversation.id } })
    const phone = await enter(server, id, {}, identity)
    const ids = (await phone.call('listVisitorConversations')).data.map((each) => each.id)
    expect(ids).toEqual([second.conversation.id, conversation.id])
    // B3 over both names.
    expect(await phone.start()).toMatchObject({ resumed: true, conversation: { id: second.conversation.id } })
    expect(await guest.start()).toMatchObject({ resumed: true, conversation: { id: second.conversation.id } })
    for (const conversation_id of ids) {
      const read = () => server.client.getConversation({ conversation_id })
      const isMarked = async () =>
        (await read()).custom_metadata?.['visitor'] !== undefined &&
        ((await read()).custom_metadata!['visitor'] as { verified: boolean }).verified
      await until(isMarked, 'the conversation is marked as verified')
      expect((await read()).custom_metadata).toMatchObject({ visitor: { user_id: 'u-1', verified: true } })
    }
    const again = { conversation_id: second.conversation.id }
    expect((await phone.call('createVisitorConversationToken', again)).permissions).toContain('message')
  })

  test('once: on a shared browser the next user gets nothing of it', async () => {
    const { id, verify } = await signingWidget()
    const guest = await enter(server, id)
    await guest.start()
    await enter(server, id, {}, { ...(await verify({ sub: 'u-1' })), visitor_token: guest.token })
    const other = await enter(server, id, {}, { ...(await verify({ sub: 'u-2' })), visitor_token: guest.token })
    expect(other.active).toBeNull()
    expect((await other.call('listVisitorConversations')).data).toEqual([])
    expect(await other.start()).toMatchObject({ resumed: false })
  })

  test('both have an active one: the user’s is shown, and the guest’s is in the history', async () => {
    const { id, verify } = await signingWidget()
    const identity = await verify({ sub: 'u-1' })
    const own = await (await enter(server, id, {}, identity)).start()
    const guest = await enter(server, id)
    const theirs = await guest.start()
    const user = await enter(server, id, {}, { ...identity, visitor_token: guest.token })
    expect(user.active).toMatchObject({ conversation: { id: own.conversation.id } })
    const ids = (await user.call('listVisitorConversations')).data.map((each) => each.id)
    expect(ids).toEqual([theirs.conversation.id, own.conversation.id])
  })

  test('leaves no row before the first conversation', async () => {
    const { id, verify } = await signingWidget()
    const guest = await enter(server, id)
    await enter(server, id, {}, { ...(await verify({ sub: 'u-9' })), visitor_token: guest.token })
    for (const table of [
      'web_widget_links',
      'web_widget_conversations',
      'web_widget_active',
      'web_widget_allowances',
    ]) {
      const { rows } = await server.database.pool.query(`select from ${table} where widget_id = $1`, [id])
      expect(rows, table).toEqual([])
    }
  })

  test('of more than may be linked the oldest link goes', async () => {
    const { id, verify } = await signingWidget({ limits: { conversations_per_address_hour: 1000 } })
    const identity = await verify({ sub: 'u-1' })
    const { embed_token } = await loadFrame(server, id)
    const guests = []
    for (let n = 0; n < 4; n += 1) {
      const guest = await enter(server, id, {}, { embed_token })
      guests.push((await guest.start()).conversation.id)
      await enter(server, id, {}, { ...identity, visitor_token: guest.token, embed_token })
    }
    const user = await enter(server, id, {}, identity)
    const seen = (await user.call('listVisitorConversations', { limit: 100 })).data.map((each) => each.id)
    expect(seen.toSorted()).toEqual(guests.slice(1).toSorted())
  })
})

describe('blocks', () => {
  test('the visitor and their address start and send nothing, and still read', async () => {
    const { id } = await liveWidget(server.client)
    const visitor = await enter(server, id)
    const { conversation, token } = await visitor.start()
    const conversation_id = conversation.id
    const block = await server.client.createWebWidgetBlock({ web_widget_id: id, conversation_id })
    const same_address = await enter(server, id)
    for (const one of [visitor, same_address]) {
      expect(await refusal(one.start({ form: 'not looked at' as never }))).toMatchObject({ code: 'visitor_blocked' })
    }
    const talk = endUser(server, token)
    expect(await refusal(talk.sendConversationMessage({ conversation_id, text: 'Hi' }))).toMatchObject({
      status: 403,
      code: 'visitor_blocked',
    })
    expect((await visitor.call('listVisitorConversations')).data).toHaveLength(1)
    await visitor.call('createVisitorConversationToken', { conversation_id })
    await server.client.deleteWebWidgetBlock({ web_widget_id: id, block_id: block.block_id })
    expect(await visitor.start()).toMatchObject({ resumed: true })
  })

  test('follow a guest to the user whom the site signs later', async () => {
    const { id, verify } = await signingWidget()
    const guest = await enter(server, id)
    const { conversation } = await guest.start()
    await server.client.createWebWidgetBlock({ web_widget_id: id, conversation_id: conversation.id })
    await server.database.pool.query('update web_widget_blocks set address_hash = null where widget_id = $1', [id])
    const user = await enter(server, id, {}, { ...(await verify({ sub: 'u' })), visitor_token: guest.token })
    expect(await refusal(user.start())).toMatchObject({ code: 'visitor_blocked' })
    expect(await (await enter(server, id)).start()).toMatchObject({ resumed: false })
  })
})
