// Compares what clients were told with what is stored, once everything has come to rest.
import { createHash } from 'node:crypto'
import type pg from 'pg'
import type { EmbeddingCall } from '../../../support/embedding-server.ts'
import { dumpDatabase } from '../../../support/dump-database.ts'
import { faultsOf, piecesOf, textOf } from '../../ingest/fixture.ts'
import type { OwnSource, Told, Violation } from './records.ts'

/** Of a node: what may be under way when it dies, or when it is stopped for longer than a lease. */
const most_repeated = 4

export interface Judged {
  violations: Violation[]
  /** Calls of which a text was asked for again. */
  repeated_calls: number
  /** Of one node. */
  most_repeated_calls: number
}

type Kind = Violation['kind']

export interface Observed {
  calls: readonly EmbeddingCall[]
  /** In the storage. */
  objects: readonly string[]
  /** Nodes that were stopped before they died, by what their calls are authorized with. */
  paused: ReadonlySet<string>
}

export async function judge(pool: pg.Pool, told: Told, { calls, objects, paused }: Observed): Promise<Judged> {
  const violations = [...told.violations]
  const find = (kind: Kind, what: string) => void violations.push({ kind, what })
  const rows = async <Row = Record<string, unknown>>(text: string, values: unknown[] = []) =>
    (await pool.query(text, values)).rows as Row[]
  const context: Context = { find, rows }
  for (const source of told.sources) await judgeSource(context, source)
  await judgeCrawls(context, told)
  for (const fault of await faultsOf({ rows })) find('left_over', fault)
  for (const [kind, what, text] of never_there) {
    const found = await rows(text)
    if (found.length > 0) find(kind, `${what}: ${found.length}, such as ${JSON.stringify(found[0])}`)
  }
  await judgeWords(context)
  await judgeObjects(context, objects)
  await judgeDeleted({ pool, find, rows }, told)
  const repeated = countRepeated(calls)
  for (const [node, count] of repeated)
    if (count > most_repeated * (paused.has(node) ? 2 : 1))
      find('repeated', `${count} calls of ${node} were made again`)
  const counts = [...repeated.values()]
  return {
    violations,
    repeated_calls: counts.reduce((sum, count) => sum + count, 0),
    most_repeated_calls: Math.max(0, ...counts),
  }
}

interface Context {
  find(kind: Kind, what: string): void
  rows<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>
}

interface Served {
  id: string
  dataset_id: string
  status: string
  reason_code: string | null
  texts: (string | null)[]
}

const served = `select a.id, a.dataset_id, a.status, a.reason_code, array_agg(c.content order by c.position) as texts
  from dataset_sources a left join chunks c on c.generation_id = a.serving_generation where a.source_id = $1 group by a.id`

async function judgeSource({ find, rows }: Context, { id, word, chunks, datasets, state }: OwnSource): Promise<void> {
  const [source] = await rows<{ status: string; reason_code: string | null; hash: string | null }>(
    `select s.status, s.reason_code, encode(c.hash, 'hex') as hash from sources s
     left join source_contents c on c.source_id = s.id and c.revision = s.revision where s.id = $1`,
    [id],
  )
  if (state !== 'there') {
    if (source && state === 'deleted') find('left_over', `source ${id} was deleted`)
    return
  }
  if (!source) return find('lost', `source ${id}`)
  if (word === null) return
  const text = textOf(chunks, word)
  if (source.hash !== createHash('sha256').update(text).digest('hex')) find('lost', `the file ${word} of ${id}`)
  if (source.status !== 'ready') find('unfinished', `source ${id} is ${source.status} ${source.reason_code ?? ''}`)
  const attached = await rows<Served>(served, [id])
  const expected = piecesOf(chunks, word)
  for (const dataset_id of datasets) {
    const of = attached.find((one) => one.dataset_id === dataset_id)
    if (!of) find('lost', `the attachment of ${id} to ${dataset_id}`)
    else if (of.status !== 'ready') find('unfinished', `attachment ${of.id} is ${of.status} ${of.reason_code ?? ''}`)
    else judgeTexts(find, of, expected)
  }
  const others = attached.filter((one) => !datasets.has(one.dataset_id))
  if (others.length > 0) find('left_over', `${others.length} attachments of ${id}, which were detached`)
}

function judgeTexts(find: Context['find'], { id, texts }: Served, expected: readonly string[]): void {
  const words = new Set(texts.map((text) => text?.split(' ', 1)[0]))
  if (words.size > 1) return find('mixed', `attachment ${id} serves ${[...words].join(' and ')}`)
  const isSame = texts.length === expected.length && texts.every((text, at) => text === expected[at])
  if (!isSame) find('lost', `attachment ${id} serves ${texts.length} chunks of ${[...words][0]}, not ${expected[0]}`)
}

async function judgeCrawls({ find, rows }: Context, { crawled }: Told): Promise<void> {
  for (const { id, path, dataset_id } of crawled) {
    const pages = await rows<{ id: string; name: string; status: string; reason_code: string | null }>(
      'select id, name, status, reason_code from sources where id = $1 or parent_source_id = $1',
      [id],
    )
    // The start page and the two that it links to.
    if (pages.length !== 3) find(pages.length < 3 ? 'lost' : 'doubled', `${pages.length} of 3 pages of ${path}`)
    for (const page of pages) {
      if (page.status !== 'ready') find('unfinished', `${page.name} is ${page.status} ${page.reason_code ?? ''}`)
      const [attached] = (await rows<Served>(served, [page.id])).filter((one) => one.dataset_id === dataset_id)
      if (!attached) find('lost', `the attachment of ${page.name}`)
      const versions = new Set(attached?.texts.flatMap((text) => text?.match(/version\d+/g) ?? []))
      if (attached && versions.size !== 1) find('mixed', `${page.name} serves ${[...versions].join(' and ')}`)
    }
  }
}

const never_there: readonly (readonly [Kind, string, string])[] = [
  ['unfinished', 'crawls that run', `select id from crawls where status = 'running'`],
  ['unfinished', 're-embeddings', `select id, reembedding_status from datasets where next_space_id is not null`],
  ['left_over', 'files that nothing keeps', `select id, state, uses from blobs where uses = 0`],
  [
    'doubled',
    'files that are kept more or less often than they are used',
    `select b.id, b.uses, count(r.id) from blobs b left join (
       select blob_id as id from source_contents union all select text_blob_id from source_contents
       union all select upload_blob_id from sources) r on r.id = b.id
     group by b.id having b.uses <> count(r.id)`,
  ],
  [
    'left_over',
    'parts of no file',
    `select key from blob_parts p where not exists (select from blobs b where b.key = p.key)`,
  ],
  [
    'lost',
    'files whose bytes are not there',
    `select b.id from blobs b where b.store = 'postgres' and b.state = 'stored'
       and coalesce((select sum(length(p.bytes)) from blob_parts p where p.key = b.key), 0) <> b.bytes`,
  ],
  [
    'doubled',
    'organizations whose bytes are miscounted',
    `select u.organization_id, u.bytes from blob_usage u where u.bytes <>
       (select coalesce(sum(b.bytes), 0) from blobs b where b.organization_id = u.organization_id and b.bytes is not null)`,
  ],
  [
    'doubled',
    'attachments with more or fewer generations that have served than events that say so',
    `select a.id from dataset_sources a
     where (select count(*) from organization_events e where e.type = 'dataset_source.ready' and e.subject = a.id) <>
       (select count(*) from generations g where g.dataset_source_id = a.id and g.state in ('serving', 'replaced'))`,
  ],
  [
    'doubled',
    'pages that a crawl has twice',
    `select parent_source_id, name from sources where parent_source_id is not null group by 1, 2 having count(*) > 1`,
  ],
  [
    'left_over',
    'words and signs of generations that are gone or were replaced',
    `select number from (
       select generation as number from word_groups
       union select generation from chunk_signs union select generation from signed_generations) i
     where not exists (select from generations g where g.number = i.number and g.state = 'serving')`,
  ],
  [
    'mixed',
    'what searches read and what serves',
    `select coalesce(s.generation_id, a.serving_generation) as id from searched_generations s
     full join (select * from dataset_sources where serving_generation is not null) a on a.serving_generation = s.generation_id
     where s.generation_id is null or a.id is null`,
  ],
  [
    'lost',
    'chunks that serve without a vector in the space of their dataset',
    `select c.id from datasets d join dataset_sources a on a.dataset_id = d.id
     join chunks c on c.generation_id = a.serving_generation
     where d.space_id is not null and not exists
       (select from vectors v where v.space_id = d.space_id and v.text_hash = c.text_hash) limit 5`,
  ],
]

/** Each text begins with a word of its own, which the dataset counts once for each chunk that serves. */
async function judgeWords({ find, rows }: Context): Promise<void> {
  const miscounted = await rows(
    `with served as (
       select a.dataset_id, split_part(c.content, ' ', 1) as word, count(*)::integer as chunks from dataset_sources a
       join chunks c on c.generation_id = a.serving_generation where c.content ~ '^k[0-9]+t[0-9]+ ' group by 1, 2
     ), counted as (
       select dataset_id, text as word, chunks from dataset_words where text ~ '^k[0-9]+t[0-9]+$'
     )
     select word, s.chunks as served, c.chunks as counted from served s full join counted c using (dataset_id, word)
     where coalesce(s.chunks, 0) <> coalesce(c.chunks, 0)`,
  )
  if (miscounted.length > 0) find('doubled', `words are miscounted: ${JSON.stringify(miscounted.slice(0, 5))}`)
}

async function judgeObjects({ find, rows }: Context, objects: readonly string[]): Promise<void> {
  const blobs = await rows<{ key: string; parts: number }>(
    `select key, parts from blobs where store = 's3' and state = 'stored'`,
  )
  const known = new Set(blobs.map(({ key }) => key))
  const orphans = objects.filter((name) => !known.has(name.split('/').at(-2)!))
  if (orphans.length > 0) find('left_over', `${orphans.length} objects of no file, such as ${orphans[0]}`)
  const expected = blobs.reduce((sum, { parts }) => sum + parts, 0)
  if (objects.length - orphans.length < expected) find('lost', `${expected} parts of files, ${objects.length} objects`)
}

/** Nothing of a deleted source is anywhere in the database: no word of its texts, and no vector. */
async function judgeDeleted({ pool, find, rows }: Context & { pool: pg.Pool }, told: Told): Promise<void> {
  const words = told.sources.flatMap((source) => (source.state === 'deleted' ? source.words : []))
  const dump = (await dumpDatabase({ database: { pool } as never })).join('\n')
  const there = new Set(dump.match(/k\d+t\d+(?= \d)/g))
  const inFiles = (word: string) => dump.includes(Buffer.from(`${word} 0 `).toString('hex'))
  const found = words.filter((word) => there.has(word) || inFiles(word))
  if (found.length > 0) find('left_over', `${found.length} texts of deleted sources, such as ${found[0]}`)
  if (words.length === 0) return
  const hashes = words.flatMap((word) => piecesOf(told.texts.get(word)!, word)).map(hashOf)
  const vectors = await rows('select text_hash from vectors where text_hash = any($1::bytea[])', [hashes])
  if (vectors.length > 0) find('left_over', `${vectors.length} vectors of deleted texts`)
}

const hashOf = (text: string) => createHash('sha256').update(text).digest()

/** By node: its calls of which some text was asked for again, of the same model. */
export function countRepeated(calls: readonly EmbeddingCall[]): Map<string, number> {
  const lastAsked = new Map<string, number>()
  const repeated = new Set<number>()
  for (const [at, { model, input }] of calls.entries()) {
    // A search asks for the vector of its query, each node for itself.
    if (input.length === 1 && input[0] === 'handbook') continue
    for (const text of input) {
      const before = lastAsked.get(`${model} ${text}`)
      if (before !== undefined) repeated.add(before)
      lastAsked.set(`${model} ${text}`, at)
    }
  }
  const counts = new Map<string, number>()
  for (const at of repeated) {
    const node = calls[at]!.authorization ?? 'a node'
    counts.set(node, (counts.get(node) ?? 0) + 1)
  }
  return counts
}
