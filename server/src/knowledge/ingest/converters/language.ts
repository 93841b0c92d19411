// The language of a text, from a part of it.
const sample_characters = 20_000
/** Of Latin letters; other scripts say more. */
const least_letters = 40

/** Such as `en`; null where there is too little to tell. */
export async function detectLanguage(text: string): Promise<string | null> {
  // Addresses, code and tables say little about the language.
  const words = text.slice(0, sample_characters).replaceAll(/https?:\S+|[`|#*_>[\](){}\d]+/g, ' ')
  if (words.replaceAll(/[^\p{L}]+/gu, '').length < least_letters && !/[^\p{Script=Latin}\P{L}]/u.test(words))
    return null
  // Loading it takes as long as all the rest of a small file.
  const { eld } = await import('eld/extrasmall')
  const found = eld.detect(words.toWellFormed())
  return found.language !== '' && found.isReliable() ? found.language : null
}
