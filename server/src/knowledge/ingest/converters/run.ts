// Converts one file; runs in a process of its own. What it answers has been cleaned and measured.
import { cleanText } from '../../rules/clean-text.ts'
import { ConversionFault, type PageFacts } from '../conversion-fault.ts'
import type { Converted } from '../converted.ts'
import { type Options, type Raw, max_line_bytes, tooLarge, tooMuchText } from './converter.ts'
import { type Kind, detectKind, isBinary } from './detect.ts'
import { detectLanguage } from './language.ts'

export type Outcome =
  | { converted: Converted }
  | { fault: { code: ConversionFault['code']; message: string; page: PageFacts | null } }

export async function run(bytes: Buffer, options: Options): Promise<Outcome> {
  try {
    return { converted: await convert(bytes, options) }
  } catch (error) {
    if (!(error instanceof ConversionFault)) throw error
    const { code, message, page } = error
    return { fault: { code, message, page } }
  }
}

async function convert(bytes: Buffer, options: Options): Promise<Converted> {
  if (bytes.length === 0) throw new ConversionFault('empty', 'The file is empty.')
  const { kind, warnings } = await detectKind(bytes, options.name, options.url !== null)
  const convertKind = await kind.load()
  const raw = await convertKind(bytes, options)
  const { text, page_starts } = join(raw)
  if (text.trim() === '') throw new ConversionFault('no_text', 'The file has no text.', raw.page ?? null)
  check(text, options.text_bytes)
  const page = raw.page ?? null
  return {
    text,
    page_starts,
    media_type: mediaTypeOf(kind, options.charset),
    language: await detectLanguage(text),
    warnings: [...warnings, ...(raw.warnings ?? [])].map((warning) => cleanText(warning).slice(0, 500)),
    page: page && { ...page, title: page.title && cleanText(page.title) },
  }
}

/** With what is needed to read its bytes again. */
function mediaTypeOf(kind: Kind, charset: string | null): string {
  return charset === null || isBinary(kind) ? kind.media_type : `${kind.media_type}; charset=${charset}`
}

function join({ text }: Raw): { text: string; page_starts: number[] | null } {
  if (typeof text === 'string') return { text: cleanText(text), page_starts: null }
  const page_starts: number[] = []
  let at = 0
  const pages = text.map((page) => {
    const clean = cleanText(page).trim()
    page_starts.push(at)
    at += clean.length + separator.length
    return clean
  })
  return { text: pages.join(separator), page_starts }
}

const separator = '\n\n'

function check(text: string, text_bytes: number): void {
  if (Buffer.byteLength(text) > text_bytes) throw tooMuchText(text_bytes)
  for (let at = 0; at < text.length;) {
    const found = text.indexOf('\n', at)
    const end = found < 0 ? text.length : found
    // A character has three bytes at most for each unit.
    if (end - at > max_line_bytes / 3 && Buffer.byteLength(text.slice(at, end)) > max_line_bytes) {
      throw tooLarge('A line has more than 1 MiB of text. Split it.')
    }
    at = end + 1
  }
}
