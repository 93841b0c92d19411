// Creates, parses and compares credentials, `ak_<id>.<secret>` and `pat_<id>.<secret>`. Pure.
import { createHash, timingSafeEqual } from 'node:crypto'

/** An organization API key, or a user's personal access token. */
export type CredentialKind = 'organization_key' | 'personal_access_token'

export interface ParsedCredential {
  kind: CredentialKind
  key_id: string
  secret: string
}

const prefixes: Record<CredentialKind, string> = { organization_key: 'ak_', personal_access_token: 'pat_' }

/** Credentials that the server creates are shorter; the limit allows for an operator's own keys (PARLEY_BOOTSTRAP_KEY). */
const form = /^(ak|pat)_([A-Za-z0-9_-]{1,64})\.([\x21-\x7e]{16,256})$/

const id_bytes = 12
const secret_bytes = 32

export function parseCredential(text: string): ParsedCredential | null {
  const [, prefix, key_id, secret] = form.exec(text) ?? []
  if (key_id === undefined || secret === undefined) return null
  return { kind: prefix === 'ak' ? 'organization_key' : 'personal_access_token', key_id, secret }
}

/** Whether a text can be the id of a credential; any other text is treated as not found. */
export function isKeyId(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text)
}

/** Whether a bearer looks like a key or token of this server, even if it is malformed. */
export function looksLikeCredential(text: string): boolean {
  return Object.values(prefixes).some((prefix) => text.startsWith(prefix))
}

/** A new credential. Its full text is shown once, and only the hash is stored. */
export interface IssuedCredential {
  key_id: string
  secret_hash: Buffer
  text: string
}

export function createCredential(kind: CredentialKind, randomBytes: (size: number) => Buffer): IssuedCredential {
  const key_id = randomBytes(id_bytes).toString('base64url')
  return issueCredential({ kind, key_id, secret: randomBytes(secret_bytes).toString('base64url') })
}

/** Prepares a credential from elsewhere for storing. */
export function issueCredential({ kind, key_id, secret }: ParsedCredential): IssuedCredential {
  return { key_id, secret_hash: hashSecret(secret), text: `${prefixes[kind]}${key_id}.${secret}` }
}

/** The stored form of a secret. A plain hash is enough, because 256 random bits cannot be guessed. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest()
}

/** Compared with if there is no credential, so that an unknown id takes as long as a wrong secret. */
const no_hash = Buffer.alloc(32)

/** Whether the hash is that of the secret, in constant time. Without a credential (null) the result is false. */
export function secretMatches(secret: string, stored: Buffer | null): boolean {
  const equal = timingSafeEqual(hashSecret(secret), stored ?? no_hash)
  return equal && stored !== null
}
