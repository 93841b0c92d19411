import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cleanText } from './clean-text.ts'

test.for([
  ['a\r\nb\rc\u2028d\fe', 'a\nb\nc\nd\ne'],
  ['a\u0000\u0007\u001b[0m\u009bb', 'a[0mb'],
  ['left\u202eright\u202c\u2066x\u2069\u200e\u061c', 'leftrightx'],
  ['zero\u200b\u200c\u200d\u2060\ufeffwidth', 'zerowidth'],
  ['soft\u00adhyphen', 'softhyphen'],
  [`tags${String.fromCodePoint(0xe0041, 0xe007f, 0xe01ef)}`, 'tags'],
  ['heart ❤\ufe0f', 'heart ❤'],
  ['half \ud83d, whole 😀', 'half , whole 😀'],
  ['kept: é ß 漢字 हिन्दी العربية 🇩🇪\t|', 'kept: é ß 漢字 हिन्दी العربية 🇩🇪\t|'],
] as const)('%j', ([text, clean]) => expect(cleanText(text)).toBe(clean))

test('nothing is left that cleaning would remove', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const clean = cleanText(text)
      expect(cleanText(clean)).toBe(clean)
      expect(clean.isWellFormed()).toBe(true)
    }),
  )
})
