import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createCredential,
  hashSecret as hashOf,
  isKeyId,
  issueCredential,
  looksLikeCredential,
  parseCredential,
  secretMatches,
} from './credentials.ts'

const kinds = ['organization_key', 'personal_access_token'] as const

describe('credentials', () => {
  it('creates what it parses, and what its hash accepts', () => {
    for (const kind of kinds) {
      const { text, key_id, secret_hash } = createCredential(kind, randomBytes)
      const parsed = parseCredential(text)!
      expect(parsed).toMatchObject({ kind, key_id })
      expect(issueCredential(parsed)).toEqual({ text, key_id, secret_hash })
      expect(secretMatches(parsed.secret, secret_hash)).toBe(true)
      expect(isKeyId(key_id)).toBe(true)
      expect(key_id).toHaveLength(16)
    }
  })

  it('begins no id like an option of a command', () => {
    const { key_id } = createCredential('organization_key', (size) => Buffer.alloc(size, 0xfb))
    expect(key_id).toMatch(/^A/)
    expect(isKeyId(key_id)).toBe(true)
  })

  it('uses at least 256 random bits for the secret, separate from the id', () => {
    const sizes: number[] = []
    const { text } = createCredential('organization_key', (size) => {
      sizes.push(size)
      return Buffer.alloc(size, sizes.length)
    })
    expect(sizes.at(-1)).toBeGreaterThanOrEqual(32)
    expect(Buffer.from(parseCredential(text)!.secret, 'base64url')).toEqual(Buffer.alloc(32, 2))
  })

  it('permits dots in the secret, but not in the id', () => {
    expect(parseCredential('ak_one.two.three-four-five')).toEqual({
      kind: 'organization_key',
      key_id: 'one',
      secret: 'two.three-four-five',
      text: 'ak_one.two.three-four-five',
    })
  })

  it.each([
    '',
    'ak_',
    'ak_id',
    'ak_id.',
    'ak_.secretsecretsecret',
    'ak_id.short',
    'AK_id.secretsecretsecret',
    'pk_id.secretsecretsecret',
    ' ak_id.secretsecretsecret',
    'ak_id.secretsecretsecret ',
    'ak_id.secretsecret\nsecret',
    'ak_id.secretsecretsecret\n',
    'ak_i d.secretsecretsecret',
    'ak_id.secretsecretsecreté',
    `ak_id.${'s'.repeat(257)}`,
  ])('refuses %j', (text) => {
    expect(parseCredential(text)).toBeNull()
  })

  it.each([
    'pat_3f9c2b7a1d5e4c8f9a0b6d7e8f1a2b3c',
    'ak_live/9hK2+Qm7==:xYz|w3Rt5Up8Ad1Fg4Hj',
    `pat_${'i'.repeat(65)}.secretsecretsecret`,
    `ak_${'~'.repeat(256)}`,
    'pat_..............................................',
  ])('accepts %s of another system, all of it as the secret', (text) => {
    const parsed = parseCredential(text)!
    const { key_id, secret_hash, text: kept } = issueCredential(parsed)
    expect(kept).toBe(text)
    expect(isKeyId(key_id)).toBe(true)
    expect(key_id).toHaveLength(18)
    expect(secretMatches(text.replace(/^\w+?_/, ''), secret_hash)).toBe(true)
    for (const other of [`${text.slice(0, -1)}x`, text.replace('_', '_x').slice(0, 250)]) {
      const id = parseCredential(other)?.key_id
      expect(id).not.toBe(key_id)
    }
  })

  it.each(['pat_3f9c2b7a1d5e4c8f9a0b6d7e8f1a2b3', `pat_${'a'.repeat(60)}.fifteen_letters`, `ak_${'~'.repeat(257)}`])(
    'refuses %s, which is too short to be a secret, or too long',
    (text) => {
      expect(parseCredential(text)).toBeNull()
    },
  )

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        parseCredential(text)
        parseCredential(`ak_${text}`)
        looksLikeCredential(text)
        secretMatches(text, null)
      }),
    )
  })

  it('accepts a secret only with its own hash', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(secretMatches(one, hashOf(one))).toBe(true)
        expect(secretMatches(one, hashOf(other))).toBe(one === other)
      }),
    )
  })

  it('accepts nothing without a credential', () => {
    expect(secretMatches('', null)).toBe(false)
    expect(secretMatches('secretsecretsecret', null)).toBe(false)
  })
})
