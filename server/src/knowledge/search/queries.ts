// The statements of a search. The first finds chunks by words, the second by vectors, and reads what both have found. In a snapshot, which
// plans them for what is asked: one dataset or fifty, a page or a hundred thousand chunks.
import { statement } from '../../database/database.ts'

/** Which datasets there are, how their vectors are made, and what languages their sources have. */
export const targetsStatement = statement(
  'find_searched_datasets',
  `select d.id as dataset_id, d.space_id,
     coalesce((
       select jsonb_agg(jsonb_build_object('language', language, 'chunks', chunks) order by chunks desc, language) from (
         select language, sum(chunks) as chunks from searched_generations s where s.dataset_id = d.id group by language
       ) spoken
     ), '[]') as languages
   from datasets d where d.organization_id = $1 and d.id = any($2::uuid[])`,
)

/** Datasets, in the order asked, and their generations; those that a filter leaves are chosen. */
const asked = `
  asked as materialized (
    select a.place, d.id as dataset_id, d.space_id, a.filter
    from unnest($2::uuid[], $3::jsonb[]) with ordinality a (dataset_id, filter, place)
    join datasets d on d.organization_id = $1 and d.id = a.dataset_id
  ), served as materialized (
    select a.place, s.number, s.generation_id, s.chunks, s.words,
      (a.filter is null or o.metadata @> a.filter) and ($4::uuid[] is null or s.source_id = any($4)) as is_chosen
    from asked a join searched_generations s on s.organization_id = $1 and s.dataset_id = a.dataset_id
    left join sources o on a.filter is not null and o.id = s.source_id
  )`

/** Words of a query that count, the rarest first. */
export const most_query_words = 16
/**
 * Chunks that are read for the words of all datasets, the rarest word's in any case: frequent words say least, and are left out. A
 * dataset among many has some nevertheless.
 */
const most_postings = { all: 50_000, dataset: 5000 } as const
/** How similar a word must be to stand for one that the dataset lacks, and how many do. */
const likeness = { least: 0.45, most: 3 } as const

const gramsOf = (dataset_id: string, text: string) => `array(
  select ('x' || left(md5(${dataset_id} || gram), 8))::bit(32)::integer from unnest(show_trgm(${text})) gram order by left(gram, 2) = '  ', gram
)`

/**
 * A word that is as similar shares so many trigrams that it has one of those that are looked for, although some are left out: first
 * those that every word with the same first letter has.
 */
const nearWords = `
  select word, chunks, likeness from (
    select w.word, w.chunks, case when cardinality(w.grams) between l.least_grams and l.most_grams then similarity(w.text, l.text) end as likeness
    from dataset_words w
    where w.dataset_id = l.dataset_id and w.chunks > 0
      and w.grams && l.grams[1:cardinality(l.grams) - l.least_grams + 1] offset 0
  ) compared where likeness >= ${likeness.least}
  order by likeness desc, chunks desc, word limit ${likeness.most}`

export interface WordRow {
  place: number
  space_id: string | null
  chunks: number | null
  words: number | null
  chosen_chunks: number | null
  /** Whether some of what is chosen has no vectors yet. */
  is_incomplete: boolean
  centres: { number: number; mean: string | null }[] | null
  /** The dataset's index of pgvector in its space. */
  index_number: number | null
  /** The numbers of the chosen generations, 8 bytes each; in the first row of a place. */
  chosen: Buffer | null
  token: number | null
  word: number | null
  word_chunks: number
  likeness: number
  packed: Buffer | null
}

const totals = `
  totals as materialized (
    select place, sum(chunks)::float8 as chunks, sum(words)::float8 as words,
      coalesce(sum(chunks) filter (where is_chosen), 0)::float8 as chosen_chunks,
      string_agg(int8send(number), '') filter (where is_chosen) as chosen
    from served group by place
  ), state as materialized (
    select a.place, a.space_id,
      $6 and a.space_id is not null and exists (
        select from served s where s.place = a.place and s.is_chosen and not exists (
          select from signed_generations g where g.generation = s.number and g.space_id = a.space_id and g.is_complete)
      ) as is_incomplete,
      (select jsonb_agg(jsonb_build_object('number', c.number,
         'mean', case when c.number <> all($5::integer[]) then encode(c.mean, 'base64') end) order by c.number)
       from vector_centres c where c.organization_id = $1 and c.space_id = a.space_id) as centres,
      (select i.number from vector_indexes i
       where $6 and i.organization_id = $1 and i.dataset_id = a.dataset_id and i.space_id = a.space_id) as index_number
    from asked a
  )`

/** `offset 0`: otherwise the place of the word is looked for again for each use of it. */
const packed = `
  known as materialized (
    select f.place, f.token, f.word, w.chunks, 1.0::real as likeness
    from unnest($7::integer[], $8::integer[], $9::integer[]) f (place, token, word)
    join asked a on a.place = f.place
    join dataset_words w on w.dataset_id = a.dataset_id and w.word = f.word and w.chunks > 0
  ), lacking as materialized (
    select *, ceil(cardinality(grams) * ${likeness.least})::integer as least_grams, floor(cardinality(grams) / ${likeness.least})::integer as most_grams
    from (
      select a.place, a.dataset_id, s.token, s.text, ${gramsOf('a.dataset_id', 's.text')} as grams
      from unnest($10::integer[], $11::integer[], $12::text[]) s (place, token, text) join asked a on a.place = s.place
      where not exists (select from known k where k.place = s.place and k.token = s.token)
    ) spelled
  ), matched as (
    select * from known
    union all
    select l.place, l.token, near.word, near.chunks, near.likeness from lacking l cross join lateral (${nearWords}) near
  ), ranked as materialized (
    select *, dense_rank() over rarest as rarity, sum(chunks) over rarest as postings
    from (select *, sum(chunks) over (partition by place, token) as token_chunks from matched) counted
    window rarest as (partition by place order by token_chunks, token)
  ), packed as (
    select r.place, r.token, r.word, r.chunks, r.likeness, (
      select string_agg(int8send(generation) || int4send(first) || int4send(bytes) || substr(data, begin, bytes), '') from (
        select generation, first, data, begins[nth] + 1 as begin, (begins[nth + 1] - begins[nth])::integer as bytes from (
          select generation, first, data, begins, width_bucket(r.word, words) as nth
          from word_groups where words @> array[r.word] offset 0
        ) found offset 0
      ) own
    ) as packed
    from ranked r
    where r.rarity <= ${most_query_words}
      and (r.rarity = 1 or r.postings <= greatest(${most_postings.all} / (select count(*) from asked), ${most_postings.dataset}))
  )`

/** A row for each dataset and word; one with nulls for a dataset that has none of the words. */
export const wordsStatement = statement(
  'search_words',
  `with ${asked}, ${totals}, ${packed}
   select a.place::integer, a.space_id, a.is_incomplete, a.centres, a.index_number, t.chunks, t.words, t.chosen_chunks,
     case when row_number() over (partition by a.place order by p.token, p.word) = 1 then t.chosen end as chosen,
     p.token, p.word, p.chunks as word_chunks, p.likeness, p.packed
   from state a left join totals t on t.place = a.place left join packed p on p.place = a.place
   order by a.place, p.token, p.word`,
)

/** The same without words. */
export const stateStatement = statement(
  'search_state',
  `with ${asked}, ${totals}
   select a.place::integer, a.space_id, a.is_incomplete, a.centres, a.index_number, t.chunks, t.words, t.chosen_chunks, t.chosen,
     null::integer as token, null::integer as word, 0 as word_chunks, 0::real as likeness, null::bytea as packed
   from state a left join totals t on t.place = a.place order by a.place`,
)

/** Chunks that words have found, the best of equal texts. */
const byWords = `
  by_words as materialized (
    select place, number, position, word_rank from (
      select h.place, s.number, h.position, h.rank as word_rank,
        row_number() over (partition by h.place, c.text_hash order by h.rank) as copy
      from unnest($5::integer[], $6::bigint[], $7::integer[], $8::integer[]) h (place, number, position, rank)
      join served s on s.place = h.place and s.number = h.number and s.is_chosen
      join chunks c on c.generation_id = s.generation_id and c.position = h.position
    ) found where copy = 1 order by word_rank limit $9
  )`

/** What the process has found by signs that it keeps, of the generations that serve. */
const byKeptSigns = `
  by_kept_signs as materialized (
    select k.place, s.number, k.position
    from unnest($11::integer[], $12::bigint[], $13::integer[]) k (place, number, position)
    join served s on s.place = k.place and s.number = k.number and s.is_chosen
  )`

/** What is in an index is not looked for by its signs. */
const unindexed = 'and not (s.place = any($16) and g.is_complete and g.indexed = g.signed)'

const byIndex = `
  union all
  select q.place, near.generation, near.position
  from unnest($16::integer[], $17::integer[], $18::text[], $19::integer[]) q (place, index_number, vector, most)
  cross join lateral near_vectors(
    q.index_number, q.vector, array(select s.number from served s where s.place = q.place and s.is_chosen), q.most) near`

/** The query seen from each centre (`SignedQuery`): where it is looked for, and how many are wanted. */
const lookedFor = `
  looked_for as materialized (
    select * from jsonb_to_recordset($14::jsonb) q (
      place integer, centre integer, wanted integer, least integer, most integer, bits bit varying,
      base real, of_none float8, of_each float8, of_all real, of_sign real, of_step real, of_doubt real,
      plane_1 bit varying, plane_2 bit varying, plane_4 bit varying, plane_8 bit varying)
  )`

/** How many the signs alone choose, for each that is estimated well: they tell little of vectors that are all about as near. */
export const preselected = 5

/** How near the signs alone show a chunk to be. */
const bySigns = 'k.along + k.length * (q.of_none + q.of_each * bit_count(k.bits # q.bits))'

/**
 * Sorting costs more than reading. So in a large dataset the first chunks of each source show how near a chunk must be to be one of
 * those that the signs choose. At least as many as are compared exactly are as near: they are among the first ones.
 */
const sample = { least: 16_384, size: 4096, margin: 1.25 } as const

/** Each centre's part, and some more: the nearest may be spread unevenly. As in near-chunks.ts. */
const partOf = (many: string) => `least(${many}, 20 + ceil(1.5 * ${many} * s.part))::integer`

const candidates = ({ nearest, hasIndex }: Near) => `
  ${lookedFor}, signed as materialized (
    select s.place, g.generation, g.centre, g.signed
    from served s join asked a on a.place = s.place
    join signed_generations g on g.generation = s.number and g.space_id = a.space_id
    where s.is_chosen and s.number <> all($15::bigint[]) ${hasIndex ? unindexed : ''}
  ), sought as materialized (
    select q.*, s.generations, s.chunks, ${partOf('q.least')} as least_part, ${partOf('q.most')} as most_part,
      case when s.chunks >= ${sample.least} then ceil(${sample.size}::float8 / cardinality(s.generations))::integer end as sampled,
      (select sum(least(own, ceil(${sample.size}::float8 / cardinality(s.generations)))) from unnest(s.signed) own) as sample
    from looked_for q join (
      select place, centre, array_agg(generation) as generations, array_agg(signed) as signed, sum(signed)::float8 as chunks,
        sum(signed)::float8 / greatest(sum(sum(signed)) over (partition by place), 1) as part
      from signed group by place, centre
    ) s on s.place = q.place and s.centre = q.centre
  ), bounded as materialized (
    select q.*, coalesce((
      select ${bySigns} from chunk_signs k
      where k.centre = q.centre and k.generation = any(q.generations) and k.position < q.sampled and q.sample < q.chunks / 4
      order by 1 desc limit 1
      offset greatest(q.least_part, ceil(${sample.margin} * ${preselected} * q.most_part * q.sample / greatest(q.chunks, 1))) - 1
    ), '-infinity') as bound
    from sought q
  ), by_vectors as materialized (
    select q.place, near.generation as number, near.position
    from bounded q
    cross join lateral (${nearest}) near
    ${hasIndex ? byIndex : ''}
  )`

const signsOf = `
  from chunk_signs k where k.centre = q.centre and k.generation = any(q.generations)`

/** More than the least number only where an estimate may be wrong enough: of vectors that are all about as near. */
const nearestSigns = `
  select k.generation, k.position from (
    select k.generation, k.position, k.estimate, row_number() over by_estimate as nth,
      nth_value(k.estimate - q.of_doubt * k.length, q.wanted) over (by_estimate rows between unbounded preceding and unbounded following) as bound
    from (
      select k.generation, k.position, k.length, q.base + k.along + k.length * (q.of_all + q.of_sign * bit_count(k.bits) + q.of_step * (
        bit_count(k.bits & q.plane_1) + 2 * bit_count(k.bits & q.plane_2)
        + 4 * bit_count(k.bits & q.plane_4) + 8 * bit_count(k.bits & q.plane_8))) as estimate
      from (
        select k.generation, k.position, k.length, k.along, k.bits ${signsOf} and ${bySigns} >= q.bound
        order by ${bySigns} desc limit ${preselected} * q.most_part
      ) k
      order by estimate desc limit q.most_part
    ) k
    window by_estimate as (order by k.estimate desc)
  ) k
  where k.nth <= q.least_part or k.estimate >= k.bound`

/** One of each text, however many chunks have it. */
const differentSigns = `
  select generation, position from (
    select distinct on (c.text_hash) k.generation, k.position, k.distance
    from (select k.generation, k.position, bit_count(k.bits # q.bits)::integer as distance ${signsOf}) k
    join generations g on g.number = k.generation join chunks c on c.generation_id = g.id and c.position = k.position
    order by c.text_hash, k.distance, k.generation, k.position
  ) different order by distance limit q.least_part`

export interface ChunkRow {
  place: number
  chunk_id: string
  dataset_id: string
  source_id: string
  dataset_source_id: string
  number: number
  position: number
  source_name: string
  metadata: Record<string, unknown>
  heading_path: string[]
  page: number | null
  url: string | null
  content: string
  text_hash: Buffer
  has_vector: boolean
  /** In base64, which is shorter than `bytea` as text. Only if the query has a vector in the dataset's space. */
  vector: string | null
  is_by_vector: boolean
}

interface Near {
  /** How signs find chunks. */
  nearest: string
  /** Whether some datasets have an index. */
  hasIndex: boolean
}

/** `near`: how vectors find chunks in the database; null: words do, and signs that the process keeps. */
const chunksText = (near: Near | null) => `
  with ${asked}, ${byWords}, ${byKeptSigns}${near === null ? '' : `, ${candidates(near)}`}, wanted as (
    select place, number, position, bool_or(is_by_vector) as is_by_vector from (
      select place, number, position, false as is_by_vector from by_words
      union all select place, number, position, true from by_kept_signs
      ${near === null ? '' : 'union all select place, number, position, true from by_vectors'}
    ) found group by place, number, position
  )
  select w.place::integer, c.id as chunk_id, a.dataset_id, g.source_id, g.dataset_source_id, w.number, w.position,
    o.name as source_name, o.metadata, c.heading_path, c.page, c.url, c.content, c.text_hash,
    v.text_hash is not null as has_vector, case when w.place = any($10::integer[]) then encode(v.vector, 'base64') end as vector,
    w.is_by_vector
  from wanted w join asked a on a.place = w.place
  join generations g on g.number = w.number and g.organization_id = $1
  join chunks c on c.generation_id = g.id and c.position = w.position
  join sources o on o.id = g.source_id
  left join lateral (
    select v.text_hash, v.vector from vectors v
    where v.organization_id = $1 and v.space_id = a.space_id and v.text_hash = c.text_hash offset 0
  ) v on true`

export const foundChunksStatement = statement('search_found_chunks', chunksText(null))
export const chunksStatement = statement('search_chunks', chunksText({ nearest: nearestSigns, hasIndex: false }))
export const indexedChunksStatement = statement(
  'search_chunks_by_index',
  chunksText({ nearest: nearestSigns, hasIndex: true }),
)
/** For a dataset in which so many chunks are equal that the nearest ones are too few different texts. */
export const thoroughChunksStatement = statement(
  'search_chunks_thoroughly',
  chunksText({ nearest: differentSigns, hasIndex: false }),
)
