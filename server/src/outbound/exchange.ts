// Sends one request over its own connection, only to addresses that were checked before.
import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { buildConnector, Client, errors } from 'undici'
import type { OpenAnswer } from './answer.ts'
import { skipContinue } from './skip-continue.ts'
import { OutboundError } from './errors.ts'
import { redirectLocation, type Hop } from './redirects.ts'

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
