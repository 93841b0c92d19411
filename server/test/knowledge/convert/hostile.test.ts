// Files that try to harm: each fails with the right reason, and the next one is converted.
import { afterAll, expect, test } from 'vitest'
import { convert, convertAlone, endConversions, faultOf } from './conversion.ts'
import { type Part, compoundFile, docx, paragraph, pdf, pdfOf, row, xlsx, zip } from './files.ts'

afterAll(endConversions)

const mib = 2 ** 20
const bomb: Part = { name: 'word/media/image.xml', content: Buffer.alloc(20 * mib) }
const twice: Part = { ...bomb, claims: { is_stored: true } }
const laughs = `<!DOCTYPE w [<!ENTITY a "${'ha'.repeat(100)}">${Array.from({ length: 9 }, (_, at) => `<!ENTITY ${'bcdefghij'[at]} "${`&${'abcdefghi'[at]};`.repeat(10)}">`).join('')}]>`
const outside = '<!DOCTYPE w [<!ENTITY j SYSTEM "file:///etc/passwd">]>'
const whole = pdf(['One', 'Two', 'Three'])
const half = Buffer.from(`9 0 obj\n<< /Length 9999 >>\nstream\n${'x'.repeat(5000)}`)
const image =
  '<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\nstream\n0\nendstream'

const locked = `/Encrypt << /Filter /Standard /V 1 /R 2 /O <${'41'.repeat(32)}> /U <${'42'.repeat(32)}> /P -4 >> /ID [<61> <61>]`

const files: readonly (readonly [string, string, () => string | Uint8Array, string])[] = [
  ['an empty file', 'a.pdf', () => '', 'empty'],
  ['white space', 'a.txt', () => ' \n\u200b\t', 'no_text'],
  ['a truncated PDF', 'a.pdf', () => whole.subarray(0, whole.indexOf('Three') + 3), 'corrupt'],
  ['a PDF with half of an update', 'a.pdf', () => Buffer.concat([whole, half]), 'corrupt'],
  ['a PDF that is only its mark', 'a.pdf', () => '%PDF-1.7\n%%EOF', 'corrupt'],
  ['a PDF under a password', 'a.pdf', () => pdf(['Secret'], locked), 'encrypted'],
  ['a PDF of images', 'a.pdf', () => scanned(), 'no_text'],
  ['10,000 pages', 'a.pdf', () => pdf(Array.from({ length: 10_000 }, () => '')), 'too_many_pages'],
  ['a PDF whose pages contain themselves', 'a.pdf', () => cyclic(), 'corrupt'],
  ['deep objects in a PDF', 'a.pdf', () => pdfOf([`${'[ '.repeat(200_000)}${'] '.repeat(200_000)}`]), 'corrupt'],
  ['a truncated DOCX', 'a.docx', () => docx(paragraph('x'.repeat(9999))).subarray(0, 700), 'corrupt'],
  ['a DOCX under a password', 'a.docx', () => compoundFile('EncryptedPackage'), 'encrypted'],
  [
    'an archive with encrypted parts',
    'a.docx',
    () => docx('', [{ name: 'x', content: 'x', claims: { flags: 1 } }]),
    'encrypted',
  ],
  ['an older office file', 'a.doc', () => compoundFile('WordDocument'), 'unsupported_type'],
  [
    'a picture called PDF',
    'a.pdf',
    () => Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ', 'base64'),
    'unsupported_type',
  ],
  ['bytes of no kind', 'a.txt', () => Buffer.from([1, 2, 0, 3, 0, 0, 9, 200, 7, 0]), 'unsupported_type'],
  ['an archive', 'a.zip', () => zip([{ name: 'a.txt', content: 'x' }]), 'unsupported_type'],
  ['a zip bomb in a DOCX', 'a.docx', () => docx(paragraph('x'), [bomb]), 'too_large'],
  ['a zip bomb in an XLSX', 'a.xlsx', () => xlsx([{ name: 'A', rows: '' }], [bomb]), 'too_large'],
  ['a zip bomb that lies', 'a.docx', () => docx('', [{ ...bomb, claims: { bytes: 10 } }]), 'corrupt'],
  ['a part that is described in two ways', 'a.docx', () => docx(paragraph('x'), [twice]), 'corrupt'],
  ['more parts than it says', 'a.docx', () => withCount(docx(paragraph('x')), 1), 'corrupt'],
  ['a part with a path', 'a.docx', () => docx('', [{ name: '../../etc/cron.d/x', content: 'x' }]), 'corrupt'],
  ['a part with an absolute path', 'a.xlsx', () => xlsx([], [{ name: '/etc/x', content: 'x' }]), 'corrupt'],
  ['entities in a DOCX', 'a.docx', () => docx(paragraph('&j;'), [], laughs), 'corrupt'],
  ['a file as an entity', 'a.docx', () => docx(paragraph('&j;'), [], outside), 'corrupt'],
  ['entities in an XLSX', 'a.xlsx', () => xlsx([{ name: 'A', rows: row(1, ['&j;']), before: laughs }]), 'corrupt'],
  [
    'entities after a long comment',
    'a.docx',
    () => docx('', [{ name: 'a.xml', content: `<!--${' '.repeat(100_000)}-->${laughs}` }]),
    'corrupt',
  ],
  [
    'entities in UTF-16',
    'a.docx',
    () => docx('', [{ name: 'a.xml', content: Buffer.from(laughs, 'utf16le') }]),
    'corrupt',
  ],
  ['one line of 2 MiB', 'a.md', () => 'a'.repeat(2 * mib), 'too_large'],
  ['a cell of 2 MiB', 'a.csv', () => `a,b\n1,${'x'.repeat(2 * mib)}`, 'too_large'],
  ['1,000,000 columns', 'a.csv', () => `${'a,'.repeat(1_000_000)}\n1`, 'too_large'],
  ['a quote that does not end', 'a.csv', () => `a\n"${'x\n'.repeat(mib)}`, 'too_large'],
  ['JSON 65 deep', 'a.json', () => '['.repeat(65) + ']'.repeat(65), 'corrupt'],
  ['JSON 10,000 deep', 'a.json', () => '['.repeat(10_000) + ']'.repeat(10_000), 'corrupt'],
  ['JSON that does not end', 'a.json', () => '{"a": [1, 2', 'corrupt'],
  ['a broken line of JSON', 'a.jsonl', () => '{"a":1}\n{', 'corrupt'],
  ['JSON with long paths', 'a.json', () => longPaths(), 'too_large'],
  ['HTML 100,000 deep', 'a.html', () => `<html><body>${'<div>'.repeat(100_000)}text`, 'corrupt'],
  ['HTML 1,000,000 deep', 'a.html', () => '<div>'.repeat(1_000_000), 'corrupt'],
  ['HTML of items 100,000 deep', 'a.html', () => '<li><p>'.repeat(50_000), 'corrupt'],
  ['HTML of rows 100,000 deep', 'a.html', () => '<thead>'.repeat(100_000), 'corrupt'],
  ['HTML 600 deep', 'a.html', () => `<html><body>${'<div>'.repeat(600)}text`, 'corrupt'],
  ['comments before nothing', 'a.txt', () => `${'<!---->'.repeat(500)}x${'a'.repeat(2 * mib)}`, 'too_large'],
  ['HTML of scripts', 'a.html', () => `<html><body><script>${'x();'.repeat(mib / 4)}</script>`, 'no_text'],
]

function scanned(): Buffer {
  const page =
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>'
  const content = '<< /Length 5 >>\nstream\n/I Do\nendstream'
  return pdfOf(['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Count 1 /Kids [3 0 R] >>', page, content, image])
}

const cyclic = () =>
  pdfOf(['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Count 2 /Parent 2 0 R /Kids [2 0 R 2 0 R] >>'])

/** As the end of its directory says. */
function withCount(archive: Buffer, parts: number): Buffer {
  archive.writeUInt16LE(parts, archive.length - 14)
  archive.writeUInt16LE(parts, archive.length - 12)
  return archive
}

/** Each value repeats a long path: small as a file, large as text. */
function longPaths(): string {
  const name = 'n'.repeat(20_000)
  return JSON.stringify({ [name]: { [name]: Array.from({ length: 2000 }, (_, at) => at) } })
}

test.for(files)('%s', async ([, name, make, code]) => {
  const fault = await faultOf(convert(make(), name))
  expect(fault.code).toBe(code)
  expect(fault.message).toMatch(/^[A-Z].{10,300}[^.]\.$/)
})

test('white space, comments and rules without end take no time', async () => {
  const html = `<html><head><style>${'/*'.repeat(mib / 2)}</style></head><body><pre>a${' '.repeat(mib / 2)}b</pre>`
  expect((await convert(html, 'a.html')).text).toBe('```\na b\n```')
  expect((await convert(`a,b\n"x${' '.repeat(mib / 2)}y",1`, 'a.csv')).text).toMatch(/\| x +y \| 1 \|$/)
})

test('what a hostile file says it needs is not needed', async () => {
  const sheet = { name: 'Wide', rows: row(1, ['only']), before: '' }
  const file = xlsx([{ ...sheet, rows: `${sheet.rows}</sheetData><dimension ref="A1:XFD1048576"/><sheetData>` }])
  expect((await convert(file, 'a.xlsx')).text).toBe('## Wide\n\n| only |\n| --- |')
})

test('the bounds of time and memory are its own', async () => {
  const slow = `<html><body>${'<table><tr><td>x</table>'.repeat(50_000)}`
  expect((await faultOf(convertAlone(slow, 'a.html', { seconds: 0.01 }))).code).toBe('conversion_timeout')
  const large = Array.from({ length: 400_000 }, (_, at) => `{"n":${at}}`).join('\n')
  expect((await faultOf(convertAlone(large, 'a.jsonl', { memory_bytes: 160 * mib }))).code).toBe('conversion_memory')
  expect((await convert(whole, 'a.pdf')).text).toBe('One\n\nTwo\n\nThree')
})
