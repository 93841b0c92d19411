import { ApiError, createClient } from '@parley/sdk'
import { expect, it } from 'vitest'
import { startHttpServer } from '../../../sdk/test/support/http-server.ts'
import { patientFetch, pauseAskedBy } from './patient-fetch.ts'

const askedBy = (value?: string) =>
  pauseAskedBy({ status: 429, headers: new Headers(value === undefined ? {} : { 'retry-after': value }) })

it('waits for as many seconds as it is asked, or until a date, and at most a minute', () => {
  expect([askedBy('0'), askedBy('7'), askedBy('900'), askedBy(), askedBy('soon')]).toEqual([
    0, 7000, 60_000, 1000, 1000,
  ])
  const inHalfAMinute = askedBy(new Date(Date.now() + 30_000).toUTCString())
  expect(inHalfAMinute).toBeGreaterThan(10_000)
  expect(inHalfAMinute).toBeLessThanOrEqual(30_000)
  expect(askedBy(new Date(0).toUTCString())).toBe(0)
})

it('gives up after twenty pauses in a row, also if the SDK repeats the call', async () => {
  let requests = 0
  let limit = Infinity
  await using server = await startHttpServer((_request, response) => {
    requests += 1
    const status = requests > limit ? 200 : 429
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' })
    response.end(JSON.stringify(status === 200 ? [] : { detail: 'Slow down', code: 'rate_limited' }))
  })
  const client = createClient({ base_url: server.url, fetch: patientFetch() })
  await expect(client.listConversations({})).rejects.toThrow(ApiError)
  expect(requests).toBe(20 + 3)
  limit = requests
  await client.listConversations({})
  // After another answer it begins again.
  limit = requests + 15
  await client.listConversations({})
  expect(requests).toBe(20 + 3 + 1 + 16)
})
