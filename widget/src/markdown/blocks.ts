// Markdown in blocks: paragraphs, headings, lists, quotes, tables, code. Pure; its time is linear in the text: blocks inside each other
// are read again once for each level, and there are at most eight levels.
import { withoutReordering } from './address.ts'

export type Block =
  | { type: 'paragraph'; text: string }
  | { type: 'heading'; level: number; text: string }
  | { type: 'code'; text: string }
  | { type: 'rule' }
  | { type: 'quote'; content: Block[] }
  | { type: 'list'; start: number | null; items: Block[][] }
  | { type: 'table'; head: string[]; rows: string[][] }

const depth_at_most = 8
const columns_at_most = 20

const fence = /^ {0,3}(`{3,}|~{3,})([^`]*)$/
const heading = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/
const item = /^( {0,3})([-*+]|\d{1,9}[.)])(?:[ \t]|$)/

export function parseBlocks(text: string): Block[] {
  return readBlocks(withoutReordering(text).replace(/\r\n?/g, '\n').split('\n'), 0)
}

/** The same blocks, each with its own text, so that only the last is read again while text is coming. */
export function splitBlocks(text: string): string[] {
  const lines = text.replace(/\r\n?/g, '\n').split('\n')
  const found: string[] = []
  let at = 0
  while (at < lines.length) {
    const start = at
    at = isBlank(lines[at]!) ? at + 1 : endOfBlock(lines, at)
    if (!isBlank(lines[start]!)) found.push(lines.slice(start, at).join('\n'))
  }
  return found
}

const isBlank = (line: string) => line.trim() === ''

function isRule(line: string): boolean {
  const marks = line.replace(/[ \t]/g, '')
  return marks.length >= 3 && indentOf(line) < 4 && (/^-+$/.test(marks) || /^\*+$/.test(marks) || /^_+$/.test(marks))
}

function indentOf(line: string): number {
  let at = 0
  while (line[at] === ' ' || line[at] === '\t') at += 1
  return line.slice(0, at).replaceAll('\t', '    ').length
}

const isQuote = (line: string) => /^ {0,3}>/.test(line)
const isItem = (line: string) => item.test(line) && !isRule(line)
const isCode = (line: string) => indentOf(line) >= 4

function startsBlock(line: string): boolean {
  return isBlank(line) || fence.test(line) || heading.test(line) || isQuote(line) || isItem(line) || isRule(line)
}

/** The line after the block that begins at `at`. */
function endOfBlock(lines: readonly string[], at: number): number {
  const line = lines[at]!
  const opening = fence.exec(line)
  if (opening) return endOfFence(lines, at, opening[1]!)
  if (heading.test(line) || isRule(line)) return at + 1
  if (isQuote(line)) return endWhile(lines, at, (next) => isQuote(next) || !startsBlock(next))
  if (isItem(line)) return endOfList(lines, at)
  if (isTable(lines, at)) return endWhile(lines, at + 1, (next) => !isBlank(next) && next.includes('|'))
  if (isCode(line)) return endWhile(lines, at, isCode)
  return endWhile(lines, at, (next, index) => !startsBlock(next) && !isTable(lines, index))
}

function endWhile(lines: readonly string[], at: number, isPart: (line: string, index: number) => boolean): number {
  let end = at + 1
  while (end < lines.length && isPart(lines[end]!, end)) end += 1
  return end
}

/** To the end of the text if it is not closed, as while it is coming. */
function endOfFence(lines: readonly string[], at: number, mark: string): number {
  for (let end = at + 1; end < lines.length; end += 1) {
    const line = lines[end]!.trim()
    if (line.startsWith(mark) && line === mark[0]!.repeat(line.length)) return end + 1
  }
  return lines.length
}

/** Ends at two blank lines, or at a block that is not indented below an item. */
function endOfList(lines: readonly string[], at: number): number {
  let end = at + 1
  for (let next = end; next < lines.length; next += 1) {
    const line = lines[next]!
    if (isBlank(line)) {
      if (next + 1 < lines.length && isBlank(lines[next + 1]!)) return end
      continue
    }
    const isAfterBlank = isBlank(lines[next - 1]!)
    const isPart = indentOf(line) >= 2 || isItem(line) || (!isAfterBlank && !startsBlock(line))
    if (!isPart) return end
    end = next + 1
  }
  return end
}

function readBlocks(lines: readonly string[], depth: number): Block[] {
  const blocks: Block[] = []
  let at = 0
  while (at < lines.length) {
    if (isBlank(lines[at]!)) {
      at += 1
      continue
    }
    const end = endOfBlock(lines, at)
    blocks.push(readBlock(lines, at, end, depth))
    at = end
  }
  return blocks
}

function readBlock(lines: readonly string[], at: number, end: number, depth: number): Block {
  const line = lines[at]!
  const own = lines.slice(at, end)
  const opening = fence.exec(line)
  if (opening) return { type: 'code', text: readFence(own, opening[1]!) }
  const titled = heading.exec(line)
  if (titled) return { type: 'heading', level: titled[1]!.length, text: trimHashes(titled[2] ?? '') }
  if (isRule(line)) return { type: 'rule' }
  const isTooDeep = depth >= depth_at_most
  if (isQuote(line) && !isTooDeep) {
    return {
      type: 'quote',
      content: readBlocks(
        own.map((each) => each.replace(/^ {0,3}> ?/, '')),
        depth + 1,
      ),
    }
  }
  if (isItem(line) && !isTooDeep) return readList(own, depth)
  if (isTable(lines, at)) return readTable(own)
  if (isCode(line) && !isTooDeep) return { type: 'code', text: own.map((each) => each.slice(4)).join('\n') }
  return { type: 'paragraph', text: own.map((each) => each.trim()).join('\n') }
}

function readFence(own: readonly string[], mark: string): string {
  const last = own.at(-1)!.trim()
  const isClosed = own.length > 1 && last.startsWith(mark) && last === mark[0]!.repeat(last.length)
  return own.slice(1, isClosed ? -1 : undefined).join('\n')
}

function trimHashes(text: string): string {
  const trimmed = text.trim()
  let end = trimmed.length
  while (trimmed[end - 1] === '#') end -= 1
  return end === 0 || /\s/.test(trimmed[end - 1]!) ? trimmed.slice(0, end).trim() : trimmed
}

function readList(lines: readonly string[], depth: number): Block {
  const first = item.exec(lines[0]!)![2]!
  const isNumbered = first.length > 1
  const own: string[][] = []
  // A list may be indented as a whole.
  const base = indentOf(lines[0]!)
  let width = 2
  for (const line of lines) {
    const found = isItem(line) ? item.exec(line) : null
    if (found && found[1]!.length - base < 2) {
      own.push([line.slice(found[0].length)])
      width = found[0].length
    } else {
      const indent = indentOf(line)
      own.at(-1)!.push(indent === 0 ? line : line.replaceAll('\t', '    ').slice(Math.min(width, indent)))
    }
  }
  return {
    type: 'list',
    start: isNumbered ? parseInt(first, 10) : null,
    items: own.map((each) => readBlocks(each, depth + 1)),
  }
}

function isTable(lines: readonly string[], at: number): boolean {
  const next = lines[at + 1]
  if (!next?.includes('-') || !lines[at]!.includes('|') || !/^[\s|:-]+$/.test(next)) return false
  const marks = cellsOf(next)
  return marks.length === cellsOf(lines[at]!).length && marks.every((mark) => /^:?-+:?$/.test(mark))
}

function readTable(own: readonly string[]): Block {
  const head = cellsOf(own[0]!)
  const rows = own.slice(2).map((line) => {
    const cells = cellsOf(line)
    return head.map((_name, index) => cells[index] ?? '')
  })
  return { type: 'table', head, rows }
}

/** A `\|` is text. */
function cellsOf(line: string): string[] {
  const trimmed = line.trim().replaceAll('\\|', '\0')
  const inner = trimmed.slice(
    trimmed.startsWith('|') ? 1 : 0,
    trimmed.length > 1 && trimmed.endsWith('|') ? -1 : undefined,
  )
  return inner.split('|', columns_at_most).map((cell) => cell.trim().replaceAll('\0', '|'))
}
