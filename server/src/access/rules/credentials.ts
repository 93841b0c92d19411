// The form of credentials, `ak_<id>.<secret>` and `pat_<id>.<secret>`: making, parsing and comparing them. Pure.
import { createHash, timingSafeEqual } from 'node:crypto'

/** An organization API key, or a user's personal access token. */
export type CredentialKind = 'organization_key' | 'personal_access_token'

export interface ParsedCredential {
  kind: CredentialKind
  key_id: string
  secret: string
}

const prefixes: Record<CredentialKind, string> = { organization_key: 'ak_', personal_access_token: 'pat_' }

/** Those that the server makes are shorter; the room is for keys that an operator brings along (PARLEY_BOOTSTRAP_KEY). */
const form = /^(ak|pat)_([A-Za-z0-9_-]{1,64})\.([\x21-\x7e]{16,256})$/

const id_bytes = 12
const secret_bytes = 32

export function parseCredential(text: string): ParsedCredential | null {
  const [, prefix, key_id, secret] = form.exec(text) ?? []
  if (key_id === undefined || secret === undefined) return null
  return { kind: prefix === 'ak' ? 'organization_key' : 'personal_access_token', key_id, secret }
}

/** Whether a text can be the id of a credential at all; what cannot is simply not found. */
export function isKeyId(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text)
}

/** Whether a bearer claims to be a key or a token of ours, well-formed or not. */
export function looksLikeCredential(text: string): boolean {
  return Object.values(prefixes).some((prefix) => text.startsWith(prefix))
}

/** A credential at the one moment when its full text is known: it is shown once, and only the hash is stored. */
export interface IssuedCredential {
  key_id: string
  secret_hash: Buffer
  text: string
}

export function createCredential(kind: CredentialKind, randomBytes: (size: number) => Buffer): IssuedCredential {
  const key_id = randomBytes(id_bytes).toString('base64url')
  return issueCredential({ kind, key_id, secret: randomBytes(secret_bytes).toString('base64url') })
}

/** Makes ready for storing what someone else has made. */
export function issueCredential({ kind, key_id, secret }: ParsedCredential): IssuedCredential {
  return { key_id, secret_hash: hashSecret(secret), text: `${prefixes[kind]}${key_id}.${secret}` }
}

/** What is stored of a secret. A plain hash is enough: there is nothing to guess in 256 random bits. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest()
}

/** Compared with, where there is no credential, so that an unknown id costs what a wrong secret costs. */
const no_hash = Buffer.alloc(32)

/** Whether the secret is the one that was hashed. Takes the same time for every answer; null, of no credential, is false. */
export function secretMatches(secret: string, stored: Buffer | null): boolean {
  const equal = timingSafeEqual(hashSecret(secret), stored ?? no_hash)
  return equal && stored !== null
}
