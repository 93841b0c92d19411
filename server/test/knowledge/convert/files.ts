// Makes files of each kind, whole and broken.
import { crc32, deflateRawSync } from 'node:zlib'

export interface Part {
  name: string
  content: string | Buffer
  /** What the archive claims about it. */
  claims?: { bytes?: number; flags?: number; is_stored?: boolean }
}

/** An archive of deflated parts. */
export function zip(parts: readonly Part[]): Buffer {
  const local: Buffer[] = []
  const central: Buffer[] = []
  let at = 0
  for (const { name, content, claims } of parts) {
    const bytes = Buffer.from(content)
    const packed = deflateRawSync(bytes)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(claims?.flags ?? 0, 2)
    fields.writeUInt16LE(8, 4)
    fields.writeUInt32LE(crc32(bytes), 10)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(claims?.bytes ?? bytes.length, 18)
    fields.writeUInt16LE(Buffer.byteLength(name), 22)
    const header = Buffer.concat([Buffer.from('PK\u0003\u0004'), fields, Buffer.from(name)])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(at, 10)
    const made = Buffer.from([20, 0])
    const listed = Buffer.from(fields)
    // Only in the directory.
    if (claims?.is_stored) {
      listed.writeUInt16LE(0, 4)
      listed.writeUInt32LE(packed.length, 18)
    }
    central.push(Buffer.concat([Buffer.from('PK\u0001\u0002'), made, listed, rest, Buffer.from(name)]))
    local.push(header, packed)
    at += header.length + packed.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(parts.length, 4)
  end.writeUInt16LE(parts.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(at, 12)
  return Buffer.concat([...local, directory, Buffer.from('PK\u0005\u0006'), end])
}

const relationships = (target: string) =>
  `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="${target}"/></Relationships>`

const types = (part: string, type: string) =>
  `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/${part}" ContentType="application/vnd.openxmlformats-officedocument.${type}.main+xml"/></Types>`

/** `body`: the XML within `w:body`. */
export function docx(body: string, more: readonly Part[] = [], before = ''): Buffer {
  const document = `${before}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`
  return zip([
    { name: '[Content_Types].xml', content: types('word/document.xml', 'wordprocessingml.document') },
    { name: '_rels/.rels', content: relationships('word/document.xml') },
    { name: 'word/document.xml', content: document },
    ...more,
  ])
}

export const paragraph = (text: string, style = '') =>
  `<w:p>${style && `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`}<w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`

export interface Sheet {
  name: string
  /** The XML within `sheetData`. */
  rows: string
  attributes?: string
  before?: string
}

export function xlsx(sheets: readonly Sheet[], more: readonly Part[] = []): Buffer {
  const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
  const list = sheets
    .map(
      ({ name, attributes = '' }, at) => `<sheet name="${name}" sheetId="${at + 1}" r:id="r${at + 1}" ${attributes}/>`,
    )
    .join('')
  const links = sheets
    .map((_, at) => `<Relationship Id="r${at + 1}" Type="${office}/worksheet" Target="worksheets/sheet${at + 1}.xml"/>`)
    .join('')
  return zip([
    { name: '[Content_Types].xml', content: types('xl/workbook.xml', 'spreadsheetml.sheet') },
    { name: '_rels/.rels', content: relationships('xl/workbook.xml') },
    { name: 'xl/workbook.xml', content: `<workbook ${main} xmlns:r="${office}"><sheets>${list}</sheets></workbook>` },
    {
      name: 'xl/_rels/workbook.xml.rels',
      content: `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${links}</Relationships>`,
    },
    ...sheets.map(({ rows, before = '' }, at) => ({
      name: `xl/worksheets/sheet${at + 1}.xml`,
      content: `${before}<worksheet ${main}><sheetData>${rows}</sheetData></worksheet>`,
    })),
    ...more,
  ])
}

export const row = (number: number, cells: readonly string[]) =>
  `<row r="${number}">${cells.map((cell, at) => `<c r="${'ABCDEFGH'[at]}${number}" t="inlineStr"><is><t>${cell}</t></is></c>`).join('')}</row>`

/** A PDF of these objects, the first of which is its catalog. */
export function pdfOf(objects: readonly string[], trailer = ''): Buffer {
  let text = '%PDF-1.7\n'
  const places = objects.map((object, at) => {
    const place = text.length
    text += `${at + 1} 0 obj\n${object}\nendobj\n`
    return `${String(place).padStart(10, '0')} 00000 n \n`
  })
  const table = text.length
  const size = objects.length + 1
  text += `xref\n0 ${size}\n0000000000 65535 f \n${places.join('')}`
  text += `trailer\n<< /Size ${size} /Root 1 0 R ${trailer} >>\nstartxref\n${table}\n%%EOF\n`
  return Buffer.from(text, 'latin1')
}

/** One page for each text; lines are apart by `\n`, and an empty text is a page without any. */
export function pdf(pages: readonly string[], trailer = ''): Buffer {
  const objects = pages.flatMap((text, at) => {
    const lines = text.split('\n').map((line, number) => `1 0 0 1 50 ${700 - number * 14} Tm (${line}) Tj`)
    const content = text === '' ? '' : `BT /F1 12 Tf ${lines.join(' ')} ET`
    return [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${5 + at * 2} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    ]
  })
  const kids = pages.map((_, at) => `${4 + at * 2} 0 R`).join(' ')
  return pdfOf(
    [
      '<< /Type /Catalog /Pages 2 0 R >>',
      `<< /Type /Pages /Count ${pages.length} /Kids [${kids}] >>`,
      '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
      ...objects,
    ],
    trailer,
  )
}

/** A compound file, as office programs write them for a password. */
export function compoundFile(stream: string): Buffer {
  const bytes = Buffer.alloc(2048)
  bytes.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])
  bytes.write(stream, 1024, 'utf16le')
  return bytes
}
