// Conversation tokens: short-lived and signed, with permissions for one conversation. They are not stored.
import { hkdfSync } from 'node:crypto'
import { type ConversationPermission, conversationPermissions } from '@parley/contract'
import * as errors from 'jose/errors'
import { SignJWT } from 'jose/jwt/sign'
import { jwtVerify } from 'jose/jwt/verify'
import { LRUCache } from 'lru-cache'
import { type Clock, isUuid } from '../base/ports.ts'
import type { VisitorAccess } from '../calls/access.ts'

export interface ConversationClaims {
  organization_id: string
  conversation_id: string
  permissions: readonly ConversationPermission[]
  /** The visitor of a web widget whom the token was made for. */
  visitor?: VisitorAccess
}

export interface ConversationTokens {
  /** `expires_at` is RFC 3339 with microseconds, but always a whole second. */
  sign(claims: ConversationClaims, expires_in_seconds: number): Promise<{ token: string; expires_at: string }>
  /** The claims of a valid token; null for any other text. */
  verify(token: string): Promise<ConversationClaims | null>
}

const algorithm = 'HS256'
const issuer = 'parley'
const audience = 'parley:conversation'
const type = 'conversation+jwt'
const organization_claim = 'organization_id'

/** Longer than any token of this server, whose longest name a visitor of 512 characters; longer texts are refused without a check. */
const longest_token = 8192

/** Tokens that were verified: a client sends the same one with each of its calls. */
const most_remembered = 5000

interface Verified {
  claims: ConversationClaims
  /** Seconds since the epoch. */
  expires_at: number
}

/** The same bytes can be written in other ways, with white space at the end or in the bits that the last character does not use. */
function isAsSigned(token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1)
  return Buffer.from(signature, 'base64url').toString('base64url') === signature
}

/** `secret_key` is the key of the installation, from which a separate key for signing tokens is derived. */
export function createConversationTokens(secret_key: Buffer, clock: Pick<Clock, 'now'>): ConversationTokens {
  const key = new Uint8Array(hkdfSync('sha256', secret_key, '', 'parley conversation token 1', 32))
  const verification = { algorithms: [algorithm], issuer, audience, typ: type, requiredClaims: ['sub', 'exp'] }
  const remembered = new LRUCache<string, Verified>({ max: most_remembered })
  return {
    async sign(claims, expires_in_seconds) {
      const issued_at = Math.floor(clock.now() / 1000)
      const expires_at = issued_at + expires_in_seconds
      const token = await new SignJWT({
        [organization_claim]: claims.organization_id,
        permissions: [...claims.permissions],
        ...(claims.visitor ? { visitor: claims.visitor } : {}),
      })
        .setProtectedHeader({ alg: algorithm, typ: type })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(claims.conversation_id)
        .setIssuedAt(issued_at)
        .setExpirationTime(expires_at)
        .sign(key)
      return { token, expires_at: new Date(expires_at * 1000).toISOString().replace('Z', '000Z') }
    },
    async verify(token) {
      if (token.length > longest_token || !isAsSigned(token)) return null
      const known = remembered.get(token)
      if (known) return known.expires_at > Math.floor(clock.now() / 1000) ? known.claims : null
      try {
        const { payload } = await jwtVerify(token, key, { ...verification, currentDate: new Date(clock.now()) })
        const claims = readClaims(payload)
        if (claims) remembered.set(token, { claims, expires_at: payload.exp! })
        return claims
      } catch (error) {
        if (error instanceof errors.JOSEError) return null
        throw error
      }
    },
  }
}

/** A valid signature implies this shape, unless another version of the server made it. */
function readClaims(payload: Record<string, unknown>): ConversationClaims | null {
  const { sub: conversation_id, [organization_claim]: organization_id, permissions, visitor } = payload
  if (typeof conversation_id !== 'string' || !isUuid(conversation_id)) return null
  if (typeof organization_id !== 'string' || !isUuid(organization_id)) return null
  if (!Array.isArray(permissions)) return null
  return {
    organization_id,
    conversation_id,
    permissions: conversationPermissions.filter((known) => permissions.includes(known)),
    ...(visitor ? { visitor: visitor as VisitorAccess } : {}),
  }
}
