import { expect, test } from 'vitest'
import { createSigner } from '../sealing/seal.ts'
import { createPreviewToken, isPreviewToken } from './preview-token.ts'

const sign = createSigner(Buffer.alloc(32, 1), 'test')
const widget = '0190b000-0000-7000-8000-000000000001'
const now = 1_800_000_000_000

test('opens its widget until it expires, and no other', () => {
  const token = createPreviewToken(sign, widget, now + 5000)
  expect(isPreviewToken(sign, widget, token, now)).toBe(true)
  expect(isPreviewToken(sign, widget.toUpperCase(), token, now + 4999)).toBe(true)
  expect(isPreviewToken(sign, widget, token, now + 5000)).toBe(false)
  expect(isPreviewToken(sign, widget.replace(/1$/, '2'), token, now)).toBe(false)
  expect(isPreviewToken(createSigner(Buffer.alloc(32, 2), 'test'), widget, token, now)).toBe(false)
})

test.each([
  ['a later time', (token: string) => token.replace(/^\d+/, (seconds) => String(Number(seconds) + 1))],
  ['another signature', (token: string) => token.slice(0, -2) + (token.at(-2) === 'A' ? 'BA' : 'AA')],
  ['no signature', (token: string) => token.split('.')[0]!],
  ['nothing', () => ''],
])('%s is refused', (_what, change) => {
  expect(isPreviewToken(sign, widget, change(createPreviewToken(sign, widget, now + 60_000)), now)).toBe(false)
})
