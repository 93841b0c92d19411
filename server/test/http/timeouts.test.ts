// How long a client may take for the headers, for the whole of a request, and between two requests.
import { expect, test } from 'vitest'
import { Connections } from '../../src/http/connections.ts'
import { readConfig } from '../../src/settings.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { noMetrics } from '../../src/telemetry/metrics.ts'
import { testPorts } from '../support/ports.ts'

const timesWith = (environment: Record<string, string>) => {
  const own = { config: readConfig(environment), ports: testPorts, metrics: noMetrics }
  const { headersTimeout, requestTimeout, keepAliveTimeout } = new Connections(own, createLog('silent')).createServer(
    () => {},
  )
  return [headersTimeout, requestTimeout, keepAliveTimeout]
}

test('headers have 10 s, a request 30 s, an idle connection 75 s', () => {
  expect(timesWith({})).toEqual([10_000, 30_000, 75_000])
})

test('a shorter time for requests holds for headers too, a longer one does not', () => {
  expect(timesWith({ PARLEY_LIMIT_REQUEST_SECONDS: '5' })).toEqual([5000, 5000, 75_000])
  expect(timesWith({ PARLEY_LIMIT_REQUEST_SECONDS: '300' })).toEqual([10_000, 300_000, 75_000])
})
