// From a file's bytes to text, in a child process with bounds of time and memory.
import { readFile } from 'node:fs/promises'
import type { KnowledgeFault } from '@parley/contract'
import { readHtmlLinks } from '../crawl/rules/html.ts'

export interface PageFacts {
  title: string | null
  canonical: string | null
  noindex: boolean
  nofollow: boolean
  links: string[]
}

export interface Converted {
  /** Markdown. */
  text: string
  /** Where each page begins in the text, in UTF-16 units; null for what has no pages. */
  page_starts: number[] | null
  /** As its bytes say. */
  media_type: string
  /** Such as `en`; null: not recognized. */
  language: string | null
  warnings: string[]
  page: PageFacts | null
}

/** The file's own fault: final. */
export class ConversionFault extends Error {
  readonly code: KnowledgeFault
  readonly page: PageFacts | null

  constructor(code: KnowledgeFault, message: string, page: PageFacts | null = null) {
    super(message)
    this.code = code
    this.page = page
  }
}

export interface ConversionLimits {
  seconds: number
  memory_bytes: number
  pages: number
  text_bytes: number
  unpacked_bytes: number
}

/** `path` is a file of this process's own. Throws `ConversionFault`, or the signal's reason. */
export async function convertFile(
  file: { path: string; name: string; url: string | null },
  _limits: ConversionLimits,
  _signal: AbortSignal,
): Promise<Converted> {
  const html = await readFile(file.path, 'utf8')
  const text = html.replaceAll(/<[^>]*>/g, '').trim()
  const { links, canonical, robots } = readHtmlLinks(html, file.url ?? 'http://x.test')
  const noindex = /noindex|none/.test(robots)
  const nofollow = /nofollow|none/.test(robots)
  const page = { title: null, links, canonical, noindex, nofollow }
  if (text === '') throw new ConversionFault('no_text', 'The page has no text.', page)
  return { text, page_starts: null, media_type: 'text/html', language: 'en', warnings: [], page }
}
