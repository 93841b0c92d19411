// The tokens of the public side, signed with keys of their own and stored nowhere: the embed token that only a served frame holds,
// and the visitor token.
import { hkdfSync } from 'node:crypto'
import * as errors from 'jose/errors'
import { SignJWT } from 'jose/jwt/sign'
import { jwtVerify } from 'jose/jwt/verify'
import { type Clock, isUuid } from '../base/ports.ts'
import type { JsonObject } from '../base/json.ts'

export interface EmbedClaims {
  widget_id: string
  /** Of the page that shows the frame; null: the frame is a page of its own. */
  origin: string | null
  is_preview: boolean
}

/** What a site has signed of a visitor, besides their id. */
export interface Profile {
  name?: string
  email?: string
  phone?: string
  metadata?: JsonObject
}

export interface VisitorClaims extends EmbedClaims {
  /** `guest_…`, or the verified one. */
  user_id: string
  /** The identity key that verified them; null: a guest. */
  key_id: string | null
  profile: Profile
  /** When it was made, in milliseconds. */
  issued_at: number
  /** Seconds since the epoch. */
  expires_at: number
}

export interface VisitorTokens {
  signEmbed(claims: EmbedClaims): Promise<string>
  /** Null for any text that is not a valid token. */
  verifyEmbed(token: string): Promise<EmbedClaims | null>
  signVisitor(claims: Omit<VisitorClaims, 'issued_at'>): Promise<string>
  verifyVisitor(token: string): Promise<VisitorClaims | null>
}

const algorithm = 'HS256'
const issuer = 'parley'
const embed_seconds = 300

/** Longer texts are refused without a check. The longest visitor token holds what an identity of 16 KiB says. */
const longest = { embed: 2048, visitor: 20_480 }

export function createVisitorTokens(secret_key: Buffer, clock: Pick<Clock, 'now'>): VisitorTokens {
  const embed = createSigning(secret_key, 'embed', clock)
  const visitor = createSigning(secret_key, 'visitor', clock)
  return {
    signEmbed: ({ widget_id, origin, is_preview }) =>
      embed.sign({ sub: widget_id, origin, ...preview(is_preview) }, Math.floor(clock.now() / 1000) + embed_seconds),
    async verifyEmbed(token) {
      const payload = await embed.verify(token)
      return payload && readPlace(payload.sub, payload)
    },
    signVisitor: ({ widget_id, origin, is_preview, user_id, key_id, profile, expires_at }) =>
      visitor.sign(
        {
          sub: user_id,
          widget_id,
          origin,
          key_id,
          profile: { ...profile } as JsonObject,
          at: clock.now(),
          ...preview(is_preview),
        },
        expires_at,
      ),
    async verifyVisitor(token) {
      const payload = await visitor.verify(token)
      const place = payload && readPlace(payload['widget_id'], payload)
      if (!payload || !place) return null
      const { sub, key_id, profile, at, exp } = payload
      return {
        ...place,
        user_id: sub!,
        key_id: key_id as string | null,
        profile: profile as Profile,
        issued_at: at as number,
        expires_at: exp!,
      }
    },
  }
}

const preview = (is_preview: boolean): JsonObject => (is_preview ? { preview: true } : {})

function createSigning(secret_key: Buffer, kind: 'embed' | 'visitor', clock: Pick<Clock, 'now'>) {
  const key = new Uint8Array(hkdfSync('sha256', secret_key, '', `parley web widget ${kind} token 1`, 32))
  const typ = `${kind}+jwt`
  const audience = `parley:${kind}`
  const verification = { algorithms: [algorithm], issuer, audience, typ, requiredClaims: ['sub', 'exp'] }
  return {
    sign: (claims: JsonObject & { sub: string }, expires_at: number) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: algorithm, typ })
        .setIssuer(issuer)
        .setAudience(audience)
        .setExpirationTime(expires_at)
        .sign(key),
    async verify(token: string) {
      if (token.length > longest[kind]) return null
      try {
        return (await jwtVerify(token, key, { ...verification, currentDate: new Date(clock.now()) })).payload
      } catch (error) {
        if (error instanceof errors.JOSEError) return null
        throw error
      }
    },
  }
}

/** A valid signature implies this shape, unless another version of the server made it. */
function readPlace(widget_id: unknown, { origin, preview: is_preview }: Record<string, unknown>): EmbedClaims | null {
  if (typeof widget_id !== 'string' || !isUuid(widget_id)) return null
  return { widget_id, origin: typeof origin === 'string' ? origin : null, is_preview: is_preview === true }
}
