// Which words of a passage a query asked for, so that they can be marked. Pure. The server finds passages by stems and by meaning; here
// a word counts if it is the same, or begins the same and ends a little differently.

export interface Piece {
  text: string
  is_marked: boolean
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' })

/** Words of nearly every English sentence. Marking them would hide the others. */
const common = new Set(
  'a an and any are as at be but by can could do does for from had has have how i if in into is it its me my no not of on or our so than that the their them then there these they this to was we were what when where which who why will with would you your'.split(
    ' ',
  ),
)

/** Two words count as one from this many equal characters on, if what is left of each is short. */
const [least_stem, longest_ending] = [4, 3]
const max_words = 100

export function markWords(text: string, query: string): Piece[] {
  const wanted = listWords(query)
  if (wanted.length === 0) return text === '' ? [] : [{ text, is_marked: false }]
  const pieces: Piece[] = []
  for (const { segment, isWordLike } of segmenter.segment(text)) {
    const is_marked = isWordLike === true && wanted.some((word) => isSameWord(fold(segment), word))
    const last = pieces.at(-1)
    if (last && last.is_marked === is_marked && !is_marked) last.text += segment
    else pieces.push({ text: segment, is_marked })
  }
  return pieces
}

function listWords(query: string): string[] {
  const words = [...segmenter.segment(query)].filter(({ isWordLike }) => isWordLike).map(({ segment }) => fold(segment))
  const telling = words.filter((word) => !common.has(word))
  return [...new Set(telling.length === 0 ? words : telling)].slice(0, max_words)
}

/** Without case and accents. */
function fold(word: string): string {
  return word.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
}

function isSameWord(a: string, b: string): boolean {
  if (a === b) return true
  const most = Math.min(a.length, b.length)
  let same = 0
  while (same < most && a[same] === b[same]) same += 1
  return same >= least_stem && a.length - same <= longest_ending && b.length - same <= longest_ending
}
