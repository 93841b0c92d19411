// What text each kind of file becomes.
import { afterAll, expect, test } from 'vitest'
import { convert, convertAlone, endConversions, faultOf } from './conversion.ts'
import { type Part, docx, paragraph, pdf, row, xlsx } from './files.ts'

afterAll(endConversions)

test('a file in a process of its own', async () => {
  expect(await convertAlone('# Refunds', 'a.md')).toMatchObject({ text: '# Refunds', media_type: 'text/markdown' })
  expect((await faultOf(convertAlone('', 'a.md'))).code).toBe('empty')
})

test('PDF: the text of each page, its paragraphs, and pages without any', async () => {
  const pages = ['Refunds take\n14 days.\n\nWrite to us.', '', 'Ship-\nping is free.']
  const { text, page_starts, media_type, warnings } = await convert(pdf(pages), 'terms.pdf')
  expect(text).toBe('Refunds take\n14 days.\n\nWrite to us.\n\n\n\nShipping is free.')
  expect(page_starts!.map((start) => text.slice(start, start + 4))).toEqual(['Refu', '\n\nSh', 'Ship'])
  expect(media_type).toBe('application/pdf')
  expect(warnings).toEqual(['Page without text, perhaps scanned: 2.'])
})

test('DOCX: headings, lists, tables, without comments', async () => {
  const cell = (text: string) => `<w:tc>${paragraph(text)}</w:tc>`
  const table = `<w:tbl><w:tr>${cell('Name')}${cell('A|B')}</w:tr><w:tr>${cell('one')}${cell('two')}</w:tr></w:tbl>`
  const comment =
    '<w:comments xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:comment w:id="0"><w:p><w:r><w:t>Secret</w:t></w:r></w:p></w:comment></w:comments>'
  const body = `${paragraph('Terms', 'Heading1')}${paragraph('Refunds in 14 days, see file_name.')}${table}`
  const styles = `<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style></w:styles>`
  const file = docx(body, [
    { name: 'word/comments.xml', content: comment },
    { name: 'word/styles.xml', content: styles },
    {
      name: 'word/_rels/document.xml.rels',
      content:
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>',
    },
  ])
  const { text, page_starts, warnings } = await convert(file, 'terms.docx')
  expect(text).toBe('# Terms\n\nRefunds in 14 days, see file_name.\n\n| Name | A\\|B |\n| --- | --- |\n| one | two |')
  expect([page_starts, warnings]).toEqual([null, []])
})

const main = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
const linked = (target: string): Part => ({
  name: 'word/_rels/document.xml.rels',
  content: `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${target}" Target="${target}.xml"/></Relationships>`,
})

test('DOCX: text that is hidden, by itself or by its style, is left out', async () => {
  const run = (text: string, properties = '') =>
    `<w:r><w:rPr>${properties}</w:rPr><w:t xml:space="preserve">${text}</w:t></w:r>`
  const style = (id: string, type: string, more: string) =>
    `<w:style w:type="${type}" w:styleId="${id}"><w:name w:val="${id}"/>${more}</w:style>`
  const off = '<w:vanish w:val="0"/>'
  const box = `<w:r><w:rPr><w:vanish/></w:rPr><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox><w:txbxContent><w:p>${run('boxed', '<w:vanish/>')}${run('boxed too')}</w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>`
  const body = [
    `<w:p>${run('One ')}${run('secret ', '<w:vanish/>')}${run('two ', off)}${run('styled ', '<w:rStyle w:val="Ghost"/>')}${run('three', `<w:rStyle w:val="Ghost"/>${off}`)}</w:p>`,
    `<w:p><w:pPr><w:pStyle w:val="Note"/><w:rPr><w:vanish/></w:rPr></w:pPr>${run('inherited')}</w:p>`,
    // Only its end is hidden.
    `<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>${run('four')}${box}</w:p>`,
  ].join('')
  // In a run that is seen, the end of a paragraph is hidden.
  const seen = `<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox><w:txbxContent><w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>${run('in a box')}</w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>`
  expect((await convert(docx(seen), 'a.docx')).text).toBe('in a box')
  const styles = `<w:styles ${main}>${style('Ghost', 'character', '<w:rPr><w:vanish/></w:rPr>')}${style('Base', 'paragraph', '<w:rPr><w:vanish w:val="true"/></w:rPr>')}${style('Note', 'paragraph', '<w:basedOn w:val="Base"/>')}</w:styles>`
  const file = docx(body, [{ name: 'word/styles.xml', content: styles }, linked('styles')])
  expect((await convert(file, 'a.docx')).text).toBe('One two three\n\nfour')
})

test('XLSX: sheets as tables, formulas as values, hidden sheets left out', async () => {
  const file = xlsx([
    {
      name: 'Prices',
      rows: `${row(1, ['Name', 'Price'])}<row r="2"><c r="A2" t="inlineStr"><is><t>A|B</t></is></c><c r="B2"><f>1+1</f><v>2</v></c></row>`,
    },
    { name: 'Old', rows: row(1, ['hidden']), attributes: 'state="hidden"' },
    { name: 'Empty', rows: '' },
    { name: 'Far', rows: '<row r="1048576"><c r="XFD1048576"><v>7</v></c></row>' },
  ])
  const { text, warnings } = await convert(file, 'prices.xlsx')
  expect(text).toBe('## Prices\n\n| Name | Price |\n| --- | --- |\n| A\\|B | 2 |\n\n## Far\n\n| 7 |\n| --- |')
  expect(text).not.toMatch(/hidden|Empty/)
  expect(warnings).toEqual(['Left out hidden sheets: 1.'])
})

test.for([
  ['a,b\n1,"x, ""y""\nz"\n', 'a.csv', '| a | b |\n| --- | --- |\n| 1 | x, "y" z |'],
  ['a;b\n1,5;2\n3;4', 'a.csv ', '| a | b |\n| --- | --- |\n| 1,5 | 2 |\n| 3 | 4 |'],
  ['a\tb, c\n1\t2', 'a.tsv', '| a | b, c |\n| --- | --- |\n| 1 | 2 |'],
  [
    '{"a":{"b":[1,{"c":null}],"d":"x\\ny"},"id":12345678901234567890.10}',
    'a.json',
    'a.b[0]: 1\na.b[1].c: null\na.d: x y\nid: 12345678901234567890.10',
  ],
  [`${'['.repeat(64)}7${']'.repeat(64)}`, 'deep.json', `${'[0]'.repeat(64)}: 7`],
  ['[{"a":1},{"a":2}]', 'no extension', '[0].a: 1\n\n[1].a: 2'],
  ['{"a":1}\n\n{"a":"two"}\n', 'a.jsonl', 'a: 1\n\na: two'],
  ['# Title\r\n\r\n- item\u200b\u202e', 'a.md', '# Title\n\n- item'],
  ['plain *text*\n', 'a.txt', 'plain *text*\n'],
] as const)('%j as %s', async ([bytes, name, text]) => {
  const converted = await convert(bytes, name)
  expect(converted.text).toBe(text)
  expect(converted.warnings).toEqual([])
})

test.for([
  ['UTF-8 with a mark', Buffer.from('\ufeffGrüße'), 'Grüße', []],
  ['UTF-16', Buffer.from('\ufeffGrüße', 'utf16le'), 'Grüße', []],
  ['UTF-16 of the other order', Buffer.from('\ufeffGrüße', 'utf16le').swap16(), 'Grüße', []],
  ['UTF-16 without a mark', Buffer.from('Grüße aus Bonn', 'utf16le'), 'Grüße aus Bonn', []],
  [
    'Windows-1252',
    Buffer.from('Gr\xfc\xdfe \x93hier\x94 f\xfcr 5 \x80', 'latin1'),
    'Grüße “hier” für 5 €',
    [/Windows-1252/],
  ],
  [
    'UTF-8 with a broken character',
    Buffer.concat([Buffer.from('Größe, Übermut, Äpfel, Öl, süß, für'), Buffer.from([0xc3])]),
    'Größe, Übermut, Äpfel, Öl, süß, für\ufffd',
    [/replaced/],
  ],
  [
    'Shift_JIS',
    Buffer.from('k/qWe4zqgsyDZYNYg2eCxYK3gUKV1JVpgs2DSYOTg4mDQ4OTgsWO84KvlXSCr4LEgqKC3IK3gUI=', 'base64'),
    '日本語のテストです。返品はオンラインで受け付けています。',
    [/Shift_JIS/],
  ],
] as const)('text in %s', async ([, bytes, text, warnings]) => {
  const converted = await convert(bytes, 'a.txt')
  expect(converted.text).toBe(text)
  expect(converted.warnings).toEqual(warnings.map((warning) => expect.stringMatching(warning)))
})

test('the bytes decide the kind, and a wrong name is a warning', async () => {
  const { text, media_type, warnings } = await convert(pdf(['Refunds']), '../../etc/notes.txt')
  expect([text, media_type]).toEqual(['Refunds', 'application/pdf'])
  expect(warnings).toEqual(['The name ends with .txt, but the file is application/pdf.'])
  expect(await convert('only text', 'report.pdf')).toMatchObject({
    text: 'only text',
    media_type: 'text/plain',
    warnings: ['The name ends with .pdf, but the file is text/plain.'],
  })
})

test.each([
  ['BMW 320d, with a manual gearbox', 'cars.txt'],
  ['BMI,weight\n22,70', 'people.csv'],
  ['MZ motorcycles were made in Zschopau.', 'history.md'],
  ['solid wood, oiled', 'care.txt'],
  ['AC1 and AC2', 'sockets'],
  ['ID3, ustar, OggS and fLaC are marks of files', 'marks.txt'],
])('%j is text, although files of other kinds begin so', async (text, name) => {
  const { warnings, ...converted } = await convert(text, name)
  expect(converted.text).toContain(text.split(/[\s,]/)[0])
  expect(warnings).toEqual([])
})

test.for([
  ['Write to us.', 'notes.json', 'Write to us.', 'text/plain'],
  ['Write to us.', 'notes.jsonl', 'Write to us.', 'text/plain'],
  ['One\n\ntwo', 'page.html', 'One\n\ntwo', 'text/plain'],
  ['[{"a":1}]', 'table.csv', '[0].a: 1', 'application/json'],
  ['<!doctype html><p>One</p>', 'page.txt', 'One', 'text/html'],
  [pdf(['One']), 'scan.png', 'One', 'application/pdf'],
] as const)('%s called %s: its bytes decide', async ([bytes, name, text, media_type]) => {
  const extension = name.split('.')[1]
  expect(await convert(bytes, name)).toMatchObject({
    ...{ text, media_type },
    warnings: [`The name ends with .${extension}, but the file is ${media_type}.`],
  })
})

test('text of printers and of older programs is no text', async () => {
  for (const bytes of [
    '{\\rtf1\\ansi Hello}',
    '%!PS-Adobe-3.0\n(Hello) show',
    Buffer.from('\x01\x02 four \x03\x04', 'latin1'),
  ]) {
    expect((await faultOf(convert(bytes, 'a.txt'))).code).toBe('unsupported_type')
  }
})

test.for([
  ['en', 'The refund is paid within fourteen days after we have received your letter.'],
  ['de', 'Die Rückzahlung erfolgt innerhalb von vierzehn Tagen nach dem Eingang Ihres Schreibens.'],
  ['ja', '返金は、お手紙を受け取ってから十四日以内に行われます。'],
  [null, '12 34 56'],
  [null, 'Apple\nBanana'],
] as const)('the language is %s', async ([language, text]) => {
  expect((await convert(text, 'a.txt')).language).toBe(language)
})
