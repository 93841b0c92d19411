// What is measured of the process as a whole: its build, and its connections to the database.
import { version } from './base/version.ts'
import type { PooledDatabase } from './database/database.ts'
import type { Histogram, Metric, Metrics } from './telemetry/metrics.ts'

const build_info: Metric<'version' | 'node'> = {
  name: 'parley_build_info',
  help: 'The version of this server and of Node.js; always 1.',
  labels: ['version', 'node'],
}

const pool_connections: Metric<'state'> = {
  name: 'parley_pool_connections',
  help: 'Connections of the pool to the database, by whether they are used.',
  labels: ['state'],
}

const pool_waiting: Metric<never> = {
  name: 'parley_pool_waiting',
  help: 'Uses of the database that wait for a connection.',
  labels: [],
}

export const pool_wait_seconds: Histogram<never> = {
  name: 'parley_pool_wait_seconds',
  help: 'Seconds that uses of the database waited for a connection.',
  labels: [],
  buckets: [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 5],
}

export const share_wait_seconds: Histogram<never> = {
  name: 'parley_share_wait_seconds',
  help: 'Seconds that uses of the database waited behind others of their organization, of those that did.',
  labels: [],
  buckets: pool_wait_seconds.buckets,
}

export function showProcess(metrics: Metrics, { pool }: Pick<PooledDatabase, 'pool'>): void {
  metrics.declare(pool_wait_seconds, share_wait_seconds)
  metrics.show(build_info, () => [{ labels: { version, node: process.version }, value: 1 }])
  metrics.show(pool_connections, () => [
    { labels: { state: 'used' }, value: pool.totalCount - pool.idleCount },
    { labels: { state: 'idle' }, value: pool.idleCount },
  ])
  metrics.show(pool_waiting, () => [{ labels: {}, value: pool.waitingCount }])
}
