// Replaces what patterns match in a text that arrives in pieces. All patterns run at once, one character after another, so the
// time is linear and the result does not depend on how the text is cut. Every character that any match covers is replaced. One
// text may follow another: all of them share the steps. Pure.
import { type CompiledPattern, type CompiledPatterns, op } from './patterns.ts'
import type { RedactingStream } from './types.ts'

/** Of a longer match only the last part is certain to be covered; text without a match is held back no longer than this. */
export const longest_match = 256

/** For all texts of a stream: instructions visited, and characters that were compared with a pattern's first; 0.3 to 1 s. */
const most_steps = 40_000_000
/** Takes the place of the rest of a text that would take more, and of each further text. */
export const withheld = '[withheld]'

const nothing = -1

export function createPatternStream(patterns: CompiledPatterns): RedactingStream {
  return new PatternStream(patterns)
}

/** A part of the text that matches cover. Positions count UTF-16 units from the beginning of the whole text. */
interface Region {
  start: number
  end: number
  name: string
}

class PatternStream implements RedactingStream {
  readonly #patterns: CompiledPatterns
  readonly #runs: PatternRun[]
  #held = ''
  /** The position of the first held unit, and of the next character to be read. */
  #from = 0
  #next = 0
  #previous = nothing
  #regions: Region[] = []
  /** Whether no match is in progress. */
  #isIdle = true
  /** Of this text and those before it. */
  #steps = 0

  constructor(patterns: CompiledPatterns) {
    this.#patterns = patterns
    this.#runs = patterns.patterns.map((pattern) => new PatternRun(pattern))
  }

  push(text: string): string {
    if (this.#isOver) return ''
    this.#held += text
    const end = this.#from + this.#held.length
    while (this.#next < end && !this.#isOver) {
      const rune = this.#held.codePointAt(this.#next - this.#from)!
      // Its other half is still to come.
      if (this.#next === end - 1 && rune >= 0xd800 && rune <= 0xdbff) break
      this.#read(rune)
    }
    return this.#release(this.#earliest())
  }

  end(): string {
    const end = this.#from + this.#held.length
    if (!this.#isOver && this.#next < end) this.#read(this.#held.codePointAt(this.#next - this.#from)!)
    if (!this.#isOver) this.#conclude(nothing)
    const rest = this.#isOver ? withheld : this.#release(Number.POSITIVE_INFINITY)
    this.#reset()
    return rest
  }

  get #isOver(): boolean {
    return this.#steps > most_steps
  }

  /** For the next text. */
  #reset(): void {
    this.#held = ''
    this.#from = 0
    this.#next = 0
    this.#previous = nothing
    this.#regions = []
    this.#isIdle = true
    for (const run of this.#runs) run.reset()
  }

  #read(rune: number): void {
    this.#steps += this.#patterns.costOf(rune)
    // For most of a text nothing is in progress, and nothing begins here.
    if (!this.#isIdle || this.#patterns.mayBegin(rune)) this.#conclude(rune)
    this.#next += rune > 0xffff ? 2 : 1
    this.#previous = rune
  }

  /** Before this character: follows what takes no character, notes what has matched, and lets it take the character. */
  #conclude(rune: number): void {
    const flags = flagsBetween(this.#previous, rune)
    this.#isIdle = true
    for (const run of this.#runs) {
      if (!run.isConcerned(rune)) continue
      const start = run.settle(this.#next, flags)
      this.#steps += run.visited
      if (start < this.#next) this.#cover({ start, end: this.#next, name: run.name })
      run.step(rune)
      if (!run.isIdle) this.#isIdle = false
    }
  }

  /** Joins what overlaps, under the name of the first. */
  #cover(found: Region): void {
    let { start, name } = found
    for (let last = this.#regions.at(-1); last; last = this.#regions.at(-1)) {
      if (last.end < start || (last.end === start && last.name !== name)) break
      if (last.start <= start) name = last.name
      start = Math.min(start, last.start)
      this.#regions.pop()
    }
    this.#regions.push({ start, end: found.end, name })
  }

  /** The first position that a match in progress could still cover. */
  #earliest(): number {
    return this.#runs.reduce((earliest, run) => Math.min(earliest, run.earliest), this.#next)
  }

  /** Everything before a position, as far as no open region reaches into it. */
  #release(until: number): string {
    let text = ''
    let from = this.#from
    const closed = this.#regions.filter(({ end }) => end < until)
    for (const { start, end, name } of closed) {
      text += `${this.#held.slice(from - this.#from, start - this.#from)}[${name}]`
      from = end
    }
    this.#regions = this.#regions.slice(closed.length)
    const end = this.#from + this.#held.length
    const to = Math.max(from, Math.min(until, end, this.#regions[0]?.start ?? end))
    text += this.#held.slice(from - this.#from, to - this.#from)
    this.#held = this.#held.slice(to - this.#from)
    this.#from = to
    return text
  }
}

/**
 * One pattern. Its matches in progress, the earliest first: the instruction that each has reached, and where it began. Of several
 * at one instruction only the earliest counts, since it covers the others.
 */
class PatternRun {
  readonly name: string
  readonly #pattern: CompiledPattern
  /** After what takes no character was followed; and before. */
  readonly #reached: Matches
  readonly #arrived: Matches
  /** By instruction, the step in which it was last visited. */
  readonly #marks: Int32Array
  #mark = 0
  readonly #stack: Int32Array
  /** Instructions, when it last settled. */
  visited = 0

  constructor(pattern: CompiledPattern) {
    const size = pattern.kinds.length
    this.name = pattern.name
    this.#pattern = pattern
    this.#reached = createMatches(size)
    this.#arrived = createMatches(size)
    this.#marks = new Int32Array(size)
    this.#stack = new Int32Array(2 * size + 1)
  }

  get isIdle(): boolean {
    return this.#arrived.count === 0
  }

  /** Whether a match is in progress or may begin with this character. */
  isConcerned(rune: number): boolean {
    return !this.isIdle || this.#pattern.mayBegin(rune)
  }

  reset(): void {
    this.#arrived.count = 0
  }

  get earliest(): number {
    return this.#arrived.count === 0 ? Number.POSITIVE_INFINITY : this.#arrived.starts[0]!
  }

  /** Returns where the earliest match that ends here began. A match may begin here too. */
  settle(position: number, flags: number): number {
    const { count, places, starts } = this.#arrived
    this.#reached.count = 0
    this.visited = 0
    this.#mark += 1
    const oldest = position - longest_match
    let matched = Number.POSITIVE_INFINITY
    for (let index = 0; index < count; index += 1) {
      const start = Math.max(starts[index]!, oldest)
      if (this.#follow(places[index]!, start, flags) && start < matched) matched = start
    }
    this.#follow(this.#pattern.start, position, flags)
    return matched
  }

  /** Whether it matches here. */
  #follow(first: number, start: number, flags: number): boolean {
    const { kinds, outs, args } = this.#pattern
    const marks = this.#marks
    const stack = this.#stack
    const mark = this.#mark
    const reached = this.#reached
    let hasMatched = false
    let height = 1
    stack[0] = first
    while (height > 0) {
      const place = stack[(height -= 1)]!
      if (marks[place] === mark) continue
      marks[place] = mark
      this.visited += 1
      const kind = kinds[place]!
      if (kind >= op.rune) {
        reached.places[reached.count] = place
        reached.starts[(reached.count += 1) - 1] = start
      } else if (kind === op.match) hasMatched = true
      else if (kind !== op.fail && (kind !== op.empty_width || (args[place]! & ~flags) === 0)) {
        if (kind === op.alt || kind === op.alt_match) stack[(height += 1) - 1] = args[place]!
        stack[(height += 1) - 1] = outs[place]!
      }
    }
    return hasMatched
  }

  step(rune: number): void {
    const { outs, characters } = this.#pattern
    const marks = this.#marks
    const { count, places, starts } = this.#reached
    const arrived = this.#arrived
    arrived.count = 0
    const mark = (this.#mark += 1)
    for (let index = 0; index < count; index += 1) {
      const place = places[index]!
      const out = outs[place]!
      if (marks[out] === mark || !characters[place]!(rune)) continue
      marks[out] = mark
      arrived.places[arrived.count] = out
      arrived.starts[(arrived.count += 1) - 1] = starts[index]!
    }
  }
}

interface Matches {
  count: number
  places: Int32Array
  starts: Float64Array
}

function createMatches(size: number): Matches {
  return { count: 0, places: new Int32Array(size), starts: new Float64Array(size) }
}

/** What holds between two characters, as re2js numbers it. */
const holds = {
  begin_line: 1,
  end_line: 2,
  begin_text: 4,
  end_text: 8,
  word_boundary: 16,
  no_word_boundary: 32,
} as const
const line_feed = 10

function flagsBetween(before: number, after: number): number {
  const begins = before === nothing ? holds.begin_text | holds.begin_line : before === line_feed ? holds.begin_line : 0
  const ends = after === nothing ? holds.end_text | holds.end_line : after === line_feed ? holds.end_line : 0
  return begins | ends | (isWord(before) === isWord(after) ? holds.no_word_boundary : holds.word_boundary)
}

function isWord(rune: number): boolean {
  return (rune >= 48 && rune <= 57) || (rune >= 65 && rune <= 90) || rune === 95 || (rune >= 97 && rune <= 122)
}
