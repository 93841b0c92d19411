// Which stemmer the words of a source get. Pure.
import type { DatasetLanguage } from '@parley/contract'

type Stemmer = Exclude<DatasetLanguage, 'auto'>

/** By the language's code. */
const stemmers: Record<string, Stemmer> = {
  __proto__: null as never,
  ar: 'arabic',
  hy: 'armenian',
  eu: 'basque',
  ca: 'catalan',
  da: 'danish',
  nl: 'dutch',
  en: 'english',
  fi: 'finnish',
  fr: 'french',
  de: 'german',
  el: 'greek',
  hi: 'hindi',
  hu: 'hungarian',
  id: 'indonesian',
  ga: 'irish',
  it: 'italian',
  lt: 'lithuanian',
  ne: 'nepali',
  no: 'norwegian',
  nb: 'norwegian',
  nn: 'norwegian',
  pt: 'portuguese',
  ro: 'romanian',
  ru: 'russian',
  sr: 'serbian',
  es: 'spanish',
  sv: 'swedish',
  ta: 'tamil',
  tr: 'turkish',
  yi: 'yiddish',
}

/** The dataset's, or that of the text's own language; `simple` without one. */
export function stemmerOf(dataset_language: DatasetLanguage, text_language: string | null): Stemmer {
  if (dataset_language !== 'auto') return dataset_language
  const [code = ''] = (text_language ?? '').toLowerCase().split(/[-_]/)
  return stemmers[code] ?? 'simple'
}
