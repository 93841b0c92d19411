// The token in the address of a preview: it opens the frame of one widget for the console, live or not, for a while.
import { timingSafeEqual } from 'node:crypto'
import type { Signer } from '../sealing/seal.ts'

export const preview_minutes = 15

/** `<seconds>.<signature>`. */
export function createPreviewToken(sign: Signer, widget_id: string, expires_at_ms: number): string {
  const seconds = String(Math.floor(expires_at_ms / 1000))
  return `${seconds}.${sign(textOf(widget_id, seconds)).toString('base64url')}`
}

export function isPreviewToken(sign: Signer, widget_id: string, token: string, now_ms: number): boolean {
  const [, seconds, signature] = /^(\d{1,12})\.([\w-]{43})$/.exec(token) ?? []
  if (seconds === undefined || signature === undefined || Number(seconds) * 1000 <= now_ms) return false
  const expected = sign(textOf(widget_id, seconds))
  const given = Buffer.from(signature, 'base64url')
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function textOf(widget_id: string, seconds: string): string {
  return `${widget_id.toLowerCase()} ${seconds}`
}
