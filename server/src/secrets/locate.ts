// Where the traces of secrets are in a text: found in each level of decoding, and traced back to the characters that stand for
// them. Takes one pass over each level for all secrets, and one more for each that may be there. Pure.
import { type Trace, type View, decodeEscape, escapes, most_levels } from './traces.ts'

/** For each character of a text the trace that it belongs to, counted from 1; 0: none. */
export type Owners = Uint16Array

export interface Search {
  /** The places in `traces` of those that are in a text. */
  findIn(views: readonly View[]): number[]
  /** Who owns each character of the text: of two traces the one that comes first. */
  locate(text: string, found: readonly number[]): Owners
}

interface Sought {
  part: string
  trace: number
}

const hash_mask = 0xffff
/** No trace is shorter. */
const gram_length = 4

export function createSearch(traces: readonly Trace[]): Search {
  const folded = indexByGram(traces.flatMap(({ wholes }, trace) => wholes.map((part) => ({ part, trace }))))
  const plain = indexByGram(traces.flatMap(({ needles }, trace) => needles.map((part) => ({ part, trace }))))
  return {
    findIn(views) {
      const found = new Set<number>()
      for (const view of views) {
        findParts(view.folded, folded, found)
        findParts(view.text, plain, found)
      }
      return [...found].sort((a, b) => a - b)
    },
    locate(text, found) {
      const owners = new Uint16Array(text.length)
      const views = mappedViewsOf(text)
      for (const trace of found) {
        for (const view of views) {
          for (const whole of traces[trace]!.wholes) own(owners, view.of_folded, view.folded, whole, trace + 1)
          for (const needle of traces[trace]!.needles) own(owners, view, view.text, needle, trace + 1)
        }
      }
      return owners
    },
  }
}

type GramIndex = Map<number, Sought[]>

/** By the beginning of each part, so that a text is looked through once for all of them. */
function indexByGram(sought: Sought[]): GramIndex {
  const index: GramIndex = new Map()
  for (const one of sought) {
    const hash = hashAt(one.part, 0)
    const same = index.get(hash)
    if (same) same.push(one)
    else index.set(hash, [one])
  }
  return index
}

function hashAt(text: string, at: number): number {
  let hash = 0
  for (let offset = 0; offset < gram_length; offset += 1) hash = (hash * 31 + text.charCodeAt(at + offset)) & hash_mask
  return hash
}

function findParts(text: string, index: GramIndex, found: Set<number>): void {
  const isSeen = new Uint8Array(hash_mask + 1)
  for (let at = 0; at + gram_length <= text.length; at += 1) {
    const hash = hashAt(text, at)
    if (isSeen[hash] === 1) continue
    isSeen[hash] = 1
    for (const { part, trace } of index.get(hash) ?? []) {
      if (!found.has(trace) && text.includes(part, at)) found.add(trace)
    }
  }
}

// --- levels of decoding that know where their characters come from ---

/** The characters of the source that each character of a text stands for: from the first, to before the second. */
interface Places {
  starts: Int32Array
  ends: Int32Array
}

interface MappedView extends View, Places {
  of_folded: Places
}

function mappedViewsOf(text: string): MappedView[] {
  const places = new Int32Array(text.length).map((_, at) => at)
  const source = withFold(
    text,
    places,
    places.map((at) => at + 1),
  )
  const views = [source]
  let current = source
  for (let level = 0; level < most_levels; level += 1) {
    const decoded = decodeMapped(current)
    if (decoded.text === current.text) break
    views.push((current = decoded))
  }
  if (text.includes('+')) views.push(decodeMapped({ ...source, text: text.replaceAll('+', ' ') }))
  return views
}

function withFold(text: string, starts: Int32Array, ends: Int32Array): MappedView {
  const folded = text.toLowerCase()
  if (folded.length === text.length) return { text, folded, starts, ends, of_folded: { starts, ends } }
  // Few letters become two when they are small: both stand for the same place.
  const units = text.split('').map((unit) => unit.toLowerCase())
  const spread = (places: Int32Array) =>
    Int32Array.from(units.flatMap((unit, at) => Array.from({ length: unit.length }, () => places[at]!)))
  return { text, folded: units.join(''), starts, ends, of_folded: { starts: spread(starts), ends: spread(ends) } }
}

function decodeMapped({ text, starts, ends }: MappedView): MappedView {
  const pieces: string[] = []
  const places: { starts: number[]; ends: number[] } = { starts: [], ends: [] }
  const add = (piece: string, from: number, to: number) => {
    pieces.push(piece)
    for (let unit = 0; unit < piece.length; unit += 1) {
      places.starts.push(starts[from]!)
      places.ends.push(ends[to - 1]!)
    }
  }
  const copy = (from: number, to: number) => {
    pieces.push(text.slice(from, to))
    for (let at = from; at < to; at += 1) {
      places.starts.push(starts[at]!)
      places.ends.push(ends[at]!)
    }
  }
  let last = 0
  for (const match of text.matchAll(escapes)) {
    const [whole, ...groups] = match
    copy(last, match.index)
    last = match.index + whole.length
    const decoded = decodeEscape(whole, groups)
    if (groups[3] !== undefined && !decoded.includes('\ufffd')) addPercent(decoded, match.index, add)
    else add(decoded, match.index, last)
  }
  copy(last, text.length)
  return withFold(pieces.join(''), Int32Array.from(places.starts), Int32Array.from(places.ends))
}

/** Each character for itself: what stands beside a secret in one run of `%xx` stays. */
function addPercent(decoded: string, index: number, add: (piece: string, from: number, to: number) => void): void {
  let from = index
  for (const character of decoded) {
    const to = from + 3 * Buffer.byteLength(character)
    add(character, from, to)
    from = to
  }
}

function own(owners: Owners, { starts, ends }: Places, text: string, part: string, owner: number): void {
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) {
    const last = ends[at + part.length - 1]!
    for (let place = starts[at]!; place < last; place += 1) if (owners[place] === 0) owners[place] = owner
  }
}
