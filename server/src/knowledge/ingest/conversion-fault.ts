// Why a file has no text: its own fault, final, with what to do.
import type { KnowledgeFault } from '@parley/contract'

export class ConversionFault extends Error {
  readonly code: KnowledgeFault
  /** Of a page without text: a crawl still follows its links. */
  readonly page: PageFacts | null

  constructor(code: KnowledgeFault, message: string, page: PageFacts | null = null) {
    super(message)
    this.code = code
    this.page = page
  }
}

/** What a page says to crawlers. */
export interface PageFacts {
  title: string | null
  /** Absolute, http(s), as the page says it. */
  canonical: string | null
  noindex: boolean
  nofollow: boolean
  /** Absolute, http(s), without fragments, in order, each once; none with `rel=nofollow`. */
  links: string[]
}
