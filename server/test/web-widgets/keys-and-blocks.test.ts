// Identity keys, blocks, revoked visitors and previews of a web widget.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '../../src/database/store.ts'
import { noteKeyUse, readIdentityKeys } from '../../src/web-widgets/identity-key-rows.ts'
import { isPreviewToken } from '../../src/web-widgets/preview-token.ts'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'
import { makeLiveWidget, makeWidgetConversation } from './fixture.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ PARLEY_LIMIT_WEB_WIDGET_BLOCKS: '2' })
})
afterAll(() => server[Symbol.asyncDispose]())

const unknown_id = '0190b000-0000-7000-8000-ffffffffffff'

describe('B7: identity keys', () => {
  test('at most two; a secret is shown once, is sealed, and opens for its key only', async () => {
    const { client, database, organization_id, app } = server
    const { web_widget_id } = await makeLiveWidget(server)
    const first = await client.createWebWidgetIdentityKey({ web_widget_id })
    expect(first).toEqual({
      ...{ key_id: first.key_id, created_at: first.created_at, last_used_at: null },
      secret: expect.stringMatching(/^widk_[\w-]{43}$/),
    })
    const second = await client.createWebWidgetIdentityKey({ web_widget_id })
    expect(await refusal(client.createWebWidgetIdentityKey({ web_widget_id }))).toMatchObject({
      ...{ status: 409, code: 'too_many_identity_keys' },
    })
    const { data } = await client.listWebWidgetIdentityKeys({ web_widget_id })
    expect(data.map(({ key_id }) => key_id)).toEqual([second.key_id, first.key_id])
    expect(JSON.stringify(data)).not.toContain('widk_')
    const store = openStore(database, organization_id)
    const keys = await readIdentityKeys(app.core, store, web_widget_id)
    expect(new Map(keys.map(({ key_id, secret }) => [key_id, secret]))).toEqual(
      new Map([first, second].map(({ key_id, secret }) => [key_id, secret])),
    )
    const { rows } = await database.pool.query<{ all: string }>(
      'select web_widget_identity_keys::text as all from web_widget_identity_keys where widget_id = $1',
      [web_widget_id],
    )
    expect(JSON.stringify(rows)).not.toContain(Buffer.from(first.secret).toString('hex').slice(10))
    // One of another key’s row says nothing.
    await database.pool.query(
      'update web_widget_identity_keys set secret = (select secret from web_widget_identity_keys where id = $2) where id = $1',
      [second.key_id, first.key_id],
    )
    expect(await readIdentityKeys(app.core, store, web_widget_id)).toEqual([
      { key_id: first.key_id, secret: first.secret },
    ])
  })

  test('two calls at once cannot make a third', async () => {
    const { web_widget_id } = await makeLiveWidget(server)
    const calls = Array.from({ length: 6 }, () => server.client.createWebWidgetIdentityKey({ web_widget_id }))
    const made = (await Promise.allSettled(calls)).filter(({ status }) => status === 'fulfilled')
    expect(made).toHaveLength(2)
  })

  test('its use is noted at most once a minute; a deleted one is gone', async () => {
    const { client, database, organization_id, app } = server
    const { web_widget_id } = await makeLiveWidget(server)
    const { key_id } = await client.createWebWidgetIdentityKey({ web_widget_id })
    const store = openStore(database, organization_id)
    const used = async () => (await client.listWebWidgetIdentityKeys({ web_widget_id })).data[0]!.last_used_at
    await noteKeyUse(store, key_id)
    const at = await used()
    expect(at).not.toBeNull()
    await noteKeyUse(store, key_id)
    expect(await used()).toBe(at)
    const other = await makeLiveWidget(server)
    const wrong = client.deleteWebWidgetIdentityKey({ web_widget_id: other.web_widget_id, key_id })
    expect(await refusal(wrong)).toMatchObject({ status: 404, message: 'Identity key not found' })
    await client.deleteWebWidgetIdentityKey({ web_widget_id, key_id })
    expect(await readIdentityKeys(app.core, store, web_widget_id)).toEqual([])
  })
})

describe('blocks', () => {
  test('of a conversation of the widget, for hours, replaced by a second one, and up to the limit', async () => {
    const { client } = server
    const { web_widget_id, agent_id } = await makeLiveWidget(server)
    const conversation = () => makeWidgetConversation(server, agent_id, web_widget_id)
    const [one, two, three] = [await conversation(), await conversation(), await conversation()]
    const before = Date.now()
    const block = await client.createWebWidgetBlock({ web_widget_id, conversation_id: one, reason: 'Spam' })
    expect(block).toMatchObject({ conversation_id: one, reason: 'Spam' })
    const hours = (Date.parse(block.expires_at) - before) / 3_600_000
    expect(hours).toBeGreaterThan(719.9)
    expect(hours).toBeLessThan(720.1)
    const again = await client.createWebWidgetBlock({ web_widget_id, conversation_id: one.toUpperCase(), hours: 1 })
    expect(again).toMatchObject({ block_id: block.block_id, reason: null })
    expect(Date.parse(again.expires_at) - before).toBeLessThan(3_700_000)
    await client.createWebWidgetBlock({ web_widget_id, conversation_id: two })
    const third = client.createWebWidgetBlock({ web_widget_id, conversation_id: three })
    expect(await refusal(third)).toMatchObject({ status: 409, code: 'too_many_blocks' })
    // One that is there already is not one more.
    await client.createWebWidgetBlock({ web_widget_id, conversation_id: two })
    // One that has expired neither counts nor is shown.
    await server.database.pool.query(`update web_widget_blocks set expires_at = now() where id = $1`, [block.block_id])
    const { data } = await client.listWebWidgetBlocks({ web_widget_id })
    expect(data.map(({ conversation_id }) => conversation_id)).toEqual([two])
    const made = await client.createWebWidgetBlock({ web_widget_id, conversation_id: three })
    const page = await client.listWebWidgetBlocks({ web_widget_id, limit: 1 })
    expect(page.data).toEqual([made])
    const next = await client.listWebWidgetBlocks({ web_widget_id, cursor: page.pagination.next_cursor! })
    expect(next.data.map(({ conversation_id }) => conversation_id)).toEqual([two])
    await client.deleteWebWidgetBlock({ web_widget_id, block_id: made.block_id })
    const gone = client.deleteWebWidgetBlock({ web_widget_id, block_id: made.block_id })
    expect(await refusal(gone)).toMatchObject({ status: 404, message: 'Block not found' })
  })

  test('no conversation of another widget, and no times beyond a year', async () => {
    const { client } = server
    const { web_widget_id, agent_id } = await makeLiveWidget(server)
    const other = await makeLiveWidget(server)
    const theirs = await makeWidgetConversation(server, agent_id, other.web_widget_id)
    for (const conversation_id of [theirs, unknown_id]) {
      expect(await refusal(client.createWebWidgetBlock({ web_widget_id, conversation_id }))).toMatchObject({
        ...{ status: 404, message: 'Conversation not found' },
      })
    }
    for (const hours of [0, 8761]) {
      const call = client.createWebWidgetBlock({ web_widget_id, conversation_id: theirs, hours })
      expect(await refusal(call)).toMatchObject({ status: 422, errors: [{ path: 'hours' }] })
    }
  })
})

test('the time before which visitors are refused rises, and is not in the future', async () => {
  const { client } = server
  const { web_widget_id, widget } = await makeLiveWidget(server)
  const past = '2026-01-01T00:00:00Z'
  expect(await client.revokeWebWidgetVisitors({ web_widget_id, revoked_before: past })).toEqual({
    revoked_before: '2026-01-01T00:00:00.000000Z',
  })
  const { revoked_before } = await client.revokeWebWidgetVisitors({ web_widget_id })
  expect(revoked_before > widget.created_at).toBe(true)
  expect(await client.revokeWebWidgetVisitors({ web_widget_id, revoked_before: past })).toEqual({ revoked_before })
  const future = new Date(Date.now() + 3_600_000).toISOString()
  const refused = await refusal(client.revokeWebWidgetVisitors({ web_widget_id, revoked_before: future }))
  expect(refused).toMatchObject({
    status: 422,
    errors: [{ path: 'revoked_before', message: 'must not be in the future' }],
  })
})

test('a preview has the address of the frame for fifteen minutes', async () => {
  const { web_widget_id } = await makeLiveWidget(server, { published: false })
  const before = Date.now()
  const { url, expires_at } = await server.client.previewWebWidget({ web_widget_id })
  const { origin, pathname, searchParams } = new URL(url)
  expect([origin, pathname]).toEqual([new URL(server.url).origin, `/public/embed/${web_widget_id}/frame`])
  const { preview_signer } = server.app.core.sealers
  const token = searchParams.get('preview')!
  expect(isPreviewToken(preview_signer, web_widget_id, token, before)).toBe(true)
  expect(isPreviewToken(preview_signer, web_widget_id, token, Date.parse(expires_at))).toBe(false)
  const fifteen_minutes = 15 * 60_000
  const ends_at = Date.parse(expires_at)
  expect(ends_at).toBeGreaterThan(before + fifteen_minutes - 1000)
  expect(ends_at).toBeLessThanOrEqual(Date.now() + fifteen_minutes)
})

test('changes of keys, blocks and visitors are events of the organization', async () => {
  const { client } = server
  const { web_widget_id, agent_id } = await makeLiveWidget(server)
  const { last_sequence } = (await client.listOrganizationEvents({ after: 0 })) as { last_sequence: number }
  const { key_id } = await client.createWebWidgetIdentityKey({ web_widget_id })
  await client.deleteWebWidgetIdentityKey({ web_widget_id, key_id })
  const conversation_id = await makeWidgetConversation(server, agent_id, web_widget_id)
  await client.createWebWidgetBlock({ web_widget_id, conversation_id })
  await client.revokeWebWidgetVisitors({ web_widget_id })
  const { data } = (await client.listOrganizationEvents({ after: last_sequence })) as {
    data: { type: string; data: { changed: string[] } }[]
  }
  expect(data.map(({ type, data: { changed } }) => [type, ...changed])).toEqual([
    ['web_widget.updated', 'identity_keys'],
    ['web_widget.updated', 'identity_keys'],
    ['web_widget.updated', 'blocks'],
    ['web_widget.updated', 'revoked_before'],
  ])
})
