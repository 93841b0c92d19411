import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { createConversationTokens } from './conversation-token.ts'

const secret_key = Buffer.alloc(32, 7)
const claims = {
  organization_id: '01980000-0000-7000-8000-000000000001',
  conversation_id: '01980000-0000-7000-8000-000000000002',
  permissions: ['read', 'message'] as const,
}

function createFixture(key = secret_key) {
  const clock = { time: Date.UTC(2026, 0, 31, 9, 30, 0, 250), now: () => clock.time }
  return { clock, tokens: createConversationTokens(key, clock) }
}

const decode = (part: string | undefined) => JSON.parse(Buffer.from(part ?? '', 'base64url').toString())
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('conversation tokens', () => {
  it('returns the signed claims', async () => {
    const { tokens } = createFixture()
    const { token, expires_at } = await tokens.sign(claims, 3600)
    expect(expires_at).toBe('2026-01-31T10:30:00.000000Z')
    expect(await tokens.verify(token)).toEqual(claims)
  })

  it('is valid only on nodes with the same secret key', async () => {
    const { token } = await createFixture().tokens.sign(claims, 3600)
    expect(await createFixture().tokens.verify(token)).toEqual(claims)
    expect(await createFixture(Buffer.alloc(32, 8)).tokens.verify(token)).toBeNull()
  })

  it('expires at its second', async () => {
    const { clock, tokens } = createFixture()
    const { token, expires_at } = await tokens.sign(claims, 60)
    clock.time = Date.parse(expires_at) - 1
    expect(await tokens.verify(token)).toEqual(claims)
    clock.time = Date.parse(expires_at)
    expect(await tokens.verify(token)).toBeNull()
  })

  it('is not signed with the secret key itself', async () => {
    const forged = await new SignJWT({ organization_id: claims.organization_id, permissions: ['read'] })
      .setProtectedHeader({ alg: 'HS256', typ: 'conversation+jwt' })
      .setIssuer('parley')
      .setAudience('parley:conversation')
      .setSubject(claims.conversation_id)
      .setExpirationTime('1000y')
      .sign(secret_key)
    expect(await createFixture().tokens.verify(forged)).toBeNull()
  })

  it('refuses other algorithms, including none', async () => {
    const { tokens } = createFixture()
    const { token } = await tokens.sign(claims, 3600)
    const [header, payload, signature] = token.split('.')
    for (const alg of ['none', 'HS384', 'HS512', 'RS256', 'hs256']) {
      const other = encode({ ...decode(header), alg })
      expect(await tokens.verify(`${other}.${payload}.${signature}`)).toBeNull()
      expect(await tokens.verify(`${other}.${payload}.`)).toBeNull()
    }
  })

  it('refuses a token with one changed claim', async () => {
    const { tokens } = createFixture()
    const { token } = await tokens.sign(claims, 3600)
    const [header, payload, signature] = token.split('.')
    const changes = [{ exp: 9_999_999_999 }, { permissions: ['end'] }, { sub: claims.organization_id }, { aud: 'x' }]
    for (const change of changes) {
      expect(await tokens.verify(`${header}.${encode({ ...decode(payload), ...change })}.${signature}`)).toBeNull()
    }
  })

  it('takes the signature only as it was written', async () => {
    const { tokens } = createFixture()
    const { token } = await tokens.sign(claims, 3600)
    // The last character has two bits more than the signature.
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const others = [...digits].map((digit) => token.slice(0, -1) + digit).filter((other) => other !== token)
    for (const text of [...others, `${token} `, `${token}\n`, `${token}=`]) expect(await tokens.verify(text)).toBeNull()
    expect(await tokens.verify(token)).toEqual(claims)
  })

  it('returns null and never throws for any other text', async () => {
    const { tokens } = createFixture()
    const { token } = await tokens.sign(claims, 3600)
    const cut = fc.tuple(fc.nat(token.length), fc.string()).map(([at, text]) => token.slice(0, at) + text)
    const three = fc
      .tuple(fc.json(), fc.json(), fc.base64String())
      .map(([a, b, c]) => `${btoa(encodeURI(a))}.${btoa(encodeURI(b))}.${c}`)
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), cut, three), async (text) => {
        fc.pre(text !== token)
        expect(await tokens.verify(text)).toBeNull()
      }),
    )
    expect(await tokens.verify('a'.repeat(100_000))).toBeNull()
    expect(await tokens.verify(randomBytes(64).toString('base64url'))).toBeNull()
  })
})
