// Whether a message has one of the words with which an agent hands off. Pure.

/** In capitals first: `ß` and `SS` are the same letters in another case, as are the two small sigmas. */
const normalize = (text: string) =>
  text.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKC')

/** As words: a letter, a digit or a mark on either side makes it another word. In scripts without spaces between words it is a part. */
export function hasKeyword(text: string, keywords: readonly string[]): boolean {
  if (keywords.length === 0) return false
  const said = normalize(text).replaceAll(/\s+/g, ' ')
  return keywords.some((keyword) => hasWord(said, normalize(keyword).replaceAll(/\s+/g, ' ').trim()))
}

const isOfWord = (character: string | undefined) => character !== undefined && /[\p{L}\p{N}\p{M}_]/u.test(character)
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u

function hasWord(said: string, keyword: string): boolean {
  if (keyword === '') return false
  const [first, last] = [...keyword].length === 1 ? [keyword, keyword] : [[...keyword][0]!, [...keyword].at(-1)!]
  const needsEdge = (character: string) => isOfWord(character) && !unspaced.test(character)
  for (let at = said.indexOf(keyword); at !== -1; at = said.indexOf(keyword, at + 1)) {
    const before = [...said.slice(Math.max(0, at - 2), at)].at(-1)
    const after = [...said.slice(at + keyword.length, at + keyword.length + 2)][0]
    const isCutBefore = !needsEdge(first) || !isOfWord(before)
    const isCutAfter = !needsEdge(last) || !isOfWord(after)
    if (isCutBefore && isCutAfter) return true
  }
  return false
}
