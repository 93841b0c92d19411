// Encrypts what must not stand in the database in clear: AES-256-GCM, with a key derived from the installation's secret key.
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'

export interface Sealer {
  /** `context` says what the text belongs to; it can be opened with the same only. */
  seal(text: string, context: string): Buffer
  /** Throws when it was sealed with another key, for another context, or was changed. */
  open(sealed: Buffer, context: string): string
}

const algorithm = 'aes-256-gcm'
const nonce_bytes = 12
const tag_bytes = 16

/** One key for each `purpose`, so that what is sealed for one cannot be passed off as another's. */
export function createSealer(secret_key: Buffer, purpose: string, randomBytes: (size: number) => Buffer): Sealer {
  const key = Buffer.from(hkdfSync('sha256', secret_key, '', `parley ${purpose} 1`, 32))
  return {
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
