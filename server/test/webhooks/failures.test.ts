// Receivers that fail in every way that a network allows: each try ends, gives its reason, and affects no other deliveries.
import { once } from 'node:events'
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net'
import { sql } from '../support/sql.ts'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createCertificate } from '../outbound/peers.ts'
import { type World, createEnds, expectSettled, soon, startWorld } from './fixture.ts'
import { type Receiver, answer, startReceiver } from './receiver.ts'

let world: World
const ends = createEnds()
const stack = new AsyncDisposableStack()
beforeAll(async () => {
  world = stack.use(await startWorld(ends.ports))
})
afterEach(async () => {
  for (const { id: webhook_id } of (await world.client.listWebhookEndpoints({ limit: 100 })).data) {
    await world.client.deleteWebhookEndpoint({ webhook_id })
  }
})
afterAll(() => stack.disposeAsync())

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Below 1024, so it is nobody's by chance. Nothing listens there. */
const closed_url = 'http://127.0.0.1:9/hook'

/** A peer whose requests are not verified. */
async function receiverThat(act: Receiver['answer']): Promise<string> {
  const receiver = stack.use(await startReceiver())
  receiver.answer = act
  return receiver.url
}

/** Answers over the raw connection. */
async function peerThat(act: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => act(socket))
  })
  stack.defer(() => void server.close())
  return listen(server)
}

/** Sends as much as is accepted, forever. */
function pour(socket: Socket): void {
  const chunk = 'x'.repeat(65_536)
  const more = () => {
    while (!socket.destroyed && socket.write(chunk));
  }
  socket.on('drain', more)
  more()
}

async function drip(socket: Socket): Promise<void> {
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nslow')
  const timer = setInterval(() => socket.write('.'), 100)
  socket.on('close', () => clearInterval(timer))
}

const hints = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'

test('receivers that fail in every way, some almost, and one that does not', async () => {
  const insidePage = stack.use(await startReceiver())
  const certified = stack.use(await startReceiver(createCertificate('receiver.test')))
  const urls = {
    refused: closed_url,
    reset: await peerThat((socket) => socket.resetAndDestroy()),
    hang: await receiverThat(() => {}),
    error: await receiverThat((response) => answer(response, 500, 'It broke')),
    gone: await receiverThat((response) => answer(response, 410)),
    redirect: await receiverThat((response) => response.writeHead(302, { location: insidePage.url }).end('Go there')),
    garbage: await peerThat((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')),
    slow_body: await peerThat((socket) => void drip(socket)),
    broken_body: await receiverThat((response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('brok', () => response.socket!.end())
    }),
    slow_refusal: await receiverThat((response) => response.writeHead(410, { 'content-length': 100 }).write('no')),
    unchanged: await receiverThat((response) => response.writeHead(304).end()),
    hints: await peerThat((socket) => socket.end(hints + 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine')),
    huge_body: await peerThat((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n' + 'x'.repeat(2048))
      pour(socket)
    }),
    wrong_certificate: certified.url,
    private_address: 'http://10.0.0.1/hook',
    unknown_host: 'http://nobody.invalid/hook',
  }
  const webhooks = new Map<string, string>()
  for (const [name, url] of Object.entries(urls)) webhooks.set(name, await world.newEndpoint({ url }))
  const good = await world.newEndpoint()
  await world.newConversation()
  await expectSettled(world, good)
  expect(world.receiver.received.map(({ event }) => event.type)).toContain('conversation.created')

  const firstTry = async (name: string) => (await world.deliveries(webhooks.get(name)!))[0]?.tries[0]
  const seen: Record<string, unknown> = {}
  for (const name of [...webhooks.keys()].filter((one) => one !== 'hang').concat('hang')) {
    if (name === 'hang') {
      await expect.poll(() => ends.size, soon).toBe(1)
      ends.endTries()
    }
    await expect.poll(() => firstTry(name), soon).toBeDefined()
    const { status, error, response_body } = (await firstTry(name))!
    seen[name] = [status, error, response_body?.slice(0, 8) ?? null]
  }
  const late = 'No complete response within 15000 ms'
  expect(seen).toEqual({
    refused: [null, 'The connection to 127.0.0.1 failed (ECONNREFUSED)', null],
    reset: [null, 'The connection to 127.0.0.1 failed (ECONNRESET)', null],
    hang: [null, late, null],
    error: [500, 'Answered 500', 'It broke'],
    gone: [410, 'Answered 410', ''],
    redirect: [302, 'Redirects are not followed (302)', ''],
    garbage: [null, '127.0.0.1 did not send a valid HTTP response', null],
    slow_body: [200, null, expect.stringMatching(/^slow/)],
    broken_body: [200, null, 'brok'],
    slow_refusal: [410, 'Answered 410', 'no'],
    unchanged: [304, 'Answered 304', ''],
    hints: [200, null, 'fine'],
    huge_body: [200, null, 'xxxxxxxx'],
    wrong_certificate: [null, expect.stringMatching(/^The connection to 127.0.0.1 failed \(\w+\)$/), null],
    private_address: [null, '10.0.0.1 is not a public address', null],
    unknown_host: [null, expect.stringMatching(/^nobody\.invalid could not be resolved: /), null],
  })
  expect((await firstTry('huge_body'))!.response_body!.length).toBe(1024)
  expect([...insidePage.received, ...certified.received]).toEqual([])

  const gone = new Set(['gone', 'slow_refusal'])
  const accepted = new Set(['huge_body', 'slow_body', 'broken_body', 'hints'])
  for (const [name, webhook_id] of webhooks) {
    const { active, failing_since } = await world.client.getWebhookEndpoint({ webhook_id })
    expect([name, active, failing_since !== null]).toEqual([name, !gone.has(name), !accepted.has(name)])
  }
})

test('a receiver that hangs takes two tries at a time, and delays no other receiver', async () => {
  const hanging = stack.use(await startReceiver())
  hanging.answer = () => {}
  const fast = stack.use(await startReceiver())
  await world.newEndpoint({ url: hanging.url })
  const webhook_id = await world.newEndpoint({ url: fast.url, events: ['conversation.updated'] })
  const ids: string[] = []
  for (let n = 0; n < 30; n += 1) ids.push(await world.newConversation())
  // Those that hang have no time left, now and then.
  const triesAfter = () => {
    if (ends.size === hanging.open) ends.endTries()
    return hanging.received.length
  }
  await expect.poll(triesAfter, soon).toBeGreaterThan(8)
  const before = hanging.received.length
  await Promise.all(ids.map((id) => world.change(id)))
  await expect.poll(() => fast.received.length, soon).toBe(30)
  await expectSettled(world, webhook_id)
  expect(hanging.most_open).toBeLessThanOrEqual(8)
  await expect.poll(triesAfter, soon).toBeGreaterThan(before)
  expect(hanging.open).toBeLessThanOrEqual(2)
})

test('a commit does not wait for delivering nodes, whatever they have locked', async () => {
  const webhook_id = await world.newEndpoint()
  const id = await world.newConversation()
  await expectSettled(world, webhook_id)
  const [isHeld, isOver] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const lane = `insert into webhook_lanes (endpoint_id, lane, next_attempt_at) values ($1, $2, now() + interval '1 minute')`
  await world.query(lane, [webhook_id, id])
  const holding = world.server.database.transaction(async (tx) => {
    await tx.execute(sql`select id from webhook_endpoints for update`)
    await tx.execute(sql`select from webhook_lanes for update`)
    isHeld.resolve()
    await isOver.promise
  })
  await isHeld.promise
  await world.change(id)
  isOver.resolve()
  await holding
  await world.query('update webhook_lanes set next_attempt_at = now()')
  await expectSettled(world, webhook_id)
})
