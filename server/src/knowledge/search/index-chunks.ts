// What searches read of chunks: their words and the signs of their vectors. Written while a generation is built, erased with it.
import { statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'
import { cutWords } from '../rules/cut-words.ts'
import { type Posting, type WordGroup, formOf, groupWords, packPostings, wordHashes } from '../rules/postings.ts'
import type { IndexedGeneration } from './generation.ts'
import { stems } from './stems.ts'

export type { IndexedGeneration }
export { indexVectors } from './index-vectors.ts'
export { before_words, eraseIndex, eraseLeftWords, eraseSpace } from './erase-index.ts'

export interface IndexedChunk {
  position: number
  content: string
  heading_path: readonly string[]
}

/** What a word of a heading counts. */
const heading_weight = 2

const addWordsStatement = statement(
  'add_dataset_words',
  `insert into dataset_words (dataset_id, organization_id, word, text, grams)
   select $1, $2, new.word, new.text, case when new.text ~ '^[[:alpha:]]{4,40}$' then
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

/** In the commit that stores the chunks. */
export async function indexWords(
  tx: TransactionStore,
  generation: IndexedGeneration,
  chunks: readonly IndexedChunk[],
): Promise<void> {
  if (chunks.length === 0) return
  const cuts: ReturnType<typeof cutChunk>[] = []
  for (const chunk of chunks) {
    cuts.push(cutChunk(chunk))
    // Other work of the process goes on meanwhile.
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
  const spoken = new Set(
    cuts.flatMap(({ times }) => [...times].flatMap(([text, { has_stem }]) => (has_stem ? text : []))),
  )
  const stemmed = await stems(tx, generation.language, spoken)
  const hash = wordHashes(generation.dataset_id)
  const found = new Map<number, { text: string; postings: Posting[] }>()
  for (const { position, length, times } of cuts) {
    for (const [text, word] of times) {
      const stem = stemmed.get(text)?.text ?? text
      addPosting(found, hash(stem), stem, { position, length, times: word.times, forms: formOf(text) })
    }
  }
  const words = [...found.keys()].toSorted((a, b) => a - b)
  const of = words.map((word) => found.get(word)!)
  const first = chunks[0]!.position
  const { organization_id, dataset_id, number } = generation
  await tx.query(addWordsStatement, [dataset_id, organization_id, words, of.map(({ text }) => text)])
  const groups = groupWords(
    of.map(({ postings }, at) => ({ word: words[at]!, chunks: postings.length, data: packPostings(postings, first) })),
  )
  const listsOf = (list: (group: WordGroup) => readonly number[]) => groups.map((group) => `{${list(group).join(',')}}`)
  const length = cuts.reduce((sum, cut) => sum + cut.length, 0)
  await tx.query(addGroupsStatement, [
    ...[organization_id, number, first],
    ...[listsOf((group) => group.words), listsOf((group) => group.chunks), listsOf((group) => group.begins)],
    groups.map(({ data }) => data),
    length,
  ])
}

interface CutChunk {
  position: number
  length: number
  times: Map<string, { times: number; has_stem: boolean }>
}

function cutChunk({ position, content, heading_path }: IndexedChunk): CutChunk {
  const times: CutChunk['times'] = new Map()
  let length = 0
  const count = (text: string, weight: number) => {
    for (const word of cutWords(text)) {
      const known = times.get(word.text)
      if (known) known.times += weight
      else times.set(word.text, { times: weight, has_stem: word.has_stem })
      length += weight
    }
  }
  count(content, 1)
  for (const heading of heading_path) count(heading, heading_weight)
  return { position, length, times }
}

/** Words with the same stem in one chunk are one posting, in several forms. */
function addPosting(
  found: Map<number, { text: string; postings: Posting[] }>,
  word: number,
  text: string,
  posting: Posting,
): void {
  const known = found.get(word)
  if (!known) {
    found.set(word, { text, postings: [posting] })
    return
  }
  const last = known.postings.at(-1)!
  if (last.position !== posting.position) known.postings.push(posting)
  else {
    last.times += posting.times
    last.forms |= posting.forms
  }
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
