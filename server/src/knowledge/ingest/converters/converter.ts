// What every converter gets and answers.
import { ConversionFault, type PageFacts } from '../conversion-fault.ts'

export interface Options {
  /** Its extension decides where several kinds have the same bytes, such as CSV and text. */
  name: string
  /** Of a page: what its links are relative to. */
  url: string | null
  /** Of text that is not Unicode, as who sent it says; null: nobody has. */
  charset: string | null
  pages: number
  text_bytes: number
  unpacked_bytes: number
}

export interface Raw {
  /** Markdown, not cleaned yet; a list has one text for each page. */
  text: string | string[]
  warnings?: string[]
  page?: PageFacts
}

export type Convert = (bytes: Buffer, options: Options) => Raw | Promise<Raw>

/** The longest line or cell, in UTF-8. */
export const max_line_bytes = 2 ** 20

export function corrupt(message: string): ConversionFault {
  return new ConversionFault('corrupt', message)
}

export function tooLarge(message: string): ConversionFault {
  return new ConversionFault('too_large', message)
}

/** Counts what a text takes while it is made, so that a small file cannot become an endless one. */
export class TextBudget {
  #left: number
  readonly #most: number

  constructor(most_bytes: number) {
    this.#left = most_bytes
    this.#most = most_bytes
  }

  take(text: string): string {
    this.#left -= text.length
    if (this.#left < 0) throw tooMuchText(this.#most)
    return text
  }
}

/** Without line breaks, and without white space around them. */
export function flatten(text: string): string {
  return text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .join(' ')
    .trim()
}

export function tooMuchText(most_bytes: number): ConversionFault {
  return tooLarge(`The file has more than ${Math.floor(most_bytes / 2 ** 20)} MiB of text. Split it.`)
}
