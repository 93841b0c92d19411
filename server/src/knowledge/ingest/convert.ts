// From a file's bytes to text, in a child process with bounds of time and memory.
import type { KnowledgeFault } from '@parley/contract'

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
}

/** The file's own fault: final. */
export class ConversionFault extends Error {
  readonly code: KnowledgeFault

  constructor(code: KnowledgeFault, message: string) {
    super(message)
    this.code = code
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
  _file: { path: string; name: string; url: string | null },
  _limits: ConversionLimits,
  _signal: AbortSignal,
): Promise<Converted> {
  throw new Error('not built')
}
