// What searches read of chunks: their words and the signs of their vectors. Written while a generation is built, erased with it.
import { statement } from '../../database/database.ts'
import type { Store, TransactionStore } from '../../database/store.ts'
import { type IndexedChunk, type StoredWord, WordCount } from '../rules/count-words.ts'
import { type WordGroup, groupWords, wordHashes } from '../rules/postings.ts'
import type { IndexedGeneration } from './generation.ts'
import { stems } from './stems.ts'

export type { IndexedGeneration }
export { indexVectors } from './index-vectors.ts'
export { before_words, eraseIndex, eraseLeftWords, eraseSpace } from './erase-index.ts'

/** What is read before other work of the process gets its turn. */
const slice_characters = 5000

const addWordsStatement = statement(
  'add_dataset_words',
  `insert into dataset_words (dataset_id, organization_id, word, text, grams)
   select $1, $2, new.word, new.text, case when length(new.text) between 4 and 40 and new.text !~ '[^[:alpha:]]' then
     array(select ('x' || left(md5($1::uuid || gram), 8))::bit(32)::integer from unnest(show_trgm(new.text)) gram) end
   from unnest($3::integer[], $4::text[]) new (word, text)
   where not exists (select from dataset_words w where w.dataset_id = $1 and w.word = new.word)
   order by new.word
   on conflict do nothing`,
)

const addGroupsStatement = statement(
  'add_word_groups',
  `with added as (
     insert into word_groups (generation, first, part, words, chunks, begins, data)
     select $2, $3, new.part, new.words::integer[], new.chunks::smallint[], new.begins::smallint[], new.data
     from unnest($4::text[], $5::text[], $6::text[], $7::bytea[]) with ordinality new (words, chunks, begins, data, part)
   )
   update generations set words = words + $8 where organization_id = $1 and number = $2`,
)

export interface IndexedWords {
  first: number
  stored: StoredWord[]
  groups: WordGroup[]
  length: number
}

/** Before the commit that stores the chunks, which are in order: what it adds of their words. */
export async function readWords(
  store: Store,
  { dataset_id, language }: IndexedGeneration,
  chunks: readonly IndexedChunk[],
): Promise<IndexedWords> {
  const count = new WordCount()
  let characters = 0
  for (const chunk of chunks) {
    count.add(chunk)
    characters += chunk.content.length
    if (characters < slice_characters) continue
    await new Promise<void>((resolve) => setImmediate(resolve))
    characters = 0
  }
  const stemmed = await stems(store, language, count.spoken)
  const stored = count.pack((text) => stemmed.get(text)?.text ?? text, wordHashes(dataset_id))
  return { first: chunks[0]?.position ?? 0, stored, groups: groupWords(stored), length: count.length }
}

/** In the commit that stores the chunks. */
export async function addWords(
  tx: TransactionStore,
  { dataset_id, number }: IndexedGeneration,
  { first, stored, groups, length }: IndexedWords,
): Promise<void> {
  if (stored.length === 0) return
  const { organization_id } = tx
  const [words, texts] = [stored.map(({ word }) => word), stored.map(({ text }) => text)]
  await tx.query(addWordsStatement, [dataset_id, organization_id, words, texts])
  const listsOf = (list: (group: WordGroup) => readonly number[]) => groups.map((group) => `{${list(group).join(',')}}`)
  await tx.query(addGroupsStatement, [
    ...[organization_id, number, first],
    ...[listsOf((group) => group.words), listsOf((group) => group.chunks), listsOf((group) => group.begins)],
    groups.map(({ data }) => data),
    length,
  ])
}

const countStatement = statement(
  'count_dataset_words',
  `insert into dataset_words as known (dataset_id, organization_id, word, chunks)
   select $1, $2, word, sum(chunks) from (
     select unnest(words) as word, unnest(chunks)::integer as chunks from word_groups where generation = any($3::bigint[])
     union all
     select unnest(words), -unnest(chunks)::integer from word_groups where generation = any($4::bigint[])
   ) changed group by word having sum(chunks) <> 0 order by word
   on conflict (dataset_id, word) do update set chunks = known.chunks + excluded.chunks`,
)

/**
 * In the commit of the switch, or of a detach, under the dataset's lock: what the dataset counts of its words. All generations of
 * one dataset.
 */
export async function countWords(
  tx: TransactionStore,
  change: {
    added: IndexedGeneration | readonly IndexedGeneration[] | null
    removed: IndexedGeneration | readonly IndexedGeneration[] | null
  },
): Promise<void> {
  const [added, removed] = [listOf(change.added), listOf(change.removed)]
  const [any] = [...added, ...removed]
  if (!any) return
  const numbersOf = (generations: readonly IndexedGeneration[]) => generations.map(({ number }) => number)
  await tx.query(countStatement, [any.dataset_id, tx.organization_id, numbersOf(added), numbersOf(removed)])
}

function listOf<Item>(given: Item | readonly Item[] | null): readonly Item[] {
  if (given === null) return []
  return Array.isArray(given) ? given : [given as Item]
}
