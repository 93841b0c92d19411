// Whether a request to a webhook is signed with its secret, and the id by which its sender repeats it. Pure; compares in constant time.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { isObject } from '../../agents/rules/config-faults.ts'
import type { ResolvedSignature } from './resolve-trigger.ts'

export interface HookRequest {
  /** The value of a header, by its name in small letters. Null: it is absent, or there several times. */
  header(name: string): string | null
  /** As it was received. */
  body: Uint8Array
}

/** `id`: the scheme's own, if it has one. */
export type Signed = { id: string | null } | null

/** How far a signed time may be off. */
const tolerance_ms = 5 * 60_000
/** Stripe and Standard Webhooks send one for each secret while secrets are rotated. */
const max_signatures = 20
const max_id_characters = 500

/** Null: it is not signed, with another secret, or at another time. `secret` is the value; `now` in milliseconds since 1970. */
export function checkSignature(scheme: ResolvedSignature, secret: string, request: HookRequest, now: number): Signed {
  if (secret === '') return null
  const signed = checkers[scheme.type](scheme as never, secret, request, now)
  if (signed === null || signed.id === null) return signed
  return signed.id === '' || signed.id.length > max_id_characters ? { id: null } : signed
}

type Checkers = {
  [T in ResolvedSignature['type']]: (
    scheme: Extract<ResolvedSignature, { type: T }>,
    secret: string,
    request: HookRequest,
    now: number,
  ) => Signed
}

const checkers: Checkers = {
  standard_webhooks(_scheme, secret, { header, body }, now) {
    const [id, time, signatures] = [header('webhook-id'), header('webhook-timestamp'), header('webhook-signature')]
    if (id === null || signatures === null || !isRecent(time, now)) return null
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    // Without a key anyone can sign.
    if (key.length === 0) return null
    const expected = hmac('sha256', key, `${id}.${time}.`, body)
    const given = signatures.split(' ').flatMap((each) => (each.startsWith('v1,') ? [each.slice(3)] : []))
    return isOneOf(given, 'base64', expected) ? { id } : null
  },

  github(_scheme, secret, { header, body }) {
    const given = afterPrefix(header('x-hub-signature-256'), 'sha256=')
    return isOneOf(given, 'hex', hmac('sha256', secret, '', body)) ? { id: header('x-github-delivery') } : null
  },

  stripe(_scheme, secret, { header, body }, now) {
    const pairs = (header('stripe-signature') ?? '').split(',').map((pair) => pair.trim().split('='))
    const [, time] = pairs.find(([name]) => name === 't') ?? []
    if (!isRecent(time ?? null, now)) return null
    const given = pairs.flatMap(([name, value]) => (name === 'v1' && value !== undefined ? [value] : []))
    return isOneOf(given, 'hex', hmac('sha256', secret, `${time}.`, body)) ? { id: readId(body, 'id') } : null
  },

  slack(_scheme, secret, { header, body }, now) {
    const time = header('x-slack-request-timestamp')
    if (!isRecent(time, now)) return null
    const given = afterPrefix(header('x-slack-signature'), 'v0=')
    const expected = hmac('sha256', secret, `v0:${time}:`, body)
    return isOneOf(given, 'hex', expected) ? { id: readId(body, 'event_id') } : null
  },

  hmac({ header: name, algorithm, encoding, prefix }, secret, { header, body }) {
    const given = afterPrefix(header(name), prefix)
    return isOneOf(given, encoding, hmac(algorithm, secret, '', body)) ? { id: null } : null
  },
}

/** Seconds since 1970, not more than the tolerance in the past or the future. */
function isRecent(time: string | null, now: number): time is string {
  return time !== null && /^\d{1,12}$/.test(time) && Math.abs(Number(time) * 1000 - now) <= tolerance_ms
}

function hmac(algorithm: string, key: string | Buffer, before: string, body: Uint8Array): Buffer {
  return createHmac(algorithm, key).update(before, 'utf8').update(body).digest()
}

function afterPrefix(value: string | null, prefix: string): string[] {
  return value !== null && value.startsWith(prefix) ? [value.slice(prefix.length)] : []
}

function isOneOf(given: readonly string[], encoding: 'hex' | 'base64', expected: Buffer): boolean {
  return given.slice(0, max_signatures).some((text) => {
    const bytes = Buffer.from(text, encoding)
    return bytes.length === expected.length && timingSafeEqual(bytes, expected)
  })
}

/** A field of a JSON body. Of a signed one, so its sender is known. */
function readId(body: Uint8Array, key: string): string | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'))
    const id: unknown = isObject(value) ? value[key] : null
    return typeof id === 'string' ? id : null
  } catch {
    return null
  }
}
