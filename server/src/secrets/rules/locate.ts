// Locates traces of secrets in a text: finds them at each level of decoding, and maps them back to the characters that encode them.
// Takes two passes over each level for all secrets together. Pure.
import { type Budget, Matcher, spend } from './matcher.ts'
import { type Trace, type View, decodeEscape, escapes, most_levels } from './traces.ts'

/** For each character of a text, the trace that it belongs to, counted from 1; 0: none. */
export type Owners = Uint16Array

export interface Search {
  /** The index in `traces` of the first one that is in a text; null: none. Throws `BudgetSpent`, like `locate`. */
  findIn(views: readonly View[], budget: Budget): number | null
  /** The owner of each character of the text; of several traces, the one that comes first. */
  locate(text: string, budget: Budget): Owners
}

export function createSearch(traces: readonly Trace[]): Search {
  const matcherOf = (partsOf: (trace: Trace) => readonly string[]) =>
    new Matcher(traces.flatMap((trace, owner) => partsOf(trace).map((text) => ({ text, owner }))))
  const folded = matcherOf(({ wholes }) => wholes)
  const plain = matcherOf(({ needles }) => needles)
  return {
    findIn(views, budget) {
      let first = traces.length
      for (const view of views) {
        first = Math.min(first, firstIn(folded, view.folded, budget), firstIn(plain, view.text, budget))
      }
      return first < traces.length ? first : null
    },
    locate(text, budget) {
      const owners = new Uint16Array(text.length)
      for (const view of mappedViewsOf(text)) {
        own(owners, findEnds(folded, view.folded, view.of_folded, budget), traces.length, budget)
        own(owners, findEnds(plain, view.text, view, budget), traces.length, budget)
      }
      return owners
    },
  }
}

function firstIn(matcher: Matcher, text: string, budget: Budget): number {
  let first = Number.POSITIVE_INFINITY
  let last_output = 0
  matcher.search(text, budget, (_end, output) => {
    if (output !== last_output) first = Math.min(first, matcher.lowestOwner(output))
    last_output = output
  })
  return first
}

/** The ends of traces in a view, in order. */
interface Ends {
  matcher: Matcher
  places: Places
  ends: number[]
  outputs: number[]
}

function findEnds(matcher: Matcher, text: string, places: Places, budget: Budget): Ends {
  const found: Ends = { matcher, places, ends: [], outputs: [] }
  matcher.search(text, budget, (end, output) => {
    found.ends.push(end)
    found.outputs.push(output)
  })
  return found
}

/** Goes backwards through the source and tracks how far each trace extends to the left, so many long matches cost no more. */
function own(owners: Owners, { matcher, places, ends, outputs }: Ends, trace_count: number, budget: Budget): void {
  const reaches = new Int32Array(trace_count).fill(owners.length)
  let owner = trace_count
  let left = ends.length
  for (let place = owners.length - 1; place >= 0 && (left > 0 || owner < trace_count); place -= 1) {
    for (; left > 0 && places.ends[ends[left - 1]! - 1]! > place; left -= 1) {
      for (let output = outputs[left - 1]!; output !== 0; output = matcher.nextOutput(output)) {
        spend(budget, 1)
        const found = matcher.ownerOf(output)
        const start = places.starts[ends[left - 1]! - matcher.lengthOf(output)]!
        reaches[found] = Math.min(reaches[found]!, start)
        owner = Math.min(owner, found)
      }
    }
    for (; owner < trace_count && reaches[owner]! > place; owner += 1) spend(budget, 1)
    if (owner < trace_count && (owners[place] === 0 || owner < owners[place]!)) owners[place] = owner + 1
  }
}

// --- levels of decoding that know where their characters come from ---

/** The range of source characters that each character of a text stands for: from the first to before the second. */
interface Places {
  starts: Int32Array
  ends: Int32Array
}

interface MappedView extends View, Places {
  of_folded: Places
}

function mappedViewsOf(text: string): MappedView[] {
  const starts = new Int32Array(text.length).map((_, at) => at)
  const source = withFold(
    text,
    starts,
    starts.map((at) => at + 1),
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

/** For a letter that was a capital. */
const most_small_units = 3

function withFold(text: string, starts: Int32Array, ends: Int32Array): MappedView {
  const folded = text.toLowerCase()
  if (folded.length === text.length) return { text, folded, starts, ends, of_folded: { starts, ends } }
  // A few letters become two in lower case; both stand for the same place.
  const small = new Map<string, string>()
  const pieces: string[] = []
  const [of_starts, of_ends] = [starts, ends].map(() => new Int32Array(text.length * most_small_units))
  let length = 0
  for (let at = 0; at < text.length; at += 1) {
    const unit = text[at]!
    const piece = small.get(unit) ?? unit.toLowerCase()
    small.set(unit, piece)
    pieces.push(piece)
    for (const end = length + piece.length; length < end; length += 1) {
      of_starts![length] = starts[at]!
      of_ends![length] = ends[at]!
    }
  }
  const of_folded = { starts: of_starts!.subarray(0, length), ends: of_ends!.subarray(0, length) }
  return { text, folded: pieces.join(''), starts, ends, of_folded }
}

function decodeMapped({ text, starts, ends }: MappedView): MappedView {
  const pieces: string[] = []
  // An escape is never shorter than what it stands for.
  const places: Places = { starts: new Int32Array(text.length), ends: new Int32Array(text.length) }
  let length = 0
  const add = (piece: string, from: number, to: number) => {
    pieces.push(piece)
    places.starts.fill(starts[from]!, length, length + piece.length)
    places.ends.fill(ends[to - 1]!, length, length + piece.length)
    length += piece.length
  }
  const copy = (from: number, to: number) => {
    pieces.push(text.slice(from, to))
    places.starts.set(starts.subarray(from, to), length)
    places.ends.set(ends.subarray(from, to), length)
    length += to - from
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
  return withFold(pieces.join(''), places.starts.subarray(0, length), places.ends.subarray(0, length))
}

/** Decodes each character separately, so that characters next to a secret in a run of `%xx` are kept. */
function addPercent(decoded: string, index: number, add: (piece: string, from: number, to: number) => void): void {
  let from = index
  for (const character of decoded) {
    const to = from + 3 * Buffer.byteLength(character)
    add(character, from, to)
    from = to
  }
}
