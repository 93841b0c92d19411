// Chunks by the structure of a Markdown text: a heading begins one, what fits is not cut, a table repeats its header, code its fences. Pure.
import type { ChunkingStrategy } from '@parley/contract'
import { endOfSentence, findCut, findOverlap, skipSpace, trimEnd } from './boundaries.ts'
import { HeadingPath } from './heading-path.ts'
import { type Block, readBlocks } from './read-blocks.ts'

/** A part of the text that a chunk has whole. */
interface Unit {
  start: number
  end: number
  /** What a chunk repeats if it begins or ends with this unit: the header of a table, the fences of code. */
  before: string
  after: string
  /** Whether a chunk can repeat its last characters only. */
  prose: boolean
}

/** Lists in lists beyond this are cut as paragraphs. */
const max_nesting = 8

export interface Piece {
  content: string
  heading_path: string[]
  /** Where its first character is in the text. */
  at: number
}

export function* cutByStructure(text: string, strategy: ChunkingStrategy): Generator<Piece> {
  const path = new HeadingPath()
  const chunk = new OpenChunk(text, strategy)
  const splitter = new Splitter(text, strategy)
  for (const block of readBlocks(text)) {
    if (block.kind === 'heading') {
      if (!chunk.isOnlyHeadings) yield* chunk.close(path, false)
      path.pass(block)
    }
    for (const unit of splitter.split(block, chunk.spaceFor(block))) {
      if (!chunk.fits(unit)) yield* chunk.close(path, true, unit)
      chunk.add(unit, block.kind === 'heading')
    }
  }
  yield* chunk.close(path, false)
}

/** The units that the next chunk has so far. */
class OpenChunk {
  readonly #text: string
  readonly #size: number
  readonly #overlap: number
  #units: Unit[] = []
  #headings = 0
  /** How many units the chunk before had already. */
  #repeated = 0

  constructor(text: string, { chunk_size, chunk_overlap }: ChunkingStrategy) {
    this.#text = text
    this.#size = chunk_size
    this.#overlap = chunk_overlap
  }

  /** Headings stay with what follows: then there is no place to begin a chunk. */
  get isOnlyHeadings(): boolean {
    return this.#headings === this.#units.length
  }

  fits(unit: Unit): boolean {
    return this.#units.length === 0 || lengthOf(this.#units[0]!, unit) <= this.#size
  }

  /** How long a block can be that is not cut. */
  spaceFor(block: Block): number {
    const first = this.#units[0]
    if (first === undefined || !this.isOnlyHeadings || block.kind === 'code') return this.#size
    const left = this.#size - (block.start - first.start)
    return left < this.#size / 2 ? this.#size : left
  }

  add(unit: Unit, isHeading: boolean): void {
    this.#units.push(unit)
    if (isHeading && this.#headings === this.#units.length - 1) this.#headings += 1
  }

  /** The chunk; the next one begins with the end of it where both are of one section and `next` still fits. */
  *close(path: HeadingPath, goes_on: boolean, next?: Unit): Generator<Piece> {
    const units = this.#units
    if (units.length > this.#repeated) {
      const [first, last] = [units[0]!, units.at(-1)!]
      const at = skipSpace(this.#text, first.start)
      const body = this.#text.slice(
        first.before === '' ? startOfLine(this.#text, first.start, at) : first.start,
        trimEnd(this.#text, first.start, last.end),
      )
      const content = `${first.before}${body}${last.after}`
      if (at < last.end) yield { content, heading_path: path.titles, at }
    }
    this.#units = goes_on && next ? this.#endOf(units, next) : []
    this.#repeated = this.#units.length
    this.#headings = 0
  }

  /** Whole units, else the last characters of the last one. */
  #endOf(units: readonly Unit[], next: Unit): Unit[] {
    const last = units.at(-1)!
    const fits = (unit: Unit) => last.end - unit.start <= this.#overlap && lengthOf(unit, next) <= this.#size
    const from = units.findIndex((unit, index) => index > 0 && fits(unit))
    if (from > 0) return units.slice(from)
    if (!last.prose) return []
    const most = Math.min(this.#overlap, this.#size - (next.end + next.after.length - last.end))
    const start = findOverlap(this.#text, last.start, last.end, most)
    return start < last.end ? [{ ...last, start }] : []
  }
}

/** Cuts blocks into units that fit. */
class Splitter {
  readonly #text: string
  readonly #size: number
  readonly #piece: number

  constructor(text: string, { chunk_size, chunk_overlap }: ChunkingStrategy) {
    this.#text = text
    this.#size = chunk_size
    this.#piece = chunk_size - chunk_overlap
  }

  /** `space`: a block that is no longer stays whole. */
  *split(block: Block, space: number, nesting = 0): Generator<Unit> {
    const { kind, start, end } = block
    if (end - start <= space) yield { start, end, ...nothing, prose: kind === 'text' || kind === 'item' }
    else if (kind === 'table') yield* this.#splitTable(block)
    else if (kind === 'code') yield* this.#splitCode(block)
    else if (kind === 'item' && nesting < max_nesting) yield* this.#splitItem(block, space, nesting)
    else yield* this.#splitText(start, end, { first: Math.min(space, this.#piece) })
  }

  *#splitItem({ start, end, inner }: Block & { kind: 'item' }, space: number, nesting: number): Generator<Unit> {
    const mark = /[ \t]*(?:[-+*]|\d{1,9}[.)])[ \t]{0,4}/y
    mark.lastIndex = start
    const inside = start + (mark.exec(this.#text)?.[0].length ?? 0)
    yield* this.#within(start, end, this.#splitInside(inside, end, inner, space - (inside - start), nesting))
  }

  *#splitInside(start: number, end: number, inner: number, space: number, nesting: number): Generator<Unit> {
    let left = space
    for (const block of readBlocks(this.#text, start, end, inner)) {
      yield* this.split(block, left, nesting + 1)
      left = this.#size
    }
  }

  /** Row by row; the first row stays with the header. */
  *#splitTable({ start, end, header_end }: Block & { kind: 'table' }): Generator<Unit> {
    const header = `${this.#text.slice(start, header_end).trimEnd()}\n`
    if (header.length > this.#size / 2) return yield* this.#splitLines(start, end, nothing)
    yield* this.#within(start, end, this.#splitLines(header_end + 1, end, { before: header, after: '' }))
  }

  /** Line by line; the fences stay with the first and the last one. */
  *#splitCode({ start, end, fence, opening, closed }: Block & { kind: 'code' }): Generator<Unit> {
    if (fence === '') return yield* this.#splitLines(start, end, nothing)
    const margin = this.#marginOf(start)
    const around = [opening, fence]
      .map((mark) => ({ before: `${margin}${mark}\n`, after: `\n${margin}${fence}` }))
      .find(({ before, after }) => before.length + after.length <= this.#size / 2)
    const from = this.#endOfLine(start, end) + 1
    const to = closed ? this.#text.lastIndexOf('\n', end - 1) : end
    yield* this.#within(start, end, this.#splitLines(from, to, around ?? nothing))
  }

  /** The first and the last unit reach to the edges of their block, if they can. */
  *#within(start: number, end: number, units: Iterable<Unit>): Generator<Unit> {
    const fits = ({ before, after, ...unit }: Unit) =>
      before.length + unit.end - unit.start + after.length <= this.#size
    let held: Unit | null = null
    for (const unit of units) {
      if (held) yield held
      const first = { ...unit, start, before: '' }
      if (!held && !fits(first))
        yield* this.#splitText(start, trimEnd(this.#text, start, unit.start), { first: this.#piece })
      held = held || !fits(first) ? unit : first
    }
    if (!held) return yield* this.#splitText(start, end, { first: this.#piece })
    const last = { ...held, end, after: '' }
    if (fits(last)) return yield last
    yield held
    yield* this.#splitText(skipSpace(this.#text, held.end), end, { first: this.#piece })
  }

  *#splitLines(start: number, end: number, around: Around): Generator<Unit> {
    for (let at = start; at < end;) {
      const line_end = this.#endOfLine(at, end)
      yield* this.#splitLine(at, line_end, around)
      at = line_end + 1
    }
  }

  *#splitLine(start: number, end: number, around: Around): Generator<Unit> {
    if (start >= end) return
    const space = this.#size - around.before.length - around.after.length
    if (end - start <= space) yield { start, end, ...around, prose: false }
    else yield* this.#splitText(start, end, { first: space, rest: space, around })
  }

  *#splitText(
    start: number,
    end: number,
    { first, rest = this.#piece, around }: { first: number; rest?: number; around?: Around },
  ): Generator<Unit> {
    let space = first
    for (let at = start; at < end;) {
      const limit = at + space
      const cut = limit >= end ? end : Math.min(end, findCut(this.#text, at, limit, around ? undefined : endOfSentence))
      yield { start: at, end: cut, ...(around ?? nothing), prose: around === undefined }
      at = skipSpace(this.#text, cut)
      space = rest
    }
  }

  #endOfLine(start: number, end: number): number {
    const found = this.#text.indexOf('\n', start)
    return found < 0 || found > end ? end : found
  }

  /** What stands before a fence in its line, without the mark of a list. */
  #marginOf(start: number): string {
    const from = Math.max(0, start - 100)
    const line = this.#text.slice(from + this.#text.slice(from, start).lastIndexOf('\n') + 1, start + 100)
    return /^[^`~]*/.exec(line)![0].replaceAll(/[^>\s]/g, ' ')
  }
}

interface Around {
  before: string
  after: string
}

const nothing: Around = { before: '', after: '' }

const lengthOf = (first: Unit, last: Unit) => first.before.length + last.end - first.start + last.after.length

/** The start of the line of `at`, whose indentation belongs to it. */
function startOfLine(text: string, from: number, at: number): number {
  return from + text.slice(from, at).lastIndexOf('\n') + 1
}
