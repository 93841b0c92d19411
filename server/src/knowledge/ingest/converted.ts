// What a file became.
import type { PageFacts } from './conversion-fault.ts'

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
  /** Of HTML. */
  page: PageFacts | null
}
