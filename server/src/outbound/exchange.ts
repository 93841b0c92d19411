// One request and its answer over a connection of their own, to addresses that were checked before and no others.
import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { buildConnector, Client, errors } from 'undici'
import { skipContinue } from './skip-continue.ts'
import { OutboundError } from './errors.ts'
import { redirectLocation, type Hop } from './redirects.ts'

export interface OutboundResponse {
  status: number
  headers: Headers
  /** At most `max_body_bytes`, as they came over the wire. */
  body: Buffer
  /** Whether there was more than that, or it broke off where it may. */
  truncated: boolean
}

/** An answer whose body is still to come. Whoever holds it closes it. */
export interface OpenAnswer {
  status: number
  headers: Headers
  /** Null: a redirect's is not read. */
  body: AsyncIterable<Buffer> | null
  /** Gives the connection up. */
  close(): void
}

export interface ExchangeOptions {
  addresses: LookupAddress[]
  /** Stops it at any point. */
  signal: AbortSignal
  /** From here on the server may have the request. */
  onConnected: () => void
}

const max_header_bytes = 16_384

/** How long an address may take to connect while there is another one to try. */
const attempt_timeout_ms = 1000

/**
 * The connection is closed afterwards. A kept one may be closed by the server at the moment it is used again, and then nobody
 * knows whether the request was sent.
 */
export async function openExchange(hop: Hop, options: ExchangeOptions): Promise<OpenAnswer> {
  const client = new Client(hop.url.origin, {
    connect: createConnect(options),
    maxHeaderSize: max_header_bytes,
    // The signal bounds all of it.
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

/** The answer with its whole body, or as much of it as is wanted. One that `may_break_off` ends where nothing more comes. */
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
  // Stands in for a second look-up, which could answer something else than the one that was checked.
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
    // undici connects again for a request that it had no time to write.
    if (connected) return callback(new Error('only one connection'), null)
    // Its answer, the socket, is how undici stops a connection that is not made yet; the types do not know of it.
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

/** Whether the parser or the socket missed the rest makes no difference. */
export function brokenOff(): OutboundError {
  return new OutboundError('connection', 'The answer broke off')
}

/** The codes are kept, the messages not: they tell addresses. */
function describeFailure(error: unknown, hostname: string): OutboundError {
  if (error instanceof OutboundError) return error
  if (error instanceof errors.InvalidArgumentError || error instanceof errors.NotSupportedError) {
    return new OutboundError('invalid_request', 'The request cannot be sent as HTTP')
  }
  if (error instanceof errors.HeadersOverflowError) {
    return new OutboundError('invalid_response', `${hostname} sent headers of more than ${max_header_bytes} bytes`)
  }
  if (error instanceof errors.HTTPParserError) {
    return new OutboundError('invalid_response', `${hostname} did not answer with valid HTTP`)
  }
  const { code = 'unknown' } = error as NodeJS.ErrnoException
  return new OutboundError('connection', `The connection to ${hostname} failed (${code})`)
}
