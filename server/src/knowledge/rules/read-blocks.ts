// The blocks of a Markdown text: headings, paragraphs, items of lists, tables, code. Reads each line once, however the text is made. Pure.
import { cutTo, skipSpace } from './boundaries.ts'

/** Offsets in the text. Blocks come in order, and between two of them there is only white space. */
export type Block = { start: number; end: number } & (
  | { kind: 'text' }
  | { kind: 'heading'; depth: number; title: string }
  /** `inner`: how far the lines of its content are indented. */
  | { kind: 'item'; inner: number }
  /** `header_end`: where the line below its header ends. */
  | { kind: 'table'; header_end: number }
  /** Both fences are empty for code that is only indented; `closed` says whether the block ends with one. */
  | { kind: 'code'; fence: string; opening: string; closed: boolean }
)

interface Line {
  start: number
  /** Without its line break. */
  end: number
  /** Of its first character that is not white space, in columns from the container's edge. */
  indent: number
  /** Without white space at the start; at most as long as any mark of a block. */
  head: string
  blank: boolean
}

/** What a line begins with that ends the paragraph before it. */
const marks = new Set('`~#<>*-_+1')

/** Longer titles are paragraphs. */
const max_title = 1000
const max_kept_title = 200
/** Marks of blocks are looked for in so much of a line. */
const max_head = 300
/** A longer header is a paragraph. */
const max_header = 16_384

/** `base`: how far the content of the list's item is indented whose inside is read. */
export function* readBlocks(text: string, start = 0, end = text.length, base = 0): Generator<Block> {
  const reader = new Reader(text, end, base)
  let at = start === 0 && base === 0 ? skipFrontMatter(text, end) : start
  if (at > 0 && start === 0) yield { kind: 'text', start: 0, end: trimLine(text, 0, at) }
  while (at < end) {
    const solid = skipSpace(text, at)
    if (solid >= end) return
    const blocks = reader.read(reader.lineAt(Math.max(at, text.lastIndexOf('\n', solid) + 1)))
    yield* blocks
    at = blocks.at(-1)!.end + 1
  }
}

class Reader {
  readonly #text: string
  readonly #end: number
  readonly #base: number

  constructor(text: string, end: number, base: number) {
    this.#text = text
    this.#end = end
    this.#base = base
  }

  lineAt(start: number): Line {
    const found = this.#text.indexOf('\n', start)
    const end = found < 0 || found > this.#end ? this.#end : found
    let at = start
    let column = this.#columnOf(start)
    for (; at < end; at += 1) {
      const code = this.#text.charCodeAt(at)
      if (code === 9) column += 4 - (column % 4)
      else if (code === 32 || code === 13) column += 1
      else break
    }
    const head = this.#text.slice(at, Math.min(end, at + max_head))
    return { start, end, indent: Math.max(0, column - this.#base), head, blank: at === end }
  }

  /** The block that begins with this line: a paragraph whose last line is underlined is a heading, a table can end one. */
  read(line: Line): Block[] {
    const fence = fenceOf(line)
    if (fence) return [this.#readFence(line, fence)]
    const heading = headingOf(line)
    if (heading)
      return [
        { kind: 'heading', ...heading, title: this.#titleOf(line, heading.depth), start: line.start, end: line.end },
      ]
    if (line.indent >= 4) return [this.#readIndented(line)]
    const inner = innerOf(line)
    if (inner !== null) return [this.#readItem(line, inner + this.#base)]
    if (isRaw(line)) return [this.#readRaw(line)]
    if (isBreak(line.head)) return [{ kind: 'text', start: line.start, end: line.end }]
    return this.#readParagraph(line)
  }

  #readFence(line: Line, fence: string): Block {
    const { last, closed } = this.#endOfFence(line, fence, 0)
    const opening = line.head.length < 100 ? line.head.trimEnd() : fence
    return { kind: 'code', fence, opening, closed, start: line.start, end: last }
  }

  /** Up to the fence that closes it, or the first line that stands further left than `inner`. */
  #endOfFence(opening: Line, fence: string, inner: number): { last: number; closed: boolean } {
    let last = opening.end
    for (let at = opening.end + 1; at < this.#end;) {
      const line = this.lineAt(at)
      if (!line.blank && line.indent < inner) break
      if (line.indent < inner + 4 && closes(line, fence)) return { last: line.end, closed: true }
      last = line.end
      at = line.end + 1
    }
    return { last, closed: false }
  }

  #readIndented(line: Line): Block {
    let last = line.end
    for (let at = line.end + 1; at < this.#end;) {
      const next = this.lineAt(at)
      if (!next.blank && next.indent < 4) break
      if (!next.blank) last = next.end
      at = next.end + 1
    }
    return { kind: 'code', fence: '', opening: '', closed: false, start: line.start, end: last }
  }

  #readItem(line: Line, inner: number): Block {
    let last = line
    let blank = false
    const edge = inner - this.#base
    const skip = (from: Line) => {
      const fence = fenceOf({ ...from, indent: from.indent - edge })
      return fence ? { ...from, end: this.#endOfFence(from, fence, edge).last } : from
    }
    const first = skip({ ...line, indent: edge, head: this.#insideOf(line, edge) })
    last = { ...last, end: first.end }
    for (let at = last.end + 1; at < this.#end;) {
      const next = this.lineAt(at)
      if (!next.blank) {
        if (next.indent >= edge) last = skip(next)
        else if (blank || innerOf(next) !== null || beginsBlock(next)) break
        else last = next
      }
      blank = next.blank
      at = Math.max(next.end, last.end) + 1
    }
    return { kind: 'item', inner, start: line.start, end: last.end }
  }

  /** What stands behind the mark of an item. */
  #insideOf({ head, indent }: Line, edge: number): string {
    return head.slice(edge - indent).trimStart()
  }

  /** HTML whose content is not Markdown. */
  #readRaw(line: Line): Block {
    const mark = line.head.startsWith('<!--') ? '-->' : '</'
    const from = line.start + 4
    // Not beyond the container: there can be many of them.
    const found = this.#text.slice(from, this.#end).indexOf(mark)
    const inside = found >= 0 ? from + found : this.#end
    return { kind: 'text', start: line.start, end: Math.min(this.#end, this.lineAt(inside).end) }
  }

  #readParagraph(first: Line): Block[] {
    const { start } = first
    let line = first
    for (;;) {
      const next = line.end < this.#end ? this.lineAt(line.end + 1) : null
      if (next === null || next.blank) break
      const depth = line.end - start <= max_title ? underlineOf(next) : null
      if (depth !== null && !first.head.startsWith('>')) {
        const title = cleanTitle(this.#text.slice(start, line.end))
        return [{ kind: 'heading', depth, title, start, end: next.end }]
      }
      if (this.#isHeader(line, next)) {
        const table = this.#readTable(line, next)
        return line === first ? [table] : [{ kind: 'text', start, end: line.start - 1 }, table]
      }
      if (beginsBlock(next)) break
      line = next
    }
    return [{ kind: 'text', start, end: line.end }]
  }

  #isHeader(header: Line, below: Line): boolean {
    if (header.indent > 3 || below.indent > 3 || !below.head.includes('-') || !/^[ \t|:-]+$/.test(below.head))
      return false
    if (Math.max(below.end - below.start, header.end - header.start) > max_header) return false
    const [names, rules] = [header, below].map((line) => this.#text.slice(line.start, line.end))
    if (!names!.includes('|') && !rules!.includes('|')) return false
    return cellsOf(rules!).every(isRule) && cellsOf(names!).length === cellsOf(rules!).length
  }

  #readTable(header: Line, below: Line): Block {
    let last = below.end
    for (let at = below.end + 1; at < this.#end;) {
      const line = this.lineAt(at)
      if (line.blank || beginsBlock(line)) break
      last = line.end
      at = line.end + 1
    }
    return { kind: 'table', header_end: below.end, start: header.start, end: last }
  }

  #titleOf(line: Line, depth: number): string {
    const text = this.#text.slice(line.start, Math.min(line.end, line.start + max_title)).trim()
    return cleanTitle(text.slice(depth).replace(/(^|[ \t])#+$/, ''))
  }

  /** The inside of an item begins in the middle of a line. */
  #columnOf(at: number): number {
    return at === 0 || this.#text[at - 1] === '\n' ? 0 : this.#base
  }
}

function fenceOf({ indent, head }: Line): string | null {
  if (indent > 3) return null
  const fence = /^(`{3,}|~{3,})/.exec(head)?.[0] ?? null
  return fence?.startsWith('`') && head.includes('`', fence.length) ? null : fence
}

function closes({ head }: Line, fence: string): boolean {
  const mark = /^(`+|~+)\s*$/.exec(head)?.[1]
  return mark !== undefined && mark[0] === fence[0] && mark.length >= fence.length
}

function headingOf({ indent, head }: Line): { depth: number } | null {
  const marks = indent > 3 ? null : /^#{1,6}(?=[ \t]|$)/.exec(head)
  return marks && { depth: marks[0].length }
}

function underlineOf({ indent, head }: Line): number | null {
  if (indent > 3) return null
  return /^=+\s*$/.test(head) ? 1 : /^-+\s*$/.test(head) ? 2 : null
}

/** How far the content of a list's item is indented. */
function innerOf({ indent, head }: Line): number | null {
  if (indent > 3 || isBreak(head)) return null
  const mark = /^(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$)/.exec(head)?.[0]
  if (mark === undefined) return null
  const spaces = /^[ \t]*/.exec(head.slice(mark.length))![0].length
  return indent + mark.length + (spaces >= 1 && spaces <= 4 ? spaces : 1)
}

/** A line across the page. */
const isBreak = (head: string) => /^(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/.test(head)

const isRaw = ({ indent, head }: Line) =>
  indent <= 3 && (head.startsWith('<!--') || /^<(?:pre|script|style|textarea)(?=[\s>]|$)/i.test(head))

/** Whether a line ends the paragraph before it. */
function beginsBlock(line: Line): boolean {
  if (line.indent > 3 || !marks.has(line.head[0]!)) return false
  if (fenceOf(line) !== null || headingOf(line) !== null || isBreak(line.head) || isRaw(line)) return true
  if (line.head.startsWith('>')) return true
  return innerOf(line) !== null && /^(?:[-+*]|1[.)])[ \t]+\S/.test(line.head)
}

const isRule = (cell: string) => /^:?-+:?$/.test(cell.trim())

function cellsOf(line: string): string[] {
  const cells = line.trim().replaceAll('\\|', '').split('|')
  if (cells.length > 1 && cells[0] === '') cells.shift()
  if (cells.length > 1 && cells.at(-1) === '') cells.pop()
  return cells
}

/** A title without marks: it is shown, and searched. */
function cleanTitle(source: string): string {
  const plain = source
    .replaceAll(/!?\[([^[\]]*)\]\([^()]*\)/g, '$1')
    .replaceAll(/[*`~]|\\(?=[!-/:-@[-`{-~])/g, '')
    .replaceAll(/\s+/g, ' ')
  return cutTo(plain.trim(), max_kept_title).trimEnd()
}

/** Fields between lines of dashes, at the very start: their last line would look like a heading. */
function skipFrontMatter(text: string, end: number): number {
  if (!/^---[ \t]*\n[\w-]+[ \t]*:/.test(text.slice(0, 200))) return 0
  const closing = /\n---[ \t]*(?:\n|$)/.exec(text.slice(3, Math.min(end, 65_536)))
  return closing ? Math.min(end, 3 + closing.index + closing[0].length) : 0
}

function trimLine(text: string, start: number, end: number): number {
  return end > start && text[end - 1] === '\n' ? end - 1 : end
}
