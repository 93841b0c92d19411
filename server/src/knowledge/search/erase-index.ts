// Erases what searches read of a generation, in parts.
import { statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'
import type { IndexedGeneration } from './generation.ts'

// Words that no other chunk of the dataset has are erased too: they are text.
const eraseWordsStatement = statement(
  'erase_words',
  `with batch as (
     delete from word_batches b using generations g
     where b.generation = $2 and g.number = $2 and g.organization_id = $1
       and b.first = (select first from word_batches where generation = $2 order by first limit 1)
     returning b.first, b.words
   ), erased as (
     delete from word_postings p using batch, unnest(batch.words) had (word)
     where p.word = had.word and p.generation = $2 and p.first = batch.first returning p.word
   ), others as (
     select had.word from batch, unnest(batch.words) had (word)
     where not exists (select from word_postings p where p.word = had.word and (p.generation <> $2 or p.first <> batch.first))
   ), forgotten as (
     delete from dataset_words w using others where w.dataset_id = $3 and w.word = others.word and w.chunks <= 0 returning w.word
   ) select first from batch`,
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
  const signs = await tx.query(eraseSignsStatement, [organization_id, number, most])
  if (signs.length === most) return true
  await tx.query(eraseSignedStatement, [organization_id, number])
  return false
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
