import { expect, test } from 'vitest'
import { cutWords } from './cut-words.ts'

const cut = (text: string) => [...cutWords(text)].map(({ text: word }) => word)

test.each([
  ['Invoices, paid!', ['invoices', 'paid']],
  ['ERR-4042 failed', ['err', '4042', 'failed', 'err-4042']],
  ['max_tokens', ['max', 'tokens', 'max_tokens']],
  ['listDatasets', ['listdatasets', 'list', 'datasets']],
  ['l’article d’hier', ['l', 'article', 'd', 'hier']],
  ['請求書は毎月', ['請求', '書', 'は', '毎月']],
  ['ใบแจ้งหนี้', ['ใบ', 'แจ้ง', 'หนี้']],
  ['ﬁne Ｔｅｘｔ', ['fine', 'text']],
  ['— … !', []],
])('%s', (text, words) => {
  expect(cut(text).toSorted()).toEqual(words.toSorted())
})

test('only words of letters have a stem', () => {
  const words = Object.fromEntries([...cutWords('Running v1.2 x9')].map(({ text, has_stem }) => [text, has_stem]))
  expect(words).toMatchObject({ running: true, 'v1.2': false, x9: false })
})

test('compatibility forms count as what they stand for, as far as a text may grow', () => {
  expect(cut('\ufdfa hello')).toEqual(expect.arrayContaining(['صلى', 'وسلم', 'hello']))
  const words = cut('\ufdfa'.repeat(8000))
  expect(words.length).toBeGreaterThan(4000)
  expect(words.join(' ').length).toBeLessThanOrEqual(25_000)
  expect(cut('Ｔｅｘｔ '.repeat(100))).toHaveLength(100)
})

test('what is too long to be a word is left out, and costs no more than its length', () => {
  expect(cut('a'.repeat(20_000))).toEqual([])
  expect(cut('aB'.repeat(10_000))).toEqual([])
  expect(cut(`${'a-'.repeat(5_000)}1`).every((word) => word.length <= 64)).toBe(true)
})
