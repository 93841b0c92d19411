import { expect, test } from 'vitest'
import { readVisitor } from './visitor.ts'

test('what a guest claims is never shown as verified', () => {
  const visitor = readVisitor({
    topic: 'Delivery',
    visitor: { name: 'Ada', email: 'ada@example.com', user_id: 'guest_1', verified: false },
    client: { plan: 'gold', verified: true },
    // Only the server writes it; for a guest it has no meaning.
    verified: { role: 'admin' },
    page: { url: 'https://shop.example/cart', title: 'Cart' },
    locale: 'de',
  })
  expect(visitor).toMatchObject({ isVerified: false, verified: [], locale: 'de', feedback: null, isPreview: false })
  expect(visitor.claimed).toEqual([
    ['name', 'Ada'],
    ['email', 'ada@example.com'],
    ['plan', 'gold'],
    ['verified', 'true'],
  ])
  expect(visitor.form).toEqual([['topic', 'Delivery']])
  expect(visitor.page).toEqual({ url: 'https://shop.example/cart', title: 'Cart', referrer: null })
})

test('what the site has signed is apart from what the browser says', () => {
  const { isVerified, verified, claimed } = readVisitor({
    visitor: { name: 'Ada', user_id: 'user-17', verified: true },
    verified: { plan: 'gold' },
    client: { plan: 'none' },
  })
  expect(isVerified).toBe(true)
  expect(verified).toEqual([
    ['user_id', 'user-17'],
    ['name', 'Ada'],
    ['plan', 'gold'],
  ])
  expect(claimed).toEqual([['plan', 'none']])
})

test.each([
  [{ rating: 4, why: 'Fast' }, '★★★★☆ 4/5', [['why', 'Fast']]],
  [{ rating: 'down' }, '👎', []],
  [
    { why: 'Slow', ok: ['a', 'b'] },
    null,
    [
      ['why', 'Slow'],
      ['ok', '["a","b"]'],
    ],
  ],
])('feedback %j', (feedback_form, rating, answers) => {
  expect(readVisitor({ feedback_form }).feedback).toEqual({ rating, answers })
})
