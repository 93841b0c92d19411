import { expect, test } from 'vitest'
import { stemmerOf } from './stemmer.ts'

test('the dataset’s stemmer, or that of the text’s language, or none', () => {
  expect(stemmerOf('german', 'en')).toBe('german')
  expect(stemmerOf('auto', 'en')).toBe('english')
  expect(stemmerOf('auto', 'pt-BR')).toBe('portuguese')
  expect(stemmerOf('auto', 'nb')).toBe('norwegian')
  for (const language of ['ja', '', 'constructor', null]) expect(stemmerOf('auto', language)).toBe('simple')
})
