// One request of a crawl, through the guarded client: no redirect is followed here, and what comes back is a value for everything that
// a site can do.
import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { KnowledgeFault } from '@parley/contract'
import { OutboundError, type OutboundClient, type OutboundErrorKind } from '../../outbound/client.ts'
import { redirectLocation } from '../../outbound/redirects.ts'
import { charsetOf } from '../rules/media-types.ts'
import { normalizeUrl } from '../rules/url.ts'
import { user_agent } from './rules/robots.ts'
import { readRetryAfter } from './rules/retry-after.ts'

export interface Asked {
  /** Whose share of look-ups it uses. */
  owner: string
  url: string
  /** Of the body as it is received, and again unpacked. */
  max_bytes: number
  timeout_ms: number
  /** What the page had before: it is only sent if it has changed. */
  known?: { etag: string | null; last_modified: string | null }
  /** What is beyond `max_bytes` is left out, and redirects are followed: for robots.txt. */
  is_lenient?: boolean
  signal: AbortSignal
}

export interface FetchedPage {
  type: 'page'
  body: Buffer
  media_type: string | null
  /** Of its text, as the site says. */
  charset: string | null
  etag: string | null
  last_modified: string | null
  /** The header `x-robots-tag`. */
  robots: string | null
}

export interface FetchFailure {
  type: 'failed'
  code: KnowledgeFault
  message: string
  /** Null: there was no answer. */
  status: number | null
  /** Another try may end otherwise. */
  may_pass: boolean
  retry_after_ms: number | null
  kind: OutboundErrorKind | null
}

export type Fetched = (FetchedPage | { type: 'same' } | { type: 'redirect'; to: string } | FetchFailure) & {
  bytes: number
}

/** Throws the signal's reason. */
export async function fetchAddress(outbound: OutboundClient, asked: Asked, now_ms: number): Promise<Fetched> {
  const { owner, url, max_bytes, timeout_ms, known, is_lenient = false, signal } = asked
  try {
    const response = await outbound.request({
      ...{ owner, method: 'GET', url, timeout_ms, max_body_bytes: max_bytes, signal },
      headers: {
        'user-agent': user_agent,
        accept: 'text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8',
        ...(known?.etag ? { 'if-none-match': known.etag } : {}),
        ...(known?.last_modified ? { 'if-modified-since': known.last_modified } : {}),
      },
      keeps_redirects: !is_lenient,
    })
    const { status, headers, body, truncated } = response
    const bytes = body.length
    if (status === 304 && known) return { type: 'same', bytes }
    const location = redirectLocation(status, headers)
    if (location !== undefined) return { ...readRedirect(url, location), bytes }
    if (status < 200 || status > 299) return { ...failedStatus(status, headers, now_ms), bytes }
    if (truncated && !is_lenient) return { ...tooLarge(max_bytes), bytes }
    const unpacked = await unpack(body, headers.get('content-encoding'), { max_bytes, is_lenient })
    if (!Buffer.isBuffer(unpacked)) return { ...unpacked, bytes }
    return { type: 'page', body: unpacked, bytes, ...describe(headers) }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof OutboundError)) throw error
    return { ...failedRequest(error), bytes: 0 }
  }
}

function describe(headers: Headers): Omit<FetchedPage, 'type' | 'body'> {
  const short = (name: string) => {
    const value = headers.get(name)
    return value !== null && value.length <= max_header_characters && isPlain(value) ? value : null
  }
  return {
    charset: charsetOf(headers.get('content-type')),
    media_type: headers.get('content-type')?.split(';', 1)[0]!.trim().toLowerCase().slice(0, 255) || null,
    etag: short('etag'),
    last_modified: short('last-modified'),
    robots: headers.get('x-robots-tag'),
  }
}

const max_header_characters = 512

/** It is sent again as it was received. */
const isPlain = (text: string) => /^[\x20-\x7e]*$/.test(text)

const failure = (code: KnowledgeFault, message: string, more: Partial<FetchFailure> = {}): FetchFailure => ({
  ...{ type: 'failed', code, message, status: null, may_pass: false, retry_after_ms: null, kind: null },
  ...more,
})

const tooLarge = (max_bytes: number) => failure('too_large', `The page has more than ${max_bytes} bytes.`)

function readRedirect(url: string, location: string): { type: 'redirect'; to: string } | FetchFailure {
  const to = normalizeUrl(location, url)
  if (to === null) return failure('fetch_failed', 'The page redirects to something that is no address of a page.')
  if (url.startsWith('https:') && to.startsWith('http:')) {
    return failure('fetch_failed', 'The page redirects from https to http.')
  }
  return { type: 'redirect', to }
}

const passing_statuses = new Set([408, 425, 429])

function failedStatus(status: number, headers: Headers, now_ms: number): FetchFailure {
  const retry_after_ms = readRetryAfter(headers.get('retry-after'), now_ms)
  const may_pass = status >= 500 || passing_statuses.has(status)
  return failure('fetch_status', `The site answered ${status}.`, { status, may_pass, retry_after_ms })
}

const faultOf: Record<OutboundErrorKind, { code: KnowledgeFault; may_pass: boolean }> = {
  invalid_url: { code: 'fetch_failed', may_pass: false },
  invalid_request: { code: 'fetch_failed', may_pass: false },
  refused_address: { code: 'refused_address', may_pass: false },
  refused_redirect: { code: 'fetch_failed', may_pass: false },
  too_many_redirects: { code: 'too_many_redirects', may_pass: false },
  dns: { code: 'fetch_failed', may_pass: false },
  connection: { code: 'fetch_failed', may_pass: true },
  invalid_response: { code: 'fetch_failed', may_pass: true },
  response_too_large: { code: 'fetch_failed', may_pass: false },
  timeout: { code: 'fetch_failed', may_pass: true },
  aborted: { code: 'fetch_failed', may_pass: true },
}

function failedRequest({ kind, message }: OutboundError): FetchFailure {
  return failure(faultOf[kind].code, `${message.replace(/\.$/, '')}.`, { may_pass: faultOf[kind].may_pass, kind })
}

const unpackers = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
])

interface Unpacking {
  max_bytes: number
  /** As much as there is. */
  is_lenient: boolean
}

/** The client asks for a plain body; some servers pack it all the same. */
async function unpack(body: Buffer, encoding: string | null, how: Unpacking): Promise<Buffer | FetchFailure> {
  const name = encoding?.trim().toLowerCase() ?? ''
  if (name === '' || name === 'identity' || body.length === 0) return body
  const unpacker = unpackers.get(name)
  if (!unpacker) return failure('fetch_failed', 'The page has an unknown content encoding.')
  return unpackWith(unpacker(), body, how)
}

async function unpackWith(
  unpacker: Transform,
  body: Buffer,
  { max_bytes, is_lenient }: Unpacking,
): Promise<Buffer | FetchFailure> {
  const parts: Buffer[] = []
  let bytes = 0
  unpacker.end(body)
  try {
    // Leaving the loop stops it.
    for await (const part of unpacker as AsyncIterable<Buffer>) {
      parts.push(part)
      bytes += part.length
      if (bytes > max_bytes) break
    }
  } catch {
    if (!is_lenient || bytes === 0) return failure('fetch_failed', 'The page cannot be unpacked.')
  }
  if (bytes > max_bytes && !is_lenient) return tooLarge(max_bytes)
  return Buffer.concat(parts, Math.min(bytes, max_bytes))
}

const gzip_magic = Buffer.from([0x1f, 0x8b])

/** A sitemap may be a gzip file, whatever its name. */
export async function unpackFile(body: Buffer, max_bytes: number): Promise<Buffer | FetchFailure> {
  return body.subarray(0, 2).equals(gzip_magic)
    ? unpackWith(createGunzip(), body, { max_bytes, is_lenient: false })
    : body
}
