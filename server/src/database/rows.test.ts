import fc from 'fast-check'
import pg from 'pg'
import { expect, test } from 'vitest'
import { parseTextArray } from './rows.ts'

const parse = pg.types.getTypeParser(1009 as never, 'text') as (text: string) => string[]

/** As PostgreSQL writes it. */
function write(texts: (string | null)[]): string {
  const isPlain = (text: string) => text !== '' && !/^null$/i.test(text) && !/[\s{},"\\]/.test(text)
  const quote = (text: string) => (isPlain(text) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`)
  return `{${texts.map((text) => (text === null ? 'NULL' : quote(text))).join(',')}}`
}

const odd = fc.constantFrom('"', '\\', ',', '{', '}', '","', '\\"', '\\\\"', 'NULL', 'null', '', ' ', '\n', '😀', 'a')
const text = fc.oneof(
  odd,
  fc.string(),
  fc.array(odd, { maxLength: 6 }).map((parts) => parts.join('')),
)

test('an array of texts is read as the library reads it', () => {
  fc.assert(
    fc.property(fc.array(fc.option(text), { maxLength: 4 }), (texts) => {
      expect(parseTextArray(write(texts), parse)).toEqual(texts)
    }),
    { numRuns: 2000 },
  )
})

test.each(['😀'.repeat(1_000_000), 'a b '.repeat(500_000), '"'.repeat(1_000_000), '\\'.repeat(1_000_000)])(
  'one long text does not go through the library',
  (long) => {
    const refuse = () => {
      throw new Error('character by character')
    }
    expect(parseTextArray(write([long]), refuse)[0] === long).toBe(true)
  },
)
