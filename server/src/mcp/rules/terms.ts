// The terms of a text that tools are searched by: words without endings, and what people say for the words of the API. Pure.

/** Of no use to tell one tool from another. */
const empty: ReadonlySet<string> = new Set(
  'a an and are as at be by can do does for from has have how i if in into is it its me my of on one or our please should show so some that the their them then there these this those to up us want was we what when where which who why will with you your all'.split(
    ' ',
  ),
)

export function termsOf(text: string): string[] {
  const words = text
    .toLowerCase()
    .replaceAll(/([a-z])['’]s\b/g, '$1')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 1 && !empty.has(word))
  return words.map(stem)
}

/** Cuts the usual endings, so that `listing conversations` is `list conversation`. */
function stem(word: string): string {
  if (word.length < 5) return word.replace(/(?<=[a-z]{3})s$/, '')
  return word
    .replace(/ies$/, 'y')
    .replace(/(?<=[^s])s$/, '')
    .replace(/(?<=[a-z]{3})(ing|ed)$/, '')
    .replace(/(?<=[a-z]{3})e$/, '')
    .replace(/([b-df-hj-np-tv-z])\1$/, '$1')
}
