import { describe, expect, test } from 'vitest'
import { resolveLimits } from './limits.ts'
import { allowancesOfMessage, allowancesOfStart, needsCaptcha, secondsToMidnight, waitOfCap } from './allowances.ts'
import { faultsOfFeedback, feedbackForm, scoreOf, whyClosed } from './feedback.ts'
import { mayCall, mayComeFrom } from './origin-gate.ts'
import { metadataOfStart, pageOf, signedLater } from './start.ts'

const own_origin = 'https://chat.test'
const site = 'https://shop.test'
const places = { domains: [site], cors_origins: [] as string[] }
const gated = { ...places, token_origin: site, is_preview: false }
const from = (origin: string | null, writes = true) => ({ writes, origin, own_origin })

describe('gate 4', () => {
  test.each([
    [own_origin, gated, true],
    [null, gated, false],
    ['null', gated, false],
    [site, gated, false],
    ['https://evil.test', gated, false],
    [own_origin, { ...gated, token_origin: 'https://evil.test' }, false],
    [own_origin, { ...gated, token_origin: null }, false],
    [own_origin, { ...gated, domains: [], token_origin: null }, true],
    [null, { ...gated, domains: [], token_origin: null }, true],
    ['https://evil.test', { ...gated, domains: [], token_origin: null }, false],
    [site, { ...gated, cors_origins: [site] }, true],
    [site, { ...gated, cors_origins: [site], domains: [], token_origin: null }, false],
    ['https://two.test', { ...gated, cors_origins: ['https://two.test'] }, false],
    [own_origin, { ...gated, is_preview: true, token_origin: 'https://console.test' }, true],
    [null, { ...gated, domains: [], is_preview: true }, false],
  ])('a write from %s with %j: %s', (origin, place, expected) => {
    expect(mayCall(from(origin), place)).toBe(expected)
  })

  test('a read needs a token of a listed origin, and no foreign page', () => {
    const both = { ...gated, cors_origins: [site, 'https://evil.test'] }
    expect(mayCall(from(null, false), gated)).toBe(true)
    expect(mayCall(from(own_origin, false), gated)).toBe(true)
    expect(mayCall(from('https://evil.test', false), gated)).toBe(false)
    expect(mayCall(from('https://evil.test', false), both)).toBe(false)
    expect(mayCall(from(site, false), both)).toBe(true)
    expect(mayCall(from(null, false), { ...gated, token_origin: 'https://evil.test' })).toBe(false)
  })

  test('without a valid token only the place is judged', () => {
    expect(mayComeFrom(from(own_origin), places)).toBe(true)
    expect(mayComeFrom(from(null), places)).toBe(false)
    expect(mayComeFrom(from(null), { ...places, domains: [] })).toBe(true)
    expect(mayComeFrom(from('https://evil.test'), { ...places, domains: [] })).toBe(false)
  })
})

describe('what a start stores', () => {
  const claimed = { user_id: 'guest_1', verified: false, profile: {}, form: {}, visitor: {}, client: null, page: null, locale: null, is_preview: false } // prettier-ignore

  test('a form cannot name what is reserved, and claims stay apart from what is signed', () => {
    const form = { visitor: 'x', verified: 'x', client: 'x', email: 'a@b.test' }
    const profile = { name: 'Ann', metadata: { plan: 'gold' } }
    const start = { ...claimed, user_id: 'u', verified: true, profile, form, visitor: { name: 'Eve', phone: '1' } }
    expect(metadataOfStart({ ...start, client: { a: 1 } })).toEqual({
      email: 'a@b.test',
      visitor: { user_id: 'u', verified: true, name: 'Ann' },
      verified: { plan: 'gold' },
      client: { a: 1 },
    })
    expect(
      metadataOfStart({ ...claimed, visitor: { name: 'Eve', user_id: 'u', verified: true, rank: 1 } as never }),
    ).toEqual({
      visitor: { name: 'Eve', user_id: 'guest_1', verified: false },
    })
  })

  test('a page without query, fragment and credentials', () => {
    expect(pageOf({ url: 'https://a:b@shop.test/x?y=1#z', title: 'T', referrer: 'javascript:alert(1)' })).toEqual({
      url: 'https://shop.test/x',
      title: 'T',
    })
    expect(pageOf({ url: 'nonsense', title: 'x'.repeat(900) })).toEqual({ title: 'x'.repeat(500) })
  })

  test('a guest who is signed later', () => {
    const before = { email: 'x', visitor: { name: 'Ann', user_id: 'guest_1', verified: false } }
    const visitor = { name: 'Ann', user_id: 'u', verified: true }
    expect(signedLater(before, 'u')).toEqual({ email: 'x', visitor })
    expect(signedLater({ visitor: 'changed' }, 'u')).toEqual({ visitor: { user_id: 'u', verified: true } })
  })
})

describe('limits', () => {
  const limits = resolveLimits({})
  test('what a start and a message take', () => {
    const named = (all: { limit: string; of: string; most: number; seconds: number }[]) =>
      all.map(({ limit, of, most, seconds }) => `${limit} ${of} ${most} ${seconds}`)
    expect(named(allowancesOfStart(limits, { network: 'n', user_id: 'u' }))).toEqual([
      'conversations_per_address_hour n 20 3600',
      'conversations_per_visitor_day u 20 86400',
    ])
    expect(named(allowancesOfMessage(limits, { network: 'n', conversation_id: 'c' }))).toEqual([
      'messages_per_address_minute n 60 60',
      'messages_per_conversation_minute c 12 60',
    ])
  })

  test('how long to wait', () => {
    const noon = Date.parse('2026-01-31T12:00:00Z')
    expect(secondsToMidnight(noon)).toBe(43_200)
    expect(secondsToMidnight(Date.parse('2026-01-31T23:59:59.999Z'))).toBe(1)
    expect(waitOfCap('tokens_per_day', noon)).toBe(43_200)
    expect(waitOfCap('active_conversations', noon)).toBe(60)
  })

  test('when a CAPTCHA is asked for', () => {
    expect([0, 1, 2, 3].map((starts) => needsCaptcha('suspicious', starts))).toEqual([false, false, true, true])
    expect(needsCaptcha('always', 0)).toBe(true)
  })
})

describe('feedback', () => {
  const settings = { enabled: true, rating: 'stars' as const, form: null }
  const ended = (days: number) => ({ ended_at: '2026-01-01T00:00:00.000000Z', now_ms: Date.parse('2026-01-01T00:00:00Z') + days * 86_400_000 }) // prettier-ignore

  test('is open for seven days after the end', () => {
    expect(whyClosed(settings, { ended_at: null, now_ms: 0 })).toBe('conversation_active')
    expect(whyClosed(settings, ended(7))).toBeNull()
    expect(whyClosed(settings, ended(7.001))).toBe('feedback_closed')
    expect(whyClosed({ ...settings, enabled: false }, ended(1))).toBe('feedback_closed')
  })

  test.each([
    ['stars', 1, true],
    ['stars', 5, true],
    ['stars', 0, false],
    ['stars', 2.5, false],
    ['stars', 'up', false],
    ['thumbs', 'up', true],
    ['thumbs', 'down', true],
    ['thumbs', 5, false],
    ['thumbs', 'sideways', false],
    ['none', 5, false],
  ] as const)('a rating by %s of %s is accepted: %s', (rating, value, expected) => {
    expect(faultsOfFeedback({ ...settings, rating }, { rating: value as never }).length === 0).toBe(expected)
  })

  test('is by field, with the rating beside; thumbs are the ends of the scale', () => {
    expect(feedbackForm({ rating: 'up', data: { why: 'x' } })).toEqual({ why: 'x', rating: 'up' })
    expect(feedbackForm({ rating: null, data: { why: 'x' } })).toEqual({ why: 'x' })
    expect([scoreOf('up'), scoreOf('down'), scoreOf(3), scoreOf(null)]).toEqual([5, 1, 3, null])
  })
})
