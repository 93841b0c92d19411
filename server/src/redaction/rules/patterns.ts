// Patterns of authors: their bounds, their faults, and their compiled form, which `pattern-stream.ts` runs. Pure.
import { LRUCache } from 'lru-cache'
import { RE2JS } from 're2js'
import type { NamedPattern } from './types.ts'

/** Compiled size of all patterns of an agent: a text costs at most this many steps for each character. */
export const max_patterns_size = 500

/** A pattern as re2js compiles it, its instructions by their place. */
export interface CompiledPattern {
  name: string
  start: number
  kinds: Int32Array
  outs: Int32Array
  args: Int32Array
  /** Of instructions that take a character: whether they take this one. */
  characters: ((rune: number) => boolean)[]
  /** The tests of the characters that a match can begin with. */
  first: ((rune: number) => boolean)[]
  /** Whether a match can begin with this character. */
  mayBegin(rune: number): boolean
}

export interface CompiledPatterns {
  patterns: CompiledPattern[]
  /** Whether a match of any of them can begin with this character. */
  mayBegin(rune: number): boolean
  /** The steps that `mayBegin` takes. */
  costOf(rune: number): number
}

interface Instruction {
  op: number
  out: number
  arg: number
  runes: ArrayLike<number>
  matchRune(rune: number): boolean
}

/** The operations of re2js, which does not export them. */
export const op = { alt: 1, alt_match: 2, capture: 3, empty_width: 4, fail: 5, match: 6, nop: 7, rune: 8 } as const

/** RE2 has no back-references and no lookaround: what it compiles is matched in linear time. */
function compile({ name, pattern }: NamedPattern): CompiledPattern {
  const { prog } = RE2JS.compile(RE2JS.translateRegExp(pattern)).re2()
  if (prog.numLb > 0) throw new Error('lookbehind is not supported')
  const instructions = prog.inst as Instruction[]
  const compiled = {
    name,
    start: prog.start,
    kinds: Int32Array.from(instructions, (instruction) => instruction.op),
    outs: Int32Array.from(instructions, ({ out }) => out),
    args: Int32Array.from(instructions, ({ arg }) => arg),
    characters: instructions.map(characterTest),
  }
  const first = firstCharacters(compiled)
  return { ...compiled, first, mayBegin: anyOf(first) }
}

const ascii = 128

/** A table for ASCII, as most texts are mostly ASCII. Shared, since repetitions have equal instructions. */
function characterTest(instruction: Instruction): (rune: number) => boolean {
  if (instruction.op < op.rune) return () => false
  const key = `${instruction.op} ${instruction.arg} ${[...Array.from(instruction.runes)].join()}`
  const known = tests.get(key)
  if (known) return known
  const table = Uint8Array.from({ length: ascii }, (_, rune) => (instruction.matchRune(rune) ? 1 : 0))
  const test = (rune: number) => (rune < ascii ? table[rune] === 1 : instruction.matchRune(rune))
  tests.set(key, test)
  return test
}

const tests = new LRUCache<string, (rune: number) => boolean>({ max: 2000 })

/** Everything that takes no character is taken to be possible. */
function firstCharacters({ start, kinds, outs, args, characters }: Omit<CompiledPattern, 'first' | 'mayBegin'>) {
  const seen = new Set([start])
  // A set visits what is added meanwhile.
  for (const place of seen) {
    const kind = kinds[place]!
    if (kind === op.alt || kind === op.alt_match) seen.add(args[place]!)
    if (kind < op.rune && kind !== op.match && kind !== op.fail) seen.add(outs[place]!)
  }
  return [...new Set([...seen].flatMap((place) => (kinds[place]! >= op.rune ? [characters[place]!] : [])))]
}

function anyOf(takers: ((rune: number) => boolean)[]): (rune: number) => boolean {
  const any = (rune: number) => takers.some((takes) => takes(rune))
  const table = Array.from({ length: ascii }, (_, rune) => any(rune))
  return (rune) => (rune < ascii ? table[rune]! : any(rune))
}

export function compilePatterns(named: NamedPattern[]): CompiledPatterns {
  const patterns = named.map(compile)
  const first = [...new Set(patterns.flatMap((pattern) => pattern.first))]
  return { patterns, mayBegin: anyOf(first), costOf: (rune) => (rune < ascii ? 1 : 1 + first.length) }
}

/** What the schema cannot check of a pattern and its name, by field. `room` is the size that is left; it is reduced. */
export function patternFaults(
  named: NamedPattern,
  taken: ReadonlySet<string>,
  room: { left: number },
): { field: 'name' | 'pattern'; message: string }[] {
  const faults: ReturnType<typeof patternFaults> = []
  const add = (field: 'name' | 'pattern', message: string) => void faults.push({ field, message })
  if (taken.has(named.name)) add('name', 'is used by another rule; give each rule its own name')
  try {
    room.left -= compile(named).kinds.length
    if (room.left < 0) {
      add(
        'pattern',
        `exceeds the compiled size of ${max_patterns_size} for all patterns; shorten repetitions such as {1,500}`,
      )
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    add(
      'pattern',
      `is not a regular expression that RE2 knows (no lookaround or back-references): ${why.slice(0, 200)}`,
    )
  }
  return faults
}
