// Erases what searches read of a generation, in parts.
import { statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'
import type { IndexedGeneration } from './generation.ts'
import { eraseNearVectors } from './near-vectors.ts'

// Words that no other chunk of the dataset has are erased too: they are text. Those of served chunks are counted, so that few are looked for.
const eraseWordsStatement = statement(
  'erase_words',
  `with batch as (
     delete from word_groups p using generations g
     where p.generation = $2 and g.number = $2 and g.organization_id = $1
       and p.first = (select min(first) from word_groups where generation = $2)
     returning p.first, p.words
   ), uncounted as materialized (
     select w.word from (select distinct unnest(words) as word from batch) erased
     join dataset_words w on w.dataset_id = $3 and w.word = erased.word and w.chunks <= 0
   ), forgotten as (
     delete from dataset_words w using uncounted u
     where w.dataset_id = $3 and w.word = u.word and not exists (
       select from word_groups p
       where p.words @> array[u.word] and (p.generation <> $2 or p.first <> (select min(first) from batch)))
   ) select first from batch limit 1`,
  { replanned: true },
)

const eraseSignsStatement = statement(
  'erase_signs',
  `delete from chunk_signs where ctid = any(array(
     select c.ctid from chunk_signs c join signed_generations s on s.generation = c.generation and s.centre = c.centre
     where c.generation = $2 and s.organization_id = $1 limit $3
   )) returning 1`,
)

const eraseSignedStatement = statement(
  'erase_signed_generation',
  `delete from signed_generations where organization_id = $1 and generation = $2`,
)

/** Erases the words of one batch of chunks, or at most `most` signs, and says whether some are left. */
export async function eraseIndex(tx: TransactionStore, generation: IndexedGeneration, most: number): Promise<boolean> {
  const { organization_id, number, dataset_id } = generation
  const words = await tx.query(eraseWordsStatement, [organization_id, number, dataset_id])
  if (words.length > 0) return true
  if (await eraseNearVectors(tx, generation, most)) return true
  const signs = await tx.query(eraseSignsStatement, [organization_id, number, most])
  if (signs.length === most) return true
  await tx.query(eraseSignedStatement, [organization_id, number])
  return false
}

// A range, and no list of words: where the planner expects few rows, it would make the list again for each of them.
const eraseLeftStatement = statement(
  'erase_words_of_gone_dataset',
  `with erased as (
     delete from dataset_words w
     where w.organization_id = $1 and w.dataset_id = $2 and not exists (select from datasets d where d.id = $2)
       and w.word > $3::bigint and w.word <= (select max(word) from (
         select word from dataset_words where dataset_id = $2 and word > $3::bigint order by word limit $4) part)
     returning w.word
   ) select max(word) as last from erased`,
)

/** Before the first of them. */
export const before_words = -(2 ** 31) - 1

/** The words of a dataset that is gone, after one and in order, at most `most`; answers the last one, null if there was none. */
export async function eraseLeftWords(
  tx: TransactionStore,
  dataset_id: string,
  after: number,
  most: number,
): Promise<number | null> {
  const values = [tx.organization_id, dataset_id, after, most]
  const [erased] = await tx.query<{ last: number | null }>(eraseLeftStatement, values)
  return erased!.last
}

const eraseSpaceStatement = statement(
  'erase_signs_of_space',
  `delete from chunk_signs where ctid = any(array(
     select c.ctid from signed_generations s
     join generations g on g.number = s.generation
     join chunk_signs c on c.generation = s.generation and c.centre = s.centre
     where s.organization_id = $1 and g.dataset_id = $2 and s.space_id = $3 limit $4
   )) returning 1`,
)

const eraseSpaceRowsStatement = statement(
  'erase_signed_generations_of_space',
  `delete from signed_generations s using generations g
   where s.organization_id = $1 and g.number = s.generation and g.dataset_id = $2 and s.space_id = $3`,
)

/** Of a dataset, in a space that it no longer uses. Says whether some are left. */
export async function eraseSpace(
  tx: TransactionStore,
  { dataset_id, space_id }: { dataset_id: string; space_id: string },
  most: number,
): Promise<boolean> {
  const of = [tx.organization_id, dataset_id, space_id]
  const signs = await tx.query(eraseSpaceStatement, [...of, most])
  if (signs.length === most) return true
  await tx.query(eraseSpaceRowsStatement, of)
  return false
}
