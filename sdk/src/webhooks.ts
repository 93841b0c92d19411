// Checks that a webhook delivery comes from Parley, according to Standard Webhooks, and reads its event.
import type { WebhookEvent } from './generated/types.ts'

export type { WebhookEvent }

/**
 * - `missing_header`: `webhook-id`, `webhook-timestamp` or `webhook-signature` is missing.
 * - `stale`: the time of the attempt is further from now than `tolerance_seconds`, so it may be a recording.
 * - `bad_signature`: none of the signatures was made with one of the secrets.
 * - `malformed`: the time, a secret or the body is not what it must be.
 */
export type WebhookFault = 'missing_header' | 'stale' | 'bad_signature' | 'malformed'

/** The delivery is refused: answer 400, and do not act on it. */
export class WebhookVerificationError extends Error {
  readonly code: WebhookFault

  constructor(code: WebhookFault, message: string) {
    super(message)
    this.name = 'WebhookVerificationError'
    this.code = code
  }
}

export interface VerifyOptions {
  /** How far the time of the attempt may be from now, in seconds. Default: 300. */
  tolerance_seconds?: number
}

/** Those of a `Request`, or of Node's `IncomingMessage`. Names in lower case. */
export type WebhookHeaders = { get(name: string): string | null } | Record<string, string | string[] | undefined>

/**
 * The event of a delivery. Throws a `WebhookVerificationError`.
 *
 * @param body The body exactly as it arrived: its bytes or its text, not an object made of it.
 * @param secrets The `whsec_…` of the endpoint; several while one replaces another.
 */
export async function verifyWebhook(
  body: string | Uint8Array,
  headers: WebhookHeaders,
  secrets: string | readonly string[],
  { tolerance_seconds = 300 }: VerifyOptions = {},
): Promise<WebhookEvent> {
  const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map((name) =>
    readHeader(headers, `webhook-${name}`),
  )
  if (!id || !timestamp || !signature) throw refuse('missing_header', 'A header of the signature is missing')
  if (!/^\d{1,12}$/.test(timestamp)) throw refuse('malformed', 'webhook-timestamp is not a number of seconds')
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > tolerance_seconds)
    throw refuse('stale', 'webhook-timestamp is too far from now')
  const bytes = typeof body === 'string' ? encode(body) : body
  const start = encode(`${id}.${timestamp}.`)
  const signed = new Uint8Array(start.length + bytes.length)
  signed.set(start)
  signed.set(bytes, start.length)
  if (!(await isSigned(signed, signature, typeof secrets === 'string' ? [secrets] : secrets)))
    throw refuse('bad_signature', 'No signature was made with one of the secrets')
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as WebhookEvent
  } catch {
    throw refuse('malformed', 'The body is not JSON')
  }
}

async function isSigned(signed: Uint8Array<ArrayBuffer>, header: string, secrets: readonly string[]): Promise<boolean> {
  const signatures = header.split(' ').flatMap((text) => (text.startsWith('v1,') ? (decode(text.slice(3)) ?? []) : []))
  for (const secret of secrets) {
    const raw = decode(secret.replace(/^whsec_/, ''))
    if (!raw?.length) throw refuse('malformed', 'A secret is not `whsec_` and Base64')
    const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
    // `verify` takes the same time wherever two signatures differ.
    for (const found of signatures) if (await crypto.subtle.verify('HMAC', key, found, signed)) return true
  }
  return false
}

const refuse = (code: WebhookFault, message: string) => new WebhookVerificationError(code, message)
const encode = (text: string) => new TextEncoder().encode(text)

function readHeader(headers: WebhookHeaders, name: string): string | null | undefined {
  const value =
    typeof headers.get === 'function' ? headers.get(name) : (headers as Record<string, string | string[]>)[name]
  return Array.isArray(value) ? value[0] : value
}

/** Null if it is not Base64. */
function decode(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
  } catch {
    return null
  }
}
