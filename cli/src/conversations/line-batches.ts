// Reads a file of lines in batches that one call takes, without the parts that are done.
import type { FileHandle } from 'node:fs/promises'
import { type LineRange, rangeAt } from './line-ranges.ts'

export const max_rows = 500
export const max_bytes = 768 * 1024
/** A longer line is an error. */
const max_line_bytes = 16 * 1024 * 1024
const piece_bytes = 1024 * 1024
const newline = 10

export interface Line {
  number: number
  /** Null: it is too long. */
  text: string | null
}

export interface Batch extends LineRange {
  rows: Line[]
}

export async function* readBatches(file: FileHandle, done: readonly LineRange[]): AsyncGenerator<Batch> {
  const lines = new FileLines(file)
  let number = 0
  let at = 0
  let batch: Batch | null = null
  let bytes = 0
  for (;;) {
    const skipped = rangeAt(done, at)
    if (skipped) {
      if (batch) yield batch
      batch = null
      number += skipped.lines
      at = skipped.to
      continue
    }
    const line = await lines.readAt(at)
    if (line === null) break
    if (batch && (batch.rows.length >= max_rows || bytes + line.bytes > max_bytes)) {
      yield batch
      batch = null
    }
    if (!batch) {
      batch = { from: at, to: at, lines: 0, rows: [] }
      bytes = 0
    }
    number += 1
    at += line.bytes
    bytes += line.bytes
    batch.to = at
    batch.lines += 1
    if (line.text === null || line.text.trim() !== '') batch.rows.push({ number, text: line.text })
  }
  if (batch) yield batch
}

/** The lines of a file by the place where they begin. */
class FileLines {
  readonly #file: FileHandle
  #start = 0
  #bytes: Buffer = Buffer.alloc(0)
  #isAtEnd = false

  constructor(file: FileHandle) {
    this.#file = file
  }

  /** Null at the end of the file. `bytes` has its newline too. */
  async readAt(place: number): Promise<{ text: string | null; bytes: number } | null> {
    this.#seek(place)
    for (let searched = 0; ;) {
      const end = this.#bytes.indexOf(newline, place - this.#start + searched)
      if (end >= 0) return this.#line(place, end + 1)
      searched = this.#bytes.length - (place - this.#start)
      if (searched > max_line_bytes) return this.#skipLine(place)
      if (!(await this.#readMore())) return searched === 0 ? null : this.#line(place, this.#bytes.length)
    }
  }

  #line(place: number, end: number) {
    const bytes = this.#bytes.subarray(place - this.#start, end)
    const isTooLong = bytes.length > max_line_bytes
    return { text: isTooLong ? null : bytes.toString().replace(/\r?\n$/, ''), bytes: bytes.length }
  }

  /** Does not keep what it passes. */
  async #skipLine(place: number): Promise<{ text: null; bytes: number }> {
    for (;;) {
      const end = this.#bytes.indexOf(newline)
      if (end >= 0) return { text: null, bytes: this.#start + end + 1 - place }
      this.#start += this.#bytes.length
      this.#bytes = Buffer.alloc(0)
      if (!(await this.#readMore())) return { text: null, bytes: this.#start - place }
    }
  }

  #seek(place: number): void {
    const offset = place - this.#start
    const isHere = offset >= 0 && offset <= this.#bytes.length
    // Forgets what was read, once that is worth it.
    if (isHere && offset < piece_bytes) return
    this.#bytes = isHere ? Buffer.from(this.#bytes.subarray(offset)) : Buffer.alloc(0)
    this.#isAtEnd &&= isHere
    this.#start = place
  }

  async #readMore(): Promise<boolean> {
    if (this.#isAtEnd) return false
    const piece = Buffer.allocUnsafe(piece_bytes)
    const { bytesRead } = await this.#file.read(piece, 0, piece_bytes, this.#start + this.#bytes.length)
    this.#isAtEnd = bytesRead === 0
    this.#bytes = Buffer.concat([this.#bytes, piece.subarray(0, bytesRead)])
    return bytesRead > 0
  }
}
