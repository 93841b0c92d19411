// Whether a site has signed an identity, and what it says. Pure.
import { createHmac, timingSafeEqual } from 'node:crypto'
import * as errors from 'jose/errors'
import { jwtVerify } from 'jose/jwt/verify'
import type { JsonObject } from '../../base/json.ts'
import { storedBytes } from '../../base/json-size.ts'
import { isStorable } from '../../base/text.ts'
import type { Profile } from '../visitor-tokens.ts'

export interface SentIdentity {
  token?: string | null | undefined
  user_id?: string | null | undefined
  user_hash?: string | null | undefined
}

export interface IdentityKey {
  key_id: string
  /** Its bytes in UTF-8 are the key. */
  secret: string
}

export interface Verified {
  user_id: string
  key_id: string
  profile: Profile
  /** Seconds since the epoch. */
  expires_at: number
}

const most_token_bytes = 16_384
const most_days = 7
const day_seconds = 86_400
const leeway_seconds = 60
const most_user_id = 512
const most_text = 200
const most_metadata_bytes = 8192

/** What ids of guests begin with. No site can sign one, so that nobody becomes a guest of somebody else. */
export const guest_prefix = 'guest_'

/** Null for any fault: a site’s visitors are not told which. */
export async function verifyIdentity(
  identity: SentIdentity,
  { keys, allow_hmac, now_ms }: { keys: readonly IdentityKey[]; allow_hmac: boolean; now_ms: number },
): Promise<Verified | null> {
  const { token, user_id, user_hash } = identity
  if (typeof token === 'string') return user_id == null && user_hash == null ? verifyToken(token, keys, now_ms) : null
  if (!allow_hmac || typeof user_id !== 'string' || typeof user_hash !== 'string') return null
  return verifyHash(user_id, user_hash, keys, now_ms)
}

/** At most two keys: whichever of them signed it. */
async function verifyToken(token: string, keys: readonly IdentityKey[], now_ms: number): Promise<Verified | null> {
  if (token.length > most_token_bytes) return null
  for (const { key_id, secret } of keys) {
    const payload = await readSigned(token, secret, now_ms)
    if (payload) return readClaims(payload, key_id, now_ms)
  }
  return null
}

async function readSigned(token: string, secret: string, now_ms: number): Promise<JsonObject | null> {
  try {
    const { payload } = await jwtVerify(token, Buffer.from(secret, 'utf8'), {
      algorithms: ['HS256'],
      clockTolerance: leeway_seconds,
      currentDate: new Date(now_ms),
      requiredClaims: ['exp'],
    })
    return payload as JsonObject
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return null
    throw error
  }
}

function readClaims(payload: JsonObject, key_id: string, now_ms: number): Verified | null {
  const { sub, user_id = sub, exp, name, email, phone, metadata } = payload
  if (sub !== undefined && sub !== user_id) return null
  if (!isUserId(user_id)) return null
  if (typeof exp !== 'number' || exp > now_ms / 1000 + most_days * day_seconds + leeway_seconds) return null
  const texts = { name, email, phone }
  if (!Object.values(texts).every(isOptionalText) || !isMetadata(metadata)) return null
  const given = Object.entries({ ...texts, metadata }).filter(([, value]) => value != null)
  const profile = Object.fromEntries(given) as Profile
  if (!isStorable(profile)) return null
  // Within the leeway it is valid, but a token of that time would not be.
  return { user_id, key_id, profile, expires_at: Math.max(Math.floor(exp), Math.floor(now_ms / 1000) + leeway_seconds) }
}

/** It never expires, so what it gives ends after a day. */
function verifyHash(user_id: string, user_hash: string, keys: readonly IdentityKey[], now_ms: number): Verified | null {
  if (!isUserId(user_id) || !/^[0-9a-f]{64}$/i.test(user_hash)) return null
  const given = Buffer.from(user_hash, 'hex')
  const key = keys.find(({ secret }) =>
    timingSafeEqual(createHmac('sha256', Buffer.from(secret, 'utf8')).update(user_id, 'utf8').digest(), given),
  )
  if (!key) return null
  return { user_id, key_id: key.key_id, profile: {}, expires_at: Math.floor(now_ms / 1000) + day_seconds }
}

function isUserId(value: unknown): value is string {
  if (typeof value !== 'string' || value.length < 1 || value.length > most_user_id) return false
  return !value.toLowerCase().startsWith(guest_prefix) && isStorable(value)
}

const isOptionalText = (value: unknown) => value == null || (typeof value === 'string' && value.length <= most_text)

function isMetadata(value: unknown): boolean {
  if (value == null) return true
  if (typeof value !== 'object' || Array.isArray(value)) return false
  return isStorable(value) && storedBytes(value) <= most_metadata_bytes
}
