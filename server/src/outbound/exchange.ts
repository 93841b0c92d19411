// Sends one request over its own connection, only to addresses that were checked before.
import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { buildConnector, Client, errors } from 'undici'
import { skipContinue } from './skip-continue.ts'
import { OutboundError } from './errors.ts'
import { redirectLocation, type Hop } from './redirects.ts'

export interface OutboundResponse {
  status: number
  headers: Headers
  /** The bytes as received, at most `max_body_bytes`. */
  body: Buffer
  /** Whether the body was longer, or ended early where that is allowed. */
  truncated: boolean
}

/** A response whose body is not read yet. It must be closed. */
export interface OpenAnswer {
  status: number
  headers: Headers
  /** Null for a redirect, whose body is not read. */
  body: AsyncIterable<Buffer> | null
  /** Closes the connection. */
  close(): void
}

export interface ExchangeOptions {
  addresses: LookupAddress[]
  /** Stops the exchange at any point. */
  signal: AbortSignal
  /** Called when the server can have received the request. */
  onConnected: () => void
}

const max_header_bytes = 16_384

/** How long one address can take to connect if there is another one to try. */
const attempt_timeout_ms = 1000

/**
 * Closes the connection afterwards. A server can close an idle connection just as it is reused, and then it is unknown whether
 * the request was processed.
 */
export async function openExchange(hop: Hop, options: ExchangeOptions): Promise<OpenAnswer> {
  const client = new Client(hop.url.origin, {
    connect: createConnect(options),
    maxHeaderSize: max_header_bytes,
    // The signal bounds the whole exchange.
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
  })
  const close = () => void client.destroy()
  try {
    const response = await client.request({
      method: hop.method,
      path: hop.url.pathname + hop.url.search,
      headers: hop.headers,
      body: hop.body,
      signal: options.signal,
      reset: true,
    })
    const headers = new Headers()
    for (const [name, value] of Object.entries(response.headers)) {
      for (const one of [value ?? []].flat()) headers.append(name, one)
    }
    const status = response.statusCode
    if (redirectLocation(status, headers) === undefined) return { status, headers, body: response.body, close }
    response.body.on('error', () => {})
    close()
    return { status, headers, body: null, close }
  } catch (error) {
    close()
    throw describeFailure(error, hop.url.hostname)
  }
}

/** Reads the body up to its limit. With `may_break_off`, a body that ends early is returned as it is. */
export async function collectAnswer(
  answer: OpenAnswer,
  max_body_bytes: number,
  may_break_off: boolean,
): Promise<OutboundResponse> {
  const { status, headers, body } = answer
  try {
    if (body === null) return { status, headers, body: Buffer.alloc(0), truncated: true }
    return { status, headers, ...(await readBody(body, max_body_bytes, may_break_off)) }
  } finally {
    answer.close()
  }
}

function createConnect({ addresses, onConnected }: ExchangeOptions): buildConnector.connector {
  // Replaces a second DNS look-up, which could return other addresses than those that were checked.
  const lookup: LookupFunction = (_hostname, { all }, callback) => {
    if (all) callback(null, addresses)
    else callback(null, addresses[0]!.address, addresses[0]!.family)
  }
  const connect = buildConnector({
    lookup,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: attempt_timeout_ms,
    allowH2: false,
    // The signal stops it.
    timeout: 0,
  } as buildConnector.BuildOptions)
  let connected = false
  return (options, callback) => {
    // undici reconnects if a request was not written in time.
    if (connected) return callback(new Error('only one connection is allowed'), null)
    // undici needs the socket to abort a connection attempt, although its types do not say so.
    return connect(options, (...result) => {
      if (result[1]) {
        connected = true
        skipContinue(result[1], max_header_bytes)
        onConnected()
      }
      callback(...result)
    })
  }
}

async function readBody(
  stream: AsyncIterable<Buffer>,
  max_bytes: number,
  may_break_off: boolean,
): Promise<Pick<OutboundResponse, 'body' | 'truncated'>> {
  const chunks: Buffer[] = []
  let bytes = 0
  let isBroken = false
  try {
    // Leaving the loop destroys the stream.
    for await (const chunk of stream) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > max_bytes) break
    }
  } catch {
    if (!may_break_off) throw brokenOff()
    isBroken = true
  }
  return { body: Buffer.concat(chunks, Math.min(bytes, max_bytes)), truncated: isBroken || bytes > max_bytes }
}

/** Whether the parser or the socket noticed the missing rest makes no difference. */
export function brokenOff(): OutboundError {
  return new OutboundError('connection', 'The response ended early')
}

/** Keeps error codes but not messages, because messages reveal addresses. */
function describeFailure(error: unknown, hostname: string): OutboundError {
  if (error instanceof OutboundError) return error
  if (error instanceof errors.InvalidArgumentError || error instanceof errors.NotSupportedError) {
    return new OutboundError('invalid_request', 'The request cannot be sent as HTTP')
  }
  if (error instanceof errors.HeadersOverflowError) {
    return new OutboundError('invalid_response', `${hostname} sent headers of more than ${max_header_bytes} bytes`)
  }
  if (error instanceof errors.HTTPParserError) {
    return new OutboundError('invalid_response', `${hostname} did not send a valid HTTP response`)
  }
  const { code = 'unknown' } = error as NodeJS.ErrnoException
  return new OutboundError('connection', `The connection to ${hostname} failed (${code})`)
}
