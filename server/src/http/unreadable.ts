// The response to what is not valid HTTP, does not arrive in time, or expects what no server of this kind does, in the format of the API.
import type { ServerResponse } from 'node:http'

export interface UnreadableAnswer {
  request_id: string
  request_seconds: number
  /** Those of every other answer. */
  headers: Record<string, string>
}

export function describeUnreadable(
  error: { code?: string },
  { request_id, request_seconds, headers }: UnreadableAnswer,
): string {
  const [status, detail] = explain(error.code, request_seconds)
  const body = JSON.stringify({ detail, code: 'malformed_request', request_id })
  const head = [
    `x-request-id: ${request_id}`,
    'content-type: application/json; charset=utf-8',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    'connection: close',
    `content-length: ${Buffer.byteLength(body)}`,
  ]
  return `HTTP/1.1 ${status}\r\n${head.join('\r\n')}\r\n\r\n${body}`
}

const unexpected = 'The header `Expect` may only ask for `100-continue`. Leave it out.'

export function refuseExpectation(response: ServerResponse, request_id: string, headers: Record<string, string>): void {
  const own = { 'x-request-id': request_id, 'content-type': 'application/json; charset=utf-8', connection: 'close' }
  response
    .writeHead(417, { ...headers, ...own })
    .end(JSON.stringify({ detail: unexpected, code: 'malformed_request', request_id }))
}

function explain(code: string | undefined, request_seconds: number): [status: string, detail: string] {
  if (code === 'HPE_HEADER_OVERFLOW')
    return ['431 Request Header Fields Too Large', 'The address or the headers are too long. Shorten them.']
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return ['408 Request Timeout', `The request did not arrive within ${request_seconds} seconds. Send it again.`]
  return ['400 Bad Request', 'The request is not valid HTTP.']
}
