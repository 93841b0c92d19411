// Cuts a text into the words by which it is found. Pure.

/** Characters of a word at most; what is longer is no word that anybody looks for. */
const longest = 64

export interface CutWord {
  /** In lower case, as it stands. */
  text: string
  /** Has only letters: a stemmer knows what to do with it. */
  has_stem: boolean
}

/** One for all languages: scripts without spaces are cut by dictionary, whatever the locale. */
const segmenter = new Intl.Segmenter('en', { granularity: 'word' })
const letters = /^[\p{L}\p{M}]+$/u
const parts = /[\p{L}\p{M}]+|[\p{L}\p{M}\p{N}]+/gu
const part = /[\p{L}\p{M}\p{N}]+/gu
const humps = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u
/** What may be a code: one that is joined by signs, with a digit, an underscore or a dot in it (`ERR-4042`, `v1.2.3`, `max_tokens`). */
const runs = /[\p{L}\p{N}._\-/:#@+]+/gu
const outerSigns = /^[._\-/:#@+]+|[._\-/:#@+]+$/g
const signsOfCode = /[._\-/:#@+]/
const marksOfCode = /[\p{N}_.]/u
/** Words never extend across these, whatever stands around them. */
const spaces = /[ \t\n\r]+/
/** Letters of scripts that have two cases, without humps: their words are between spaces, so that such a word is one segment. */
const plain = /^\p{Lu}*\p{Ll}*$/u
const signsAround = /^["'(]+|[.,;:!?)"']+$/g

/** Characters by which any text may grow. */
const most_added = 1000

/** First words of letters alone, then what else there is, each in order. A code counts as a whole and in its parts, and so does a name in camel case. */
export function* cutWords(text: string): Generator<CutWord> {
  // One character can become eighteen; the text of a language grows less, but a short one may have a few of them.
  const normal = text
    .normalize('NFKC')
    .slice(0, text.length * 3 + most_added)
    .toWellFormed()
  // Most words of most texts are plain, and need no segmenter, which takes most of the time.
  let rest = ''
  for (const token of normal.split(spaces)) {
    const word = plainWord(token)
    if (word === null) rest += `${token} `
    else if (word !== '') yield { text: word.toLowerCase(), has_stem: true }
  }
  if (rest === '') return
  for (const { segment, isWordLike } of segmenter.segment(rest)) {
    if (!isWordLike) continue
    if (segment.length <= longest && letters.test(segment) && !humps.test(segment)) {
      yield { text: segment.toLowerCase(), has_stem: true }
    } else yield* cutSegment(segment)
  }
  for (const [run] of rest.matchAll(runs)) {
    if (run.length > longest * 2) continue
    const code = run.replace(outerSigns, '')
    if (code.length > longest || !signsOfCode.test(code) || !marksOfCode.test(code)) continue
    yield { text: code.toLowerCase(), has_stem: false }
  }
}

/** Null: it takes more to tell its words. */
function plainWord(token: string): string | null {
  if (token.length > longest * 2) return null
  const word = plain.test(token) ? token : token.replaceAll(signsAround, '')
  return word.length <= longest && plain.test(word) ? word : null
}

/** With digits, apostrophes, underscores or humps. */
function* cutSegment(segment: string): Generator<CutWord> {
  for (const [whole] of segment.matchAll(part)) {
    if (whole.length <= longest) yield { text: whole.toLowerCase(), has_stem: letters.test(whole) }
    const pieces = whole.split(humps)
    if (pieces.length === 1 || pieces.length > 8) continue
    for (const piece of pieces.flatMap((text) => text.match(parts) ?? [])) {
      if (piece.length > 1 && piece.length <= longest)
        yield { text: piece.toLowerCase(), has_stem: letters.test(piece) }
    }
  }
}
