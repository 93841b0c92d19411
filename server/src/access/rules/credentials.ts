// Creates, parses and compares credentials: `ak_<id>.<secret>`, `pat_<id>.<secret>` and `pvt_<id>.<secret>`. Pure.
import { createHash, timingSafeEqual } from 'node:crypto'

/** An organization API key, a user's personal access token, or the token of a partner's view. */
export type CredentialKind = 'organization_key' | 'personal_access_token' | 'view_token'

export interface ParsedCredential {
  kind: CredentialKind
  key_id: string
  secret: string
  /** As it was sent. */
  text: string
}

const prefixes: Record<CredentialKind, string> = {
  organization_key: 'ak_',
  personal_access_token: 'pat_',
  view_token: 'pvt_',
}

/** The form that the server creates. Those that an operator installs may be longer. */
const form = /^(ak|pat|pvt)_([A-Za-z0-9_-]{1,64})\.([\x21-\x7e]{16,256})$/

/** An id with a secret that is too short for the form above. The id is not secret, so it must not count as a part of one. */
const weak_form = /^(ak|pat)_[A-Za-z0-9_-]{1,64}\.[\x21-\x7e]{0,15}$/

/** A credential of another system, which an operator installs here: all of it is the secret. */
const foreign_form = /^(ak|pat)_([\x21-\x7e]{32,256})$/

/** What a credential that is installed must look like. */
export function describeForm(kind: CredentialKind): string {
  const prefix = prefixes[kind]
  return `must be ${prefix}<id>.<secret>, with an id of at most 64 letters, digits, _ and -, and a secret of 16 to 256 characters; or ${prefix} and 32 to 256 other characters without spaces`
}

const id_bytes = 12
const secret_bytes = 32

export function parseCredential(text: string): ParsedCredential | null {
  const kind = kindOf(text)
  if (kind === null) return null
  const [, , key_id, secret] = form.exec(text) ?? []
  if (key_id !== undefined && secret !== undefined) return { kind, key_id, secret, text }
  const [, , all] = weak_form.test(text) ? [] : (foreign_form.exec(text) ?? [])
  return all === undefined ? null : { kind, key_id: foreignId(text), secret: all, text }
}

function kindOf(text: string): CredentialKind | null {
  const kinds = Object.keys(prefixes) as CredentialKind[]
  return kinds.find((kind) => text.startsWith(prefixes[kind])) ?? null
}

/** Derived from the secret, but so short that it says little about it. */
function foreignId(text: string): string {
  return `x-${createHash('sha256').update(`id of ${text}`).digest('base64url').slice(0, 16)}`
}

/** Whether a text can be the id of a credential; any other text is treated as not found. */
export function isKeyId(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text)
}

/** Whether a bearer looks like a key or token of this server, even if it is malformed. */
export function looksLikeCredential(text: string): boolean {
  return Object.values(prefixes).some((prefix) => text.startsWith(prefix))
}

/** Whether it looks like the token of a partner's view. */
export const isViewToken = (text: string) => text.startsWith(prefixes.view_token)

/** A new credential. Its full text is shown once, and only the hash is stored. */
export interface IssuedCredential {
  key_id: string
  secret_hash: Buffer
  text: string
}

export function createCredential(kind: CredentialKind, randomBytes: (size: number) => Buffer): IssuedCredential {
  // It is an argument of commands, where a hyphen begins an option.
  const key_id = randomBytes(id_bytes).toString('base64url').replace(/^-/, 'A')
  const secret = randomBytes(secret_bytes).toString('base64url')
  return issueCredential({ kind, key_id, secret, text: `${prefixes[kind]}${key_id}.${secret}` })
}

/** Prepares a credential from elsewhere for storing. */
export function issueCredential({ key_id, secret, text }: ParsedCredential): IssuedCredential {
  return { key_id, secret_hash: hashSecret(secret), text }
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
