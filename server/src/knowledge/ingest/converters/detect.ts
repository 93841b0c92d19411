// Which kind of file it is: its bytes decide; its name only among kinds of text that have the same bytes.
import { ConversionFault } from '../conversion-fault.ts'
import { type Convert, corrupt } from './converter.ts'

/** Loaded when it is needed: a process converts one file. */
type Load = () => Promise<Convert>

export interface Kind {
  media_type: string
  extensions: readonly string[]
  load: Load
}

const kinds = {
  pdf: { media_type: 'application/pdf', extensions: ['pdf'], load: async () => (await import('./pdf.ts')).convertPdf },
  docx: {
    media_type: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    extensions: ['docx', 'docm'],
    load: async () => (await import('./docx.ts')).convertDocx,
  },
  xlsx: {
    media_type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    extensions: ['xlsx', 'xlsm'],
    load: async () => (await import('./xlsx.ts')).convertXlsx,
  },
  html: {
    media_type: 'text/html',
    extensions: ['html', 'htm', 'xhtml'],
    load: async () => (await import('./html.ts')).convertHtml,
  },
  json: {
    media_type: 'application/json',
    extensions: ['json'],
    load: async () => (await import('./json.ts')).convertJson,
  },
  jsonl: {
    media_type: 'application/jsonl',
    extensions: ['jsonl', 'ndjson'],
    load: async () => (await import('./json.ts')).convertJsonLines,
  },
  csv: { media_type: 'text/csv', extensions: ['csv'], load: async () => (await import('./csv.ts')).convertCsv },
  tsv: {
    media_type: 'text/tab-separated-values',
    extensions: ['tsv'],
    load: async () => (await import('./csv.ts')).convertCsv,
  },
  md: {
    media_type: 'text/markdown',
    extensions: ['md', 'markdown'],
    load: async () => (await import('./plain.ts')).convertText,
  },
  txt: {
    media_type: 'text/plain',
    extensions: ['txt', 'text'],
    load: async () => (await import('./plain.ts')).convertText,
  },
} satisfies Record<string, Kind>

const openPackages: Record<string, Kind> = { docx: kinds.docx, docm: kinds.docx, xlsx: kinds.xlsx, xlsm: kinds.xlsx }
/** Kinds whose bytes are never plain text. */
const binary = new Set<Kind>([kinds.pdf, kinds.docx, kinds.xlsx])

export const isBinary = (kind: Kind) => binary.has(kind)

export interface Detected {
  kind: Kind
  warnings: string[]
}

/** `isPage`: it was fetched as a page. */
export async function detectKind(bytes: Buffer, name: string, isPage: boolean): Promise<Detected> {
  const named = kindOfName(name)
  const kind = await kindOfBytes(bytes, named, isPage)
  const extension = extensionOf(name)
  const isWrong = !isPage && extension !== '' && (named !== null || isBinary(kind)) && named !== kind
  const warnings = isWrong ? [`The name ends with .${extension}, but the file is ${kind.media_type}.`] : []
  return { kind, warnings }
}

async function kindOfBytes(bytes: Buffer, named: Kind | null, isPage: boolean): Promise<Kind> {
  const head = bytes.subarray(0, 4096)
  if (isPdf(bytes)) return kinds.pdf
  const start = head
    .toString('latin1')
    .replace(/^(ï»¿|ÿþ|þÿ)/, '')
    .replaceAll('\0', '')
    .trimStart()
  if (isText(head)) refuseMarkup(start)
  else {
    const packaged = await kindOfMarks(bytes, named)
    if (packaged) return packaged
  }
  if (/^<(!doctype\s+html|html|head|body)[\s>]/i.test(afterComments(start))) return kinds.html
  if (isPage && /^<[a-z!]/i.test(start)) return kinds.html
  return kindOfText(bytes, start, named)
}

/** Marks of binary files are short, and words begin with them: `BM`, `MZ`, `solid`. Text has no control characters but those of lines. */
function isText(head: Buffer): boolean {
  return head.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === escape)
}

const escape = 0x1b

/** Text to machines only. */
function refuseMarkup(start: string): void {
  if (start.startsWith('{\\rtf')) throw unsupported('application/rtf')
  if (start.startsWith('%!PS')) throw unsupported('application/postscript')
}

/** By the marks at its beginning. Null: it has none, or those of text. */
async function kindOfMarks(bytes: Buffer, named: Kind | null): Promise<Kind | null> {
  const { fileTypeFromBuffer } = await import('file-type')
  const found = await fileTypeFromBuffer(bytes)
  if (!found || /^text\/|xml$/.test(found.mime)) return null
  if (found.ext in openPackages) return openPackages[found.ext]!
  if (found.ext === 'cfb') throw ofCompoundFile(bytes)
  if (found.ext === 'zip') return ofZip(bytes, named)
  throw unsupported(found.mime)
}

/** Its name decides, unless the bytes cannot be what it says. */
function kindOfText(bytes: Buffer, start: string, named: Kind | null): Kind {
  const isStructured = /^[[{]/.test(start)
  switch (named) {
    case kinds.json:
    case kinds.jsonl:
      return isStructured || /^(["\d-]|true|false|null)/.test(start) ? named : kinds.txt
    case kinds.csv:
    case kinds.tsv:
      return isStructured && isJson(bytes) ? kinds.json : named
    case kinds.html:
      return /<[a-z!/]/i.test(bytes.toString('latin1').replaceAll('\0', '')) ? named : kinds.txt
    case kinds.md:
    case kinds.txt:
      return named
    default:
      return isStructured && isJson(bytes) ? kinds.json : kinds.txt
  }
}

/** Its mark can follow other bytes, such as those of a mail. */
function isPdf(bytes: Buffer): boolean {
  const at = bytes.subarray(0, 1024).indexOf('%PDF-')
  return at === 0 || (at > 0 && bytes.includes('startxref'))
}

/** What follows a declaration of XML, and comments. */
function afterComments(start: string): string {
  let rest = start.replace(/^<\?xml[^>]*>/, '').trimStart()
  while (rest.startsWith('<!--')) {
    const end = rest.indexOf('-->', 4)
    rest = end < 0 ? '' : rest.slice(end + 3).trimStart()
  }
  return rest
}

/** Older office formats, and newer ones under a password. */
function ofCompoundFile(bytes: Buffer): ConversionFault {
  if (bytes.includes(Buffer.from('EncryptedPackage', 'utf16le'))) {
    return new ConversionFault('encrypted', 'The file needs a password. Send it without one.')
  }
  return unsupported('an older office format. Save it as DOCX, XLSX or PDF')
}

/** The type of a package is in one of its parts, which can be the last one, or damaged. */
function ofZip(bytes: Buffer, named: Kind | null): Kind {
  if (bytes.includes('word/document.xml')) return kinds.docx
  if (bytes.includes('xl/workbook.xml')) return kinds.xlsx
  if (named === kinds.docx || named === kinds.xlsx) throw corrupt('The file is not a whole document. Save it again.')
  throw unsupported('application/zip')
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'))
    return true
  } catch {
    return false
  }
}

function unsupported(what: string): ConversionFault {
  const message = `The file is ${what}. Send PDF, DOCX, XLSX, CSV, JSON, Markdown, text or HTML.`
  return new ConversionFault('unsupported_type', message)
}

const extensionOf = (name: string) => /\.([a-z0-9]{1,10})$/i.exec(name.trimEnd())?.[1]?.toLowerCase() ?? ''

function kindOfName(name: string): Kind | null {
  const extension = extensionOf(name)
  return Object.values<Kind>(kinds).find(({ extensions }) => extensions.includes(extension)) ?? null
}
