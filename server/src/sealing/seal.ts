// Encrypts data that must not be in the database in plain text: AES-256-GCM, with keys derived from the installation's secret key.
import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto'
import type { Reseal, Sealer } from '../base/sealer.ts'

const algorithm = 'aes-256-gcm'
const nonce_bytes = 12
const tag_bytes = 16

/** The number of bytes that sealing adds to the text. */
export const sealing_bytes = nonce_bytes + tag_bytes

/** Has a separate key for each `purpose`, so that data sealed for one purpose is not valid for another. */
export function createSealer(secret_key: Buffer, purpose: string, randomBytes: (size: number) => Buffer): Sealer {
  const key = Buffer.from(hkdfSync('sha256', secret_key, '', `parley ${purpose} 1`, 32))
  return {
    key_fingerprint: fingerprintOfKey(secret_key),
    seal(text, context) {
      const nonce = randomBytes(nonce_bytes)
      const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(context))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), body])
    },
    open(sealed, context) {
      const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonce_bytes), { authTagLength: tag_bytes })
      decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(nonce_bytes, nonce_bytes + tag_bytes))
      return Buffer.concat([decipher.update(sealed.subarray(nonce_bytes + tag_bytes)), decipher.final()]).toString()
    },
  }
}

/** The sealers of a process, all from its secret key. */
export interface Sealers {
  /** For the answers that are stored with idempotency keys. */
  readonly sealer: Sealer
  /** For the secrets of webhook endpoints. */
  readonly webhook_sealer: Sealer
  /** For the secrets of organizations. */
  readonly secret_sealer: Sealer
  /** For the tokens in the URLs of workflows. */
  readonly hook_sealer: Sealer
  /** For the state that a browser keeps while it is at the identity provider. */
  readonly sign_in_sealer: Sealer
  /** For the addresses that files are sent to. */
  readonly upload_signer: Signer
  /** For the keys with which sites sign the visitors of their web widgets. */
  readonly identity_key_sealer: Sealer
  /** For the addresses and visitors that web widgets count. */
  readonly address_signer: Signer
  /** For the addresses of previews of web widgets. */
  readonly preview_signer: Signer
}

/** The same signature for the same text, which nobody else can make. */
export type Signer = (text: string) => Buffer

export function createSigner(secret_key: Buffer, purpose: string): Signer {
  const key = Buffer.from(hkdfSync('sha256', secret_key, '', `parley ${purpose} 1`, 32))
  return (text) => createHmac('sha256', key).update(text).digest()
}

export function createSealers(secret_key: Buffer, randomBytes: (size: number) => Buffer): Sealers {
  return {
    sealer: createSealer(secret_key, 'idempotent answer', randomBytes),
    webhook_sealer: createSealer(secret_key, 'webhook secret', randomBytes),
    secret_sealer: createSealer(secret_key, 'organization secret', randomBytes),
    hook_sealer: createSealer(secret_key, 'workflow hook', randomBytes),
    sign_in_sealer: createSealer(secret_key, 'sign-in', randomBytes),
    upload_signer: createSigner(secret_key, 'upload'),
    identity_key_sealer: createSealer(secret_key, 'web widget identity key', randomBytes),
    address_signer: createSigner(secret_key, 'web widget address'),
    preview_signer: createSigner(secret_key, 'web widget preview'),
  }
}

export function createReseal(from: Sealer, to: Sealer): Reseal {
  return (sealed, context) => {
    let text: string
    try {
      text = from.open(sealed, context)
    } catch {
      return null
    }
    return to.seal(text, context)
  }
}

/** Distinguishes keys without revealing anything about them. */
export function fingerprintOfKey(secret_key: Buffer): string {
  return createHash('sha256').update('parley secret key fingerprint 1\n').update(secret_key).digest('hex')
}
