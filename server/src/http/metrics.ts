// What is measured of requests and connections.
import type { Fault } from './connection.ts'
import type { Counter, Metric } from '../telemetry/metrics.ts'

export const requests: Counter<'operation' | 'status'> = {
  name: 'parley_requests_total',
  help: 'Requests that this server has answered, by operation and status.',
  labels: ['operation', 'status'],
}

export const rate_limited: Counter<never> = {
  name: 'parley_rate_limited_total',
  help: 'Requests that were refused with 429 because their caller had sent too many.',
  labels: [],
}

export const connections: Metric<never> = {
  name: 'parley_connections',
  help: 'Open connections of clients.',
  labels: [],
}

const close_reasons = [
  ...(['answer_not_read', 'request_not_ended', 'too_many_open_requests'] as const satisfies Fault[]),
  ...(['too_many_connections', 'too_many_of_address', 'too_much_unread', 'not_accepted'] as const),
]
export type CloseReason = (typeof close_reasons)[number]

export const connections_closed: Counter<'reason'> = {
  name: 'parley_connections_closed_total',
  help: 'Connections that this server has closed because of a limit.',
  labels: ['reason'],
  from_start: close_reasons.map((reason) => ({ reason })),
}
