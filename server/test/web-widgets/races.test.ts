// What managers change beside the starts of visitors, and who is linked to whom, on three nodes at once.
import { createHmac } from 'node:crypto'
import type { PoolClient } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { App } from '../../src/app.ts'
import { type TestServer, refusal, startTestServer } from '../support/server.ts'
import { type Visitor, endUser, enter, frameClient, liveWidget, loadFrame } from './browser.ts'

let server: TestServer
let nodes: App[]
const stack = new AsyncDisposableStack()
beforeAll(async () => {
  server = stack.use(await startTestServer({ PARLEY_DATABASE_CONNECTIONS: '6' }))
  nodes = [server.app, await server.startAnother(), await server.startAnother()]
  for (const node of nodes.slice(1)) stack.use(node)
})
afterAll(() => stack[Symbol.asyncDispose]())

const urlOf = (n: number) => nodes[n % nodes.length]!.url
const all = <T>(count: number, call: (n: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, n) => call(n)))

const widest = { conversations_per_address_hour: 1000, conversations_per_visitor_day: 1000 }

async function visitorsOf(id: string, count: number): Promise<Visitor[]> {
  const { embed_token } = await loadFrame(server, id)
  return all(count, () => enter(server, id, {}, { embed_token }))
}

const startAt = ({ token }: Visitor, web_widget_id: string, n: number) =>
  frameClient(server, { url: urlOf(n) }, token).startWebWidgetConversation({ web_widget_id })

test('re-pins beside starts: each conversation has one version whole', async () => {
  const greeting = (text: string) => ({ starting_message: { type: 'static' as const, text } })
  const { id, agent_id, version_id } = await liveWidget(server.client, { limits: widest }, greeting('Version one.'))
  const config = { ...greeting('Version two.'), analysis: { summary: { enabled: false } } }
  const next = await server.client.createAgentVersion({ agent_id, config })
  await server.client.publishAgentVersion({ agent_id, version: String(next.version) })
  const said = new Map([[version_id, 'Version one.'], [next.id, 'Version two.']]) // prettier-ignore
  const begun: Awaited<ReturnType<Visitor['start']>>[] = []
  for (let round = 0; round < 4; round += 1) {
    const visitors = await visitorsOf(id, 6)
    const [started] = await Promise.all([
      all(visitors.length, (n) => startAt(visitors[n]!, id, n)),
      server.client.updateWebWidget({ web_widget_id: id, agent_version_id: round % 2 === 0 ? next.id : version_id }),
    ])
    begun.push(...started)
  }
  for (const { conversation, starting_message } of begun) {
    expect(starting_message).toBe(said.get(conversation.agent_version_id!))
    const stored = await server.client.getConversation({ conversation_id: conversation.id })
    expect(stored.conversation!.items.map(({ content }) => content!.join(''))).toEqual([starting_message])
  }
  expect(await server.client.countConversations({ web_widget_id: id })).toEqual({ count: 24 })
})

test('unpublishing beside starts: what is answered after it begins nothing', async () => {
  const { id } = await liveWidget(server.client, { limits: widest })
  const visitors = await visitorsOf(id, 18)
  let is_off = false
  const outcomes = await all(visitors.length, async (n) => {
    if (n === 9) {
      await server.client.updateWebWidget({ web_widget_id: id, published: false })
      is_off = true
      return 'changed'
    }
    const was_off = is_off
    const outcome = await startAt(visitors[n]!, id, n).then(
      () => 'begun',
      (error: { status: number }) => `refused ${error.status}`,
    )
    return was_off ? `late ${outcome}` : outcome
  })
  const begun = outcomes.filter((outcome) => outcome === 'begun').length
  expect(outcomes.filter((outcome) => !['begun', 'changed', 'refused 404', 'late refused 404'].includes(outcome))).toEqual([]) // prettier-ignore
  expect(await server.client.countConversations({ web_widget_id: id })).toEqual({ count: begun })
  for (const visitor of visitors.slice(0, 3))
    expect(await refusal(startAt(visitor, id, 2))).toMatchObject({ status: 404 })
})

async function signing() {
  const { id } = await liveWidget(server.client, { identity: { allow_hmac: true }, limits: widest })
  const { secret } = await server.client.createWebWidgetIdentityKey({ web_widget_id: id })
  const identityOf = (user_id: string) => ({
    user_id,
    user_hash: createHmac('sha256', secret).update(user_id).digest('hex'),
  })
  const { embed_token } = await loadFrame(server, id)
  const sign = (guest: Visitor, user_id: string, n: number) =>
    enter(server, id, { url: urlOf(n) }, { identity: identityOf(user_id), visitor_token: guest.token, embed_token })
  return { id, sign }
}

test('20 entries of one signed guest at once are one link', async () => {
  const { id, sign } = await signing()
  const guest = await enter(server, id)
  const { conversation } = await guest.start()
  const users = await all(20, (n) => sign(guest, 'u', n))
  for (const { active } of users) expect(active).toMatchObject({ conversation: { id: conversation.id } })
  const { rows } = await server.database.pool.query('select user_id from web_widget_links where widget_id = $1', [id])
  expect(rows).toEqual([{ user_id: 'u' }])
})

test('of several users whom a site signs in one browser at once, one has the guest', async () => {
  const { id, sign } = await signing()
  const guest = await enter(server, id)
  const { conversation } = await guest.start()
  const users = await all(9, (n) => sign(guest, `u-${n}`, n))
  const seen = await Promise.all(users.map(async (user) => (await user.call('listVisitorConversations')).data))
  expect(seen.filter((list) => list.length > 0).map(([one]) => one!.id)).toEqual([conversation.id])
  const owners = users.filter((_, n) => seen[n]!.length > 0).map(({ user_id }) => user_id)
  const { rows } = await server.database.pool.query('select user_id from web_widget_links where widget_id = $1', [id])
  expect(rows.map(({ user_id }) => user_id)).toEqual(owners)
})

test('links beside starts of guest and user, and ends: never two active ones of one visitor', async () => {
  const { id, sign } = await signing()
  const guest = await enter(server, id)
  const first = await guest.start()
  const user = await sign(guest, 'u', 0)
  await endUser(server, first.token).endConversation({ conversation_id: first.conversation.id })
  for (let round = 0; round < 4; round += 1) {
    const started = await Promise.all([
      ...[0, 1, 2].map((n) => startAt(guest, id, n)),
      ...[1, 2, 3].map((n) => startAt(user, id, n)),
      sign(guest, 'u', round),
    ])
    const { rows } = await server.database.pool.query(
      `select user_id, count(*)::integer as active from conversations where web_widget_id = $1 and ended_at is null group by 1`,
      [id],
    )
    for (const row of rows) expect(row).toMatchObject({ active: 1 })
    const open = started.flatMap((one) => ('conversation' in one ? [one] : []))
    const ids = [...new Map(open.map((one) => [one.conversation.id, one.token]))]
    await Promise.all(
      ids.map(([conversation_id, token]) => endUser(server, token).endConversation({ conversation_id })),
    )
  }
})

test('a link beside the end of the conversation leaves nobody with an ended one', async () => {
  const { id, sign } = await signing()
  const guest = await enter(server, id)
  const { conversation } = await guest.start()
  const ending = await server.database.pool.connect()
  try {
    await ending.query('begin')
    await ending.query(`update conversations set status = 'completed', ended_at = clock_timestamp() where id = $1`, [
      conversation.id,
    ])
    let hasEntered = false
    const entering = sign(guest, 'u', 1).finally(() => (hasEntered = true))
    // The link waits for the end, or has passed it.
    await expect.poll(async () => hasEntered || (await isBlockedBy(ending)), { timeout: 40_000 }).toBe(true)
    await ending.query('commit')
    await entering
  } finally {
    ending.release()
  }
  const { rows } = await server.database.pool.query('select user_id from web_widget_active where widget_id = $1', [id])
  expect(rows).toEqual([])
})

/** Whether somebody waits for what this connection has locked. */
async function isBlockedBy(connection: PoolClient): Promise<boolean> {
  const { rows } = await connection.query(
    'select from pg_stat_activity where pg_backend_pid() = any (pg_blocking_pids(pid))',
  )
  return rows.length > 0
}

test('re-pins at once on several nodes: each is made, one after another', async () => {
  const { id, agent_id, version_id } = await liveWidget(server.client)
  const next = await server.client.createAgentVersion({ agent_id, config: {} })
  const versions = [version_id, next.id]
  const answers = await all(12, (n) =>
    server
      .as({ base_url: urlOf(n) })
      .updateWebWidget({ web_widget_id: id, name: `Name ${n}`, agent_version_id: versions[n % 2]! }),
  )
  expect(answers.map(({ revision }) => revision).toSorted((a, b) => a - b)).toEqual(answers.map((_, n) => n + 2))
})

test('100 messages on three nodes at a limit of 20 of their address are exactly 20', async () => {
  const limits = { ...widest, messages_per_address_minute: 20, messages_per_conversation_minute: 6000 }
  const { id } = await liveWidget(server.client, { limits })
  server.model.answer = () => 'Yes.'
  const visitors = await visitorsOf(id, 10)
  const started = await all(visitors.length, (n) => startAt(visitors[n]!, id, n))
  const outcomes = await all(100, (n) => {
    const { conversation, token } = started[n % 10]!
    const message = { conversation_id: conversation.id, text: 'Hi', parley_concurrency: 'queue' as const }
    const sent = endUser(server, token, { url: urlOf(n) }).sendConversationMessage(message)
    return sent.then(
      () => 'stored',
      ({ code }: { code: string }) => code,
    )
  })
  expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(20)
  expect(new Set(outcomes)).toEqual(new Set(['stored', 'rate_limited']))
  const { rows } = await server.database.pool.query(
    `select used from web_widget_allowances a where widget_id = $1 and used = 20`,
    [id],
  )
  // Of the address. Nothing that was refused is used up, neither there nor of the conversations.
  expect(rows).toHaveLength(1)
  const sum = await server.database.pool.query(
    `select sum(used)::integer as used from web_widget_allowances where widget_id = $1 and until < now() + interval '2 minutes'`,
    [id],
  )
  expect(sum.rows).toEqual([{ used: 40 }])
})

test('the count of active conversations follows starts, ends, deletions and links', async () => {
  const { id, sign } = await signing()
  await server.client.updateWebWidget({ web_widget_id: id, limits: { ...widest, active_conversations: 3 } })
  const guests = await visitorsOf(id, 8)
  const begin = (n: number) => startAt(guests[n]!, id, n)
  const refused = { status: 429, code: 'widget_cap_reached' }
  const end = ({ conversation, token }: Awaited<ReturnType<typeof begin>>) =>
    endUser(server, token).endConversation({ conversation_id: conversation.id })
  const counted = async () => {
    const { rows } = await server.database.pool.query(
      `select c.active - (select count(*) from web_widget_freed where widget_id = $1)::integer as counted,
              (select count(distinct conversation_id) from web_widget_active where widget_id = $1)::integer as active
       from web_widget_active_counts c where widget_id = $1`,
      [id],
    )
    expect(rows[0].counted).toBe(rows[0].active)
    return rows[0].counted
  }
  const first = [await begin(0), await begin(1), await begin(2)] as const
  expect(await refusal(begin(3))).toMatchObject(refused)
  // Guest and user have a row each for one conversation.
  await sign(guests[2]!, 'u', 0)
  expect(await counted()).toBe(3)
  await end(first[0])
  await end(first[2])
  const more = await begin(4)
  await server.client.deleteConversation({ conversation_id: first[1].conversation.id })
  expect(await counted()).toBe(1)
  await begin(5)
  await begin(6)
  expect(await refusal(begin(7))).toMatchObject(refused)
  // As a widget of before this was counted, and one of which more have ended than a start subtracts at once.
  await server.database.pool.query('delete from web_widget_active_counts where widget_id = $1', [id])
  await end(more)
  await begin(7)
  expect(await counted()).toBe(3)
  await server.database.pool.query('update web_widget_active_counts set active = active + 250 where widget_id = $1', [
    id,
  ])
  await server.database.pool.query(
    'insert into web_widget_freed (widget_id, organization_id) select $1, $2 from generate_series(1, 250)',
    [id, server.organization_id],
  )
  expect(await refusal(begin(0))).toMatchObject(refused)
  await server.client.updateWebWidget({ web_widget_id: id, limits: { ...widest, active_conversations: 4 } })
  await begin(0)
  expect(await counted()).toBe(4)
})
