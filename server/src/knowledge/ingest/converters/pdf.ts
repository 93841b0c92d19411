// PDF: the text of each page, lines joined to paragraphs by the space between them.
import { getDocumentProxy } from 'unpdf'
import { ConversionFault } from '../conversion-fault.ts'
import { type Convert, TextBudget, corrupt } from './converter.ts'

/** As much of the end of a file as may follow what ends a PDF. */
const tail_bytes = 4096

export const convertPdf: Convert = async (bytes, { pages, text_bytes }) => {
  if (!bytes.subarray(-tail_bytes).includes('%%EOF')) {
    throw corrupt('The file ends in the middle. Send it again.')
  }
  const document = await openDocument(bytes)
  if (document.numPages > pages) {
    throw new ConversionFault(
      'too_many_pages',
      `The file has ${document.numPages} pages, more than ${pages}. Split it.`,
    )
  }
  const budget = new TextBudget(text_bytes)
  const texts: string[] = []
  const damaged: number[] = []
  for (let number = 1; number <= document.numPages; number += 1) {
    try {
      const page = await document.getPage(number)
      const { items } = await page.getTextContent()
      texts.push(budget.take(joinItems(items as Item[])))
      page.cleanup()
    } catch (error) {
      if (error instanceof ConversionFault || error instanceof RangeError) throw error
      damaged.push(number)
      texts.push('')
    }
  }
  const empty = texts.flatMap((text, at) => (text.trim() === '' && !damaged.includes(at + 1) ? [at + 1] : []))
  if (damaged.length === texts.length) throw corrupt('No page of the file could be read. Save it again.')
  return {
    text: texts,
    warnings: [...warn(damaged, 'could not be read'), ...warn(empty, 'without text, perhaps scanned')],
  }
}

async function openDocument(bytes: Buffer) {
  try {
    // A copy: the library takes the memory away.
    return await getDocumentProxy(new Uint8Array(bytes), {
      useSystemFonts: false,
      disableFontFace: true,
      enableXfa: false,
      stopAtErrors: false,
      verbosity: 0,
    })
  } catch (error) {
    const { name } = error as Error
    if (name === 'PasswordException') {
      throw new ConversionFault('encrypted', 'The file needs a password. Send it without one.')
    }
    throw error instanceof RangeError ? error : corrupt('The file is not a whole PDF. Save it again.')
  }
}

interface Item {
  str?: string
  hasEOL?: boolean
  height?: number
  transform?: number[]
}

/** A gap of more than one and a half lines begins a paragraph. */
function joinItems(items: readonly Item[]): string {
  const lines: string[] = []
  let line = ''
  let last: { y: number; height: number } | null = null
  const end = () => {
    lines.push(line.trim())
    line = ''
  }
  for (const { str = '', hasEOL, transform, height = 0 } of items) {
    const y: number = transform?.[5] ?? last?.y ?? 0
    if (line === '' && str.trim() !== '' && last && Math.abs(last.y - y) > 1.7 * Math.max(last.height, height)) {
      lines.push('')
    }
    line += str
    if (str.trim() !== '') last = { y, height }
    if (hasEOL) end()
  }
  end()
  return joinHyphens(lines)
}

/** Words that a line's end divides are joined. */
function joinHyphens(lines: readonly string[]): string {
  return lines
    .join('\n')
    .replaceAll(/(?<=\p{Ll})[-\u00ad\u2010]\n(?=\p{Ll})/gu, '')
    .replaceAll(/\n{3,}/g, '\n\n')
}

function warn(pages: readonly number[], what: string): string[] {
  if (pages.length === 0) return []
  const ranges: string[] = []
  for (let at = 0; at < pages.length;) {
    let end = at
    while (pages[end + 1] === pages[end]! + 1) end += 1
    ranges.push(end > at ? `${pages[at]}–${pages[end]}` : String(pages[at]))
    at = end + 1
  }
  const listed = ranges.length > 20 ? `${ranges.slice(0, 20).join(', ')} …` : ranges.join(', ')
  return [`${pages.length === 1 ? 'Page' : 'Pages'} ${what}: ${listed}.`]
}
