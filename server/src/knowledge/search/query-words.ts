// The words of a query as datasets know them: in the languages of their sources, by their hashes.
import type { Store } from '../../database/store.ts'
import { cutWords } from '../rules/cut-words.ts'
import { formOf, wordHashes } from '../rules/postings.ts'
import { type Stem, stems } from './stems.ts'

/** Different words of a query that are looked up; of these the rarest count. */
const most_words = 256

/** How many chunks of a dataset are in a language, most first. */
export interface LanguageShare {
  language: string
  chunks: number
}

export interface QueryWord {
  /** Its number in the query; all forms of a word share it. */
  token: number
  hash: number
  form: number
}

export interface QueryWords {
  words: QueryWord[]
  /** What is compared with the words of the dataset, if it has none of the forms. */
  spelled: { token: number; text: string }[]
}

const likeable = /^\p{L}{4,40}$/u

interface SpokenDataset {
  dataset_id: string
  languages: readonly LanguageShare[]
}

/**
 * What each dataset is asked, in their order. Words that say nothing in the language of most of its chunks are left out, unless there
 * are no others.
 */
export async function readQueryWords(
  store: Store,
  query: string,
  datasets: readonly SpokenDataset[],
): Promise<QueryWords[]> {
  const tokens = new Map<string, boolean>()
  for (const { text, has_stem } of cutWords(query)) {
    if (tokens.size === most_words) break
    if (!tokens.has(text)) tokens.set(text, has_stem)
  }
  const stemmed_words = [...tokens].flatMap(([text, has_stem]) => (has_stem ? text : []))
  const names = [...new Set(datasets.flatMap(({ languages }) => languages.map(({ language }) => language)))]
  const found = await Promise.all(names.map((language) => stems(store, language, stemmed_words)))
  const stems_of = new Map(names.map((language, at) => [language, found[at]!]))
  return datasets.map((dataset) => wordsIn([...tokens.keys()], dataset, stems_of))
}

function wordsIn(
  tokens: readonly string[],
  { dataset_id, languages }: SpokenDataset,
  stems_of: ReadonlyMap<string, ReadonlyMap<string, Stem>>,
): QueryWords {
  const stemmed = languages.map(({ language }) => stems_of.get(language)!)
  const all_chunks = languages.reduce((sum, { chunks }) => sum + chunks, 0)
  const isStop = (text: string) => {
    const silent = languages.filter((_, at) => stemmed[at]!.get(text)?.is_stop)
    return silent.reduce((sum, { chunks }) => sum + chunks, 0) * 2 > all_chunks
  }
  const telling = tokens.filter((text) => !isStop(text))
  const hash = wordHashes(dataset_id)
  const found: QueryWords = { words: [], spelled: [] }
  for (const [token, text] of (telling.length > 0 ? telling : tokens).entries()) {
    const forms = new Set(stemmed.map((of) => of.get(text)?.text ?? text))
    if (forms.size === 0) forms.add(text)
    for (const form of forms) found.words.push({ token, hash: hash(form), form: formOf(text) })
    const [usual] = forms
    if (likeable.test(usual!)) found.spelled.push({ token, text: usual! })
  }
  return found
}
