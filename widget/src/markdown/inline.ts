// Markdown within a line or paragraph, to nodes. HTML is text, pictures are links to them. Pure; its time is linear in the text, because
// a mark is looked for among the open ones only, and each is opened and closed once.
import { safeAddress } from './address.ts'

export type Inline =
  | string
  | { type: 'strong' | 'em' | 'del'; content: Inline[] }
  | { type: 'code'; text: string }
  | { type: 'link'; href: string; content: Inline[] }
  | { type: 'break' }

interface Open {
  mark: string
  /** As it was written: shown if the mark is never closed. */
  written: string
  content: Inline[]
  /** Of `[`: it holds no link yet, so it can be one. */
  isLinkable: boolean
}

/** More marks inside each other are text. */
const depth_at_most = 16
const address_characters = 2000
const kinds: Record<string, 'strong' | 'em' | 'del'> = { '**': 'strong', __: 'strong', '*': 'em', _: 'em', '~~': 'del' }
/** What is never special. */
const ordinary = /[^\\`*_~![\]<h\n]*/y
const isWord = (character: string | undefined) => character !== undefined && /[\p{L}\p{N}]/u.test(character)
const isSpace = (character: string | undefined) => character === undefined || /\s/.test(character)

/** `isOpenEnded`: more text is still coming, so that a mark that is not closed yet is taken for closed. */
export function parseInline(text: string, isOpenEnded = false): Inline[] {
  return new InlineParser(text, isOpenEnded).parse()
}

class InlineParser {
  private at = 0
  private plain = ''
  private readonly open: Open[] = [{ mark: '', written: '', content: [], isLinkable: true }]
  private readonly ticks: Map<number, number[]>
  private readonly text: string
  private readonly isOpenEnded: boolean

  constructor(text: string, isOpenEnded: boolean) {
    this.text = text
    this.isOpenEnded = isOpenEnded
    this.ticks = findTicks(text)
  }

  parse(): Inline[] {
    const { text } = this
    while (this.at < text.length) {
      if (this.readSpecial(text[this.at]!)) continue
      ordinary.lastIndex = this.at + 1
      const end = this.at + 1 + ordinary.exec(text)![0].length
      this.plain += text.slice(this.at, end)
      this.at = end
    }
    this.close(0, this.isOpenEnded)
    return this.open[0]!.content
  }

  private readSpecial(character: string): boolean {
    switch (character) {
      case '\\':
        return this.readEscape()
      case '`':
        return this.readCode()
      case '*':
      case '_':
      case '~':
        return this.readMark(character)
      case '!':
        return this.text[this.at + 1] === '[' && this.openLink('![')
      case '[':
        return this.openLink('[')
      case ']':
        return this.closeLink()
      case '<':
        return this.readAngle()
      case 'h':
        return this.readAddress()
      case '\n':
        this.push({ type: 'break' })
        this.at += 1
        return true
      default:
        return false
    }
  }

  private push(node: Inline): void {
    this.flush()
    this.open.at(-1)!.content.push(node)
  }

  private flush(): void {
    if (this.plain === '') return
    this.open.at(-1)!.content.push(this.plain)
    this.plain = ''
  }

  private readEscape(): boolean {
    const next = this.text[this.at + 1]
    if (next === undefined || !/[!-/:-@[-`{-~]/.test(next)) return false
    this.plain += next
    this.at += 2
    return true
  }

  private readCode(): boolean {
    const length = runLength(this.text, this.at)
    const start = this.at + length
    // A run whose first one is escaped is as long as none that was found.
    const places = this.ticks.get(length) ?? []
    // Places before this one are not needed again.
    while (places.length > 0 && places.at(-1)! <= this.at) places.pop()
    const end = places.at(-1)
    if (end === undefined) {
      this.plain += this.text.slice(this.at, start)
      this.at = start
      return true
    }
    const inner = this.text.slice(start, end).replaceAll('\n', ' ')
    const isPadded = inner.length > 2 && inner.startsWith(' ') && inner.endsWith(' ') && inner.trim() !== ''
    this.push({ type: 'code', text: isPadded ? inner.slice(1, -1) : inner })
    this.at = end + length
    return true
  }

  private readMark(character: string): boolean {
    const length = runLength(this.text, this.at)
    const before = this.text[this.at - 1]
    const after = this.text[this.at + length]
    const isWithin = character === '_' && isWord(before) && isWord(after)
    // Runs such as `****` mean nothing; three are both marks at once.
    const isMark = !isWithin && (character === '~' ? length === 2 : length <= 3)
    if (!isMark) {
      this.plain += this.text.slice(this.at, this.at + length)
      this.at += length
      return true
    }
    this.at += length
    let left = length
    while (left > 0 && !isSpace(before)) {
      const mark = this.markToClose(character, left)
      if (mark === null) break
      this.closeMark(mark)
      left -= mark.length
    }
    while (left > 0) {
      const mark = character.repeat(Math.min(2, left))
      if (isSpace(after) || this.open.length > depth_at_most) this.plain += mark
      else this.begin(mark, mark)
      left -= mark.length
    }
    return true
  }

  /** The innermost open mark of this character that fits into what is left of the run. */
  private markToClose(character: string, left: number): string | null {
    for (let index = this.open.length - 1; index > 0; index -= 1) {
      const { mark } = this.open[index]!
      if (mark[0] === character && mark.length <= left) return mark
    }
    return null
  }

  private begin(mark: string, written: string): void {
    this.flush()
    this.open.push({ mark, written, content: [], isLinkable: true })
  }

  private closeMark(mark: string): void {
    const index = this.open.findLastIndex((each) => each.mark === mark)
    this.close(index, false)
    const { content, written } = this.open.pop()!
    if (content.length === 0) this.plain += written + mark
    else this.push({ type: kinds[mark]!, content })
  }

  /** What was opened after `index` is text, or closed here. */
  private close(index: number, isClosed: boolean): void {
    this.flush()
    if (isClosed) {
      while (this.open.length - 1 > index) {
        const { mark, written, content } = this.open.pop()!
        const kind = kinds[mark]
        const outer = this.open.at(-1)!.content
        if (!kind) outer.push(written)
        if (kind && content.length > 0) outer.push({ type: kind, content })
        else for (const node of content) outer.push(node)
      }
      return
    }
    const target = this.open[index]!.content
    for (const { written, content } of this.open.splice(index + 1)) {
      target.push(written)
      for (const node of content) target.push(node)
    }
  }

  private openLink(written: string): boolean {
    if (this.open.length > depth_at_most) return false
    this.begin('[', written)
    this.at += written.length
    return true
  }

  private closeLink(): boolean {
    const index = this.open.findLastIndex(({ mark }) => mark === '[')
    if (index < 1) return false
    const found = this.text[this.at + 1] === '(' ? readDestination(this.text, this.at + 2) : null
    const href = found && safeAddress(found.address)
    if (!found || !href || !this.open[index]!.isLinkable) {
      // Brackets that are no link are text, and what stands in them stays as it is.
      this.close(index, false)
      const { written, content } = this.open.pop()!
      this.push(written)
      for (const node of content) this.push(node)
      this.plain += ']'
      this.at += 1
      return true
    }
    this.close(index, false)
    const { content } = this.open.pop()!
    // A link holds no other link.
    for (const each of this.open) each.isLinkable = false
    this.push({ type: 'link', href, content: content.length > 0 ? content : [found.address] })
    this.at = found.end
    return true
  }

  private readAngle(): boolean {
    const length = this.text.slice(this.at + 1, this.at + address_characters).indexOf('>')
    if (length < 0) return false
    const address = this.text.slice(this.at + 1, this.at + 1 + length)
    const isMail = /^[\w.+-]+@[\w-]+(\.[\w-]+)+$/.test(address)
    const href = /^(https?:|mailto:|tel:)/i.test(address)
      ? safeAddress(address)
      : isMail
        ? safeAddress(`mailto:${address}`)
        : null
    if (!href) return false
    this.pushLink(href, address)
    this.at += length + 2
    return true
  }

  /** A bare https address. */
  private readAddress(): boolean {
    const { text, at } = this
    if (!text.startsWith('http', at) || isWord(text[at - 1])) return false
    const found = /^https?:\/\/[^\s<>"'`\\*[\]{}|^]{1,2000}/.exec(text.slice(at, at + address_characters))
    if (!found) return false
    const address = trimAddress(found[0])
    const href = safeAddress(address)
    if (!href) return false
    this.pushLink(href, address)
    this.at = at + address.length
    return true
  }

  private pushLink(href: string, text: string): void {
    const isWithinLink = this.open.some(({ mark }) => mark === '[')
    if (isWithinLink) this.plain += text
    else this.push({ type: 'link', href, content: [text] })
  }
}

/** Where runs of backticks of each length begin, the last one first. */
function findTicks(text: string): Map<number, number[]> {
  const places = new Map<number, number[]>()
  for (const { 0: run, index } of text.matchAll(/`+/g)) {
    const known = places.get(run.length)
    if (known) known.push(index)
    else places.set(run.length, [index])
  }
  for (const known of places.values()) known.reverse()
  return places
}

function runLength(text: string, at: number): number {
  let end = at + 1
  while (text[end] === text[at]) end += 1
  return end - at
}

/** Ends at a space, so that brackets one after the other are not read again and again. */
function readDestination(text: string, start: number): { address: string; end: number } | null {
  let depth = 0
  const last = Math.min(text.length, start + address_characters)
  for (let at = start; at < last; at += 1) {
    const character = text[at]!
    if (character === '(' && (depth += 1) > 4) return null
    if (character === ')' && (depth -= 1) < 0) return { address: text.slice(start, at), end: at + 1 }
    if (character === ']' || character === '[' || character === '\n') return null
    if (/\s/.test(character)) return readTitle(text, start, at)
  }
  return null
}

/** `(address "title")`: the title is left out. */
function readTitle(text: string, start: number, space: number): { address: string; end: number } | null {
  const found = /^\s+(?:"[^"\n]{0,200}"|'[^'\n]{0,200}')\s*\)/.exec(text.slice(space, space + 240))
  return found ? { address: text.slice(start, space), end: space + found[0].length } : null
}

/** Without the punctuation after it; a closing bracket belongs to it only if it was opened in it. */
function trimAddress(address: string): string {
  const isOpened = address.includes('(')
  let end = address.length
  for (;;) {
    const last = address[end - 1]!
    const isLoose = last === ')' && !isOpened
    if (!isLoose && !/[.,;:!?_~]/.test(last)) return address.slice(0, end)
    end -= 1
  }
}
