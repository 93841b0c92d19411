// Files as large as files may be: each within its bounds, which hold where the size of an archive is absolute too.
import { randomBytes } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { convert, convertAlone, endConversions, faultOf, usual } from './conversion.ts'
import { type Part, docx, paragraph, xlsx } from './files.ts'

afterAll(endConversions)

const mib = 2 ** 20

test('a file as large as allowed is converted within its bounds', async () => {
  const line = `${'Words in a line of text. '.repeat(4)}\n`
  const { text } = await convertAlone(line.repeat((19 * mib) / line.length), 'a.txt')
  expect(text.length).toBeGreaterThan(18 * mib)
  expect(usual.text_bytes).toBe(20 * mib)
})

test('an archive that unpacks to more than 200 MiB is too large, whatever its size', async () => {
  // Large enough for a hundred times its size to be more than that.
  const ballast = { name: 'word/media/noise', content: randomBytes(3 * mib) }
  const file = docx(paragraph('x'), [ballast, { name: 'word/media/zeros', content: Buffer.alloc(201 * mib) }])
  expect(file.length * 100).toBeGreaterThan(250 * mib)
  expect((await faultOf(convertAlone(file, 'a.docx'))).code).toBe('too_large')
})

const files: readonly (readonly [string, string, () => string | Uint8Array, string])[] = [
  ['20,000 parts', 'a.docx', () => docx('', parts(20_000)), 'too_large'],
  ['20,000 parts of one name', 'a.docx', () => docx('', parts(20_000, 'p')), 'too_large'],
  ['deep elements in a DOCX', 'a.docx', () => docx('<w:p>'.repeat(50_000) + '</w:p>'.repeat(50_000)), 'corrupt'],
  ['one line of 50 MiB', 'a.txt', () => Buffer.alloc(50 * mib, 97), 'too_large'],
  ['30 MiB of lines', 'a.txt', () => 'a line of text\n'.repeat((30 * mib) / 15), 'too_large'],
  ['a wide table of many rows', 'a.csv', () => `${'a,'.repeat(10_000)}\n${'1\n'.repeat(100_000)}`, 'too_large'],
  ['a sheet of distant cells', 'a.xlsx', () => xlsx([{ name: 'A', rows: distant() }]), 'too_large'],
]

const parts = (count: number, name?: string): Part[] =>
  Array.from({ length: count }, (_, at) => ({ name: name ?? `p${at}`, content: '' }))

/** Each row has one cell, as far away as can be. */
const distant = () =>
  Array.from({ length: 2000 }, (_, at) => `<row r="${at + 1}"><c r="XFD${at + 1}"><v>7</v></c></row>`).join('')

test.for(files)('%s', async ([, name, make, code]) => {
  expect((await faultOf(convert(make(), name))).code).toBe(code)
})
