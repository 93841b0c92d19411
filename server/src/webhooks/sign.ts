// The secrets of endpoints, and the signatures of Standard Webhooks made with them.
import { createHmac } from 'node:crypto'
import type { Ports } from '../base/ports.ts'

const prefix = 'whsec_'
const secret_bytes = 32

export function createSecret({ randomBytes }: Pick<Ports, 'randomBytes'>): string {
  return prefix + randomBytes(secret_bytes).toString('base64')
}

/** One signature for each secret: the receiver needs to know only one of them. */
export function signDelivery(secrets: readonly string[], id: string, timestamp: number, body: string): string {
  return secrets
    .map((secret) => createHmac('sha256', Buffer.from(secret.slice(prefix.length), 'base64')))
    .map((hmac) => `v1,${hmac.update(`${id}.${timestamp}.${body}`).digest('base64')}`)
    .join(' ')
}
