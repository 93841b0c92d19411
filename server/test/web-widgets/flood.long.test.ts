// Floods: one address, and a thousand of them. What is allowed is let through exactly, the rest is a 429, and nothing fails.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestServer, startTestServer } from '../support/server.ts'
import { enter, frameClient, liveWidget, loadFrame } from './browser.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ PARLEY_TRUSTED_PROXIES: 'loopback' })
})
afterAll(() => server[Symbol.asyncDispose]())

/** So many at once. */
async function inGroups<T>(count: number, at_once: number, call: (n: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let start = 0; start < count; start += at_once) {
    const group = Array.from({ length: Math.min(at_once, count - start) }, (_, n) => call(start + n))
    results.push(...(await Promise.all(group)))
  }
  return results
}

const countOf = (statuses: (number | string)[]) =>
  Object.fromEntries([...Map.groupBy(statuses, (status) => status)].map(([status, all]) => [status, all.length]))

const noFaults = () => expect(server.log.filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([])

test('2,000 requests of one address: 600 are answered in a minute', async () => {
  await using node = await server.startAnother({ PARLEY_LIMIT_WIDGET_REQUESTS_OF_ADDRESS_PER_MINUTE: '600' })
  const { id } = await liveWidget(server.client)
  const began_at = performance.now()
  const statuses = await inGroups(2000, 50, async (n) => {
    const path = n % 2 === 0 ? `/core/public/web-widgets/${id}` : `/public/embed/${id}`
    const response = await fetch(`${node.url}${path}`, { headers: { 'x-forwarded-for': '203.0.113.1' } })
    await response.arrayBuffer()
    return response.status
  })
  const { 200: answered, ...refused } = countOf(statuses)
  // One comes back every tenth of a second.
  const back = Math.ceil((performance.now() - began_at) / 100)
  expect(answered).toBeGreaterThanOrEqual(600)
  expect(answered).toBeLessThanOrEqual(600 + back)
  expect(refused).toEqual({ 429: 2000 - answered! })
  noFaults()
})

test('1,000 addresses that start at once: as many as the widget allows in a day', async () => {
  const { id } = await liveWidget(server.client, { limits: { conversations_per_day: 20 } })
  const { embed_token } = await loadFrame(server, id)
  const outcomes = await inGroups(1000, 40, async (n) => {
    const address = `10.${n % 7}.${Math.floor(n / 250)}.${n % 250}`
    const visitor = await enter(server, id, { address }, { embed_token })
    return frameClient(server, { address }, visitor.token)
      .startWebWidgetConversation({ web_widget_id: id })
      .then(
        () => 'begun',
        (error: { code: string }) => error.code,
      )
  })
  expect(countOf(outcomes)).toEqual({ begun: 20, widget_cap_reached: 980 })
  expect(await server.client.countConversations({ web_widget_id: id })).toEqual({ count: 20 })
  await server.app.rooms.web_widgets.counting.flush()
  const [day] = (await server.client.getWebWidgetStatistics({ web_widget_id: id })).data
  expect(day).toMatchObject({ conversations: 20, refusals: { conversations_per_day: 980 } })
  // What is refused leaves no row of its address.
  const { rows } = await server.database.pool.query('select count(*) from web_widget_allowances where widget_id = $1', [
    id,
  ])
  expect(Number(rows[0].count)).toBe(40)
  noFaults()
})
