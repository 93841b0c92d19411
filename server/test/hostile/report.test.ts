// What a run of attacks counts as a failure of the server.
import { expect, test } from 'vitest'
import type { HostileReport } from './run/driver.ts'
import { findViolations } from './run/report.ts'

const memory = { rss: 200, held: 100 }
const held: HostileReport = {
  alone: { took_ms: [1], turn_ms: [1], failures: [] },
  beside: { took_ms: [1], turn_ms: [1], failures: [] },
  before: memory,
  peak: memory,
  after: memory,
  tally: { 'malformed requests': { sent: 3, 400: 2, closed: 1 }, floods: { 200: 1, 429: 5, 503: 2 } },
  died: null,
  healthy: true,
  stopped_ms: 100,
}

test('refusals and closed connections are no failures', () => {
  expect(findViolations(held)).toEqual([])
})

test.each<[string, Partial<HostileReport>, string]>([
  ['an answer with 500', { tally: { floods: { 200: 9, 500: 3 } } }, 'floods: 3 times 500'],
  ['an answer with 502', { tally: { floods: { 502: 1 } } }, 'floods: 1 times 502'],
  [
    'a failure of the quiet organization',
    { beside: { took_ms: [], turn_ms: [], failures: ['read: 404'] } },
    'read: 404',
  ],
  ['a server that is not ready', { healthy: false }, 'not ready'],
  ['a server that died', { died: 'SIGABRT' }, 'SIGABRT'],
  ['memory that is kept', { after: { rss: 200, held: 100 * 1024 ** 2 } }, 'memory that is held'],
])('%s is a failure', (_name, change, text) => {
  expect(findViolations({ ...held, ...change }).join('\n')).toContain(text)
})
