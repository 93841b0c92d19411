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

/** Words that a node keeps. */
const most_kept = 100_000

function createStems(): Stems {
  // By organization, because how long an answer takes would tell whether another one has used a word.
  const kept = new LRUCache<string, Stem>({ max: most_kept })
  return async (store, language, words) => {
    const { organization_id } = store
    const found = new Map<string, Stem>()
    const unknown: string[] = []
    const keyOf = (word: string) => `${organization_id} ${language} ${word}`
    for (const word of new Set(words)) {
      const stem = kept.get(keyOf(word))
      if (stem) found.set(word, stem)
      else unknown.push(word)
    }
    if (unknown.length === 0) return found
    const rows = await store.query<StemRow>(stemStatement, [language, unknown, organization_id])
    for (const { word, stems, is_stop } of rows) {
      const stem = { text: stems.length === 1 && !is_stop ? stems[0]! : word, is_stop }
      kept.set(keyOf(word), stem)
      found.set(word, stem)
    }
    return found
  }
}

export const stems = createStems()
