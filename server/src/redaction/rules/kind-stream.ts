// Replaces personal data of known kinds in a text that arrives in pieces. The text is divided into segments, of which none can
// share a number or address with the next: a word, or words that look like the groups of one number. Where a segment ends
// depends only on what was read so far and the next character, so the result does not depend on how the text is cut. Pure.
import { findAddresses } from './addresses.ts'
import { findAccounts } from './accounts.ts'
import { findPhones } from './phones.ts'
import type { Found, RedactedKind, RedactingStream } from './types.ts'

/** Units of a word without any break: the longest e-mail address has 318. */
const longest_word = 512
/** Units of a segment beyond which no further word joins it. */
const longest_joined = 96
/** Units of what precedes a segment. */
const context_length = 48

/** Nothing of these kinds is without a digit, an @ or a colon. */
export function mayHoldKinds(text: string): boolean {
  return /[\d@:]/.test(text)
}

export function createKindStream(kinds: ReadonlySet<RedactedKind>, label: string): RedactingStream {
  let held = ''
  let before = label

  function replaceIn(segment: string): string {
    const replaced = mayHoldKinds(segment) ? replace(segment, before, kinds) : segment
    before = `${before}${replaced}`.slice(-context_length)
    return replaced
  }

  return {
    push(text) {
      held += text
      let out = ''
      let from = 0
      for (let end = segmentEnd(held, from); end !== null; end = segmentEnd(held, from)) {
        out += replaceIn(held.slice(from, end))
        from = end
      }
      held = held.slice(from)
      return out
    },
    end() {
      const rest = held
      held = ''
      return rest === '' ? '' : replaceIn(rest)
    },
  }
}

function replace(segment: string, before: string, kinds: ReadonlySet<RedactedKind>): string {
  const place = { segment, before }
  const found: Found[] = []
  const add = (more: Found[]) => {
    for (const one of more) {
      if (kinds.has(one.kind) && !found.some(({ start, end }) => one.start < end && start < one.end)) found.push(one)
    }
  }
  add(findAddresses(place))
  add(findAccounts(place))
  if (kinds.has('phone')) add(findPhones(place, found))
  found.sort((a, b) => a.start - b.start)
  let text = ''
  let from = 0
  for (const { start, end, kind } of found) {
    text += `${segment.slice(from, start)}[${kind}]`
    from = end
  }
  return text + segment.slice(from)
}

const isBreak = /[\s",;<>{}[\]|\\=!?*#&~`^$€£„“”«»‚‘，。、：；！？（）「」]/u
/** Separates the groups of one number. */
const joins = new Set([' ', '\u00a0', '\u2009', '\u202f'])
/** The groups of a number so far: `(030) 12-34 /`. */
const numberEnds =
  /(?:^|[^\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\d])[+(]{0,2}\d?[\d ()./\u00a0\u2009\u202f\u2010-\u2015-]*$/u
const groupBegins = /[\d(+./\u2010-\u2015-]/
const accountEnds = /(?:^|[^A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ \u00a0-]?[A-Za-z0-9]){0,31}$/
const accountGroupBegins = /[A-Za-z0-9]/

/** The end of the segment that begins at `from`; null if that depends on what follows. */
function segmentEnd(text: string, from: number): number | null {
  if (from === text.length) return null
  if (isBreak.test(text[from]!)) return from + 1
  for (let end = from + 1; end < text.length; end += 1) {
    if (end - from >= longest_word) return cutOf(text, from, end)
    if (!isBreak.test(text[end]!)) continue
    if (!joins.has(text[end]!) || end - from > longest_joined) return end
    const isNumber = numberEnds.test(text.slice(from, end))
    const isAccount = accountEnds.test(text.slice(from, end))
    if (!isNumber && !isAccount) return end
    const next = text[end + 1]
    if (next === undefined) return null
    if (!(isNumber && groupBegins.test(next)) && !(isAccount && accountGroupBegins.test(next))) return end
  }
  return null
}

const partOfAddress = /[\p{L}\p{N}\p{M}._%+'’@:-]*$/u

/** Cuts a word that is too long, where possible before an address that may continue. */
function cutOf(text: string, from: number, end: number): number {
  const [tail] = partOfAddress.exec(text.slice(from, end))!
  const cut = tail.length < 320 ? end - tail.length : end
  const isHalf = /[\ud800-\udbff]/.test(text[cut - 1]!)
  return isHalf ? cut + 1 : cut
}
