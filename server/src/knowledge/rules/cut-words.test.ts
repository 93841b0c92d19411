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
  expect(cut(`${'.'.repeat(200_000)}a`)).toEqual(['a'])
})

/** What the segmenter makes of a whole text, without what is cut further. */
function segment(text: string): string[] {
  const segments = [...new Intl.Segmenter('en', { granularity: 'word' }).segment(text)]
  return segments.flatMap(({ segment: word, isWordLike }) => (isWordLike ? word.toLowerCase() : []))
}

test('a word is the same whatever text it stands in', () => {
  const texts = [
    'The invoice (paid), “sent” by Müller; ΟΔΟΣ. Привет, мир! "Quoted" \'so\'',
    'l’article d’hier, a\u0301 \u0301b c\u00add e\u200df 請求書は毎月 sent. ใบแจ้งหนี้ paid\u00a0now\u2028then\vor\f\u0085x',
    'שלום ה"א مرحبا नमस्ते 한국어 ʼn Ǆ ǅ ß ŉ',
  ]
  for (const text of texts) {
    const normal = text.normalize('NFKC')
    const whole = segment(normal).filter((word) => /^[\p{L}\p{M}]+$/u.test(word))
    expect(cut(text)).toEqual(expect.arrayContaining(whole))
    expect(cut(`${text} and ${text}`).toSorted()).toEqual([...cut(text), ...cut(text), 'and'].toSorted())
  }
})

test('letters that are joined, and those of other scripts, are left to the segmenter', () => {
  for (let code = 0x41; code < 0x3000; code += 1) {
    const letter = String.fromCodePoint(code).normalize('NFKC')
    if (!/^\p{L}$/u.test(letter) || /\p{Lu}|\p{Lt}/u.test(letter)) continue
    expect(cut(`${letter}${letter} x`).toSorted()).toEqual(segment(`${letter}${letter} x`).toSorted())
  }
})
