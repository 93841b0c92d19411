// The stems of words by the text search configurations `parley_<language>`, which an operator can change. Kept in memory for a while.
import { LRUCache } from 'lru-cache'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'

export interface Stem {
  /** What chunks with this word are found by: the word itself, if the configuration knows no stem of it. */
  text: string
  /** So frequent that it says nothing about a text. */
  is_stop: boolean
}

// A configuration that is missing in this version of PostgreSQL is `simple`. Stop words are listed with their accents.
const stemStatement = statement(
  'stem_words',
  `with visible as (
     select oid, cfgname from pg_ts_config where pg_ts_config_is_visible(oid)
   ), configured as (
     select coalesce((select oid::regconfig from visible where cfgname = 'parley_' || $1), 'parley_simple'::regconfig) as own,
            coalesce((select oid::regconfig from visible where cfgname = $1), 'simple'::regconfig) as plain
   )
   select $3::uuid as organization_id, word, tsvector_to_array(to_tsvector(own, word)) as stems,
          to_tsvector(plain, word) = ''::tsvector and exists (select from ts_parse('default', word) where tokid in (1, 2)) as is_stop
   from configured, unnest($2::text[]) word`,
)

interface StemRow {
  word: string
  stems: string[]
  is_stop: boolean
}

export type Stems = (store: Store, language: string, words: Iterable<string>) => Promise<Map<string, Stem>>

/** Words that a node keeps: if more come, those of the languages that were not used for longest go. */
const most_kept = 100_000

function createStems(): Stems {
  // By organization, because how long an answer takes would tell whether another one has used a word.
  const kept = new LRUCache<string, Map<string, Stem>>({
    maxSize: most_kept,
    sizeCalculation: (of_language) => of_language.size,
  })
  return async (store, language, words) => {
    const { organization_id } = store
    const key = `${organization_id} ${language}`
    const known = kept.get(key)
    const found = new Map<string, Stem>()
    const unknown: string[] = []
    for (const word of new Set(words)) {
      const stem = known?.get(word)
      if (stem) found.set(word, stem)
      else unknown.push(word)
    }
    if (unknown.length === 0) return found
    const rows = await store.query<StemRow>(stemStatement, [language, unknown, organization_id])
    // Another call may have come first.
    const before = kept.get(key)
    const of_language = before && before.size + rows.length <= most_kept ? before : new Map<string, Stem>()
    for (const { word, stems, is_stop } of rows) {
      const stem = { text: stems.length === 1 && !is_stop ? stems[0]! : word, is_stop }
      of_language.set(word, stem)
      found.set(word, stem)
    }
    kept.delete(key)
    if (of_language.size > 0) kept.set(key, of_language)
    return found
  }
}

export const stems = createStems()
