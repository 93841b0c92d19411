// The signs of vectors: taken from a mean of their space, a centre, and stored beside those of other generations.
import { statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'
import { meanOf, readVector, signVector } from '../rules/signs.ts'
import type { IndexedGeneration } from './generation.ts'

/** Of one commit. */
const chunks_at_once = 500
/** Vectors whose mean is a centre: at least, and at most. A space that has grown as much gets another centre for what is new. */
const sample = { least: 256, most: 2048, growth: 8 } as const

interface Signed {
  centre: number
  mean: Buffer | null
  signed: number
  total_chunks: number
}

const signedStatement = statement(
  'read_signed_generation',
  `select s.centre, c.mean, s.signed, g.total_chunks
   from signed_generations s join vector_centres c on c.number = s.centre join generations g on g.number = s.generation
   where s.generation = $2 and s.space_id = $3 and g.organization_id = $1 for update of s`,
)

const newestCentreStatement = statement(
  'read_newest_centre',
  `select number, vectors,
     (select coalesce(sum(signed), 0)::integer from signed_generations s where s.space_id = $2) as signed
   from (select 1) one left join lateral (
     select number, vectors from vector_centres where organization_id = $1 and space_id = $2 order by vectors desc limit 1
   ) newest on true`,
)

const sampleStatement = statement(
  'sample_vectors',
  `select vector from vectors where organization_id = $1 and space_id = $2 limit $3`,
)

// Another node may have made it at the same moment: both then use the one that is there.
const addCentreStatement = statement(
  'add_vector_centre',
  `with added as (
     insert into vector_centres (organization_id, space_id, mean, vectors) values ($1, $2, $3, $4)
     on conflict (space_id, vectors) do update set vectors = excluded.vectors returning number
   ) select number from added`,
)

const beginStatement = statement(
  'begin_signed_generation',
  `insert into signed_generations (generation, space_id, organization_id, centre) values ($2, $3, $1, $4) on conflict do nothing`,
)

const vectorsStatement = statement(
  'read_vectors_to_sign',
  `select c.position, v.vector
   from chunks c join vectors v on v.space_id = $3 and v.text_hash = c.text_hash and v.organization_id = c.organization_id
   where c.organization_id = $1 and c.generation_id = $2 and c.position >= $4 and c.position < $5 order by c.position`,
)

const signStatement = statement(
  'add_chunk_signs',
  `with added as (
     insert into chunk_signs (generation, centre, position, bits, length, along)
     select $2, $4, row.position, row.bits::bit varying, row.length, row.along
     from unnest($5::integer[], $6::text[], $7::real[], $8::real[]) row (position, bits, length, along)
     on conflict do nothing
   )
   update signed_generations set signed = $9, is_complete = $10
   where organization_id = $1 and generation = $2 and space_id = $3`,
)

/**
 * Once every chunk has a vector in the space. In parts, one commit each; safe to run again. True: there is more to do.
 */
export async function indexVectors(
  tx: TransactionStore,
  generation: IndexedGeneration,
  space_id: string,
): Promise<boolean> {
  const { organization_id } = tx
  const { id, number } = generation
  const { centre, mean, signed, total_chunks } = await beginSigning(tx, number, space_id)
  if (signed >= total_chunks && total_chunks > 0) return false
  const end = signed + chunks_at_once
  const rows = await tx.query<{ position: number; vector: Buffer }>(vectorsStatement, [
    organization_id,
    id,
    space_id,
    signed,
    end,
  ])
  const from = mean && readVector(mean)
  const positions = rows.map(({ position }) => position)
  const signs = rows.map(({ vector }) => signVector(readVector(vector), from))
  const isComplete = end >= total_chunks
  await tx.query(signStatement, [
    ...[organization_id, number, space_id, centre, positions],
    ...[signs.map(({ bits }) => bits), signs.map(({ length }) => length), signs.map(({ along }) => along)],
    ...[Math.min(end, total_chunks), isComplete],
  ])
  return !isComplete
}

async function beginSigning(tx: TransactionStore, number: number, space_id: string): Promise<Signed> {
  const key = [tx.organization_id, number, space_id]
  const [begun] = await tx.query<Signed>(signedStatement, key)
  if (begun) return begun
  await tx.query(beginStatement, [...key, await chooseCentre(tx, space_id)])
  const [signed] = await tx.query<Signed>(signedStatement, key)
  return signed!
}

interface Newest {
  number: number | null
  vectors: number | null
  signed: number
}

async function chooseCentre(tx: TransactionStore, space_id: string): Promise<number> {
  const space = [tx.organization_id, space_id]
  const [newest] = await tx.query<Newest>(newestCentreStatement, space)
  const { number, vectors, signed } = newest!
  const isEnough = number !== null && (vectors! >= sample.most || signed < Math.max(vectors!, 1) * sample.growth)
  if (isEnough && (vectors! > 0 || signed < sample.least)) return number
  const rows = await tx.query<{ vector: Buffer }>(sampleStatement, [...space, sample.most])
  const isTooFew = rows.length < sample.least
  if (isTooFew && number !== null) return number
  const mean = isTooFew ? null : meanOf(rows.map(({ vector }) => readVector(vector)))
  const bytes = mean && Buffer.from(mean.buffer)
  const [added] = await tx.query<{ number: number }>(addCentreStatement, [...space, bytes, isTooFew ? 0 : rows.length])
  return added!.number
}
