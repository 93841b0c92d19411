// `npm run bench:search`: how long a hybrid search takes, in the database and in the process, and what an indexed chunk needs. With
// `--database-url` of a PostgreSQL that has pgvector, and `--index 1`, by its index; with `--reuse 1`, the largest dataset of an earlier
// measurement there.
import pg from 'pg'
import { openDatabase } from '../server/src/database/database.ts'
import { migrate } from '../server/src/database/migrate.ts'
import { indexVectorsWork } from '../server/src/knowledge/search/near-vectors.ts'
import type { WorkPort } from '../server/src/work/port.ts'
import { createLibrary } from '../server/test/knowledge/search/library.ts'
import { startPostgresWith } from './bench-postgres.ts'
import { generateChunks, generateQueries } from './knowledge-texts.ts'
import { cpuSeconds } from './programs.ts'
import { readOptions } from './options.ts'
import { machine } from './server.ts'
import { printTable } from './table.ts'
import { randomVectors } from './vectors.ts'

const options = readOptions({
  chunks: 100_000,
  sources: 500,
  dimension: 768,
  searches: 200,
  at_once: 8,
  index: 0,
  reuse: 0,
  seed: 1,
})
const { chunks, sources, dimension, searches, at_once, seed } = options

// As the launcher starts it, without a private one's folder being given.
await using postgres = options.database_url === undefined ? await startPostgresWith({}) : null
const url = options.database_url ?? postgres!.database_url
await using database = openDatabase({
  connection_string: url,
  max_connections: 10,
  statement_timeout_ms: 600_000,
  onError: () => {},
})
await migrate(database)
const admin = new pg.Client({ connectionString: url, statement_timeout: 600_000 })
await admin.connect()
const stored = options.reuse ? await findStored() : null
const library = await createLibrary(database, dimension, stored?.organization_id)
const vectors = randomVectors(dimension, seed)
// The vector of a text: of one of many topics, whatever its words are.
library.embed = (text) => vectors.of(text)
const dataset_id = stored?.dataset_id ?? (await library.addDataset(await library.addSpace()))
if (options.index) {
  await database.pool.query('create extension if not exists vector')
  library.index.kind = 'pgvector'
}
const seconds = stored ? null : await writeChunks()
const indexed_seconds = options.index && !stored ? await makeIndex() : null
if (!stored) await admin.query('vacuum analyze')

async function findStored() {
  const { rows } = await admin.query<{ organization_id: string; dataset_id: string }>(
    `select organization_id, dataset_id from searched_generations group by 1, 2 order by sum(chunks) desc limit 1`,
  )
  return rows[0]!
}

async function writeChunks(): Promise<number> {
  const begun = performance.now()
  const { rows } = await admin.query<{ space_id: string }>('select space_id from datasets where id = $1', [dataset_id])
  const { space_id } = rows[0]!
  const per_source = Math.ceil(chunks / sources)
  for (let source = 0; source < sources; source += 1) {
    const written = generateChunks(Math.min(per_source, chunks - source * per_source), seed * 100_000 + source)
    await library.addSource(written, {
      dataset_id,
      space_id,
      name: `source-${source}.md`,
      metadata: { part: source % 10 },
    })
    if (source % 50 === 49) process.stderr.write(`${source + 1} of ${sources} sources\n`)
  }
  return (performance.now() - begun) / 1000
}

/** As a node does the work. */
async function makeIndex(): Promise<number> {
  const since = performance.now()
  const { store } = library
  const port = { signal: new AbortController().signal, commit: (write) => store.transaction(write) } as WorkPort
  const item = { organization_id: store.organization_id, owner: dataset_id, subject: dataset_id, tries: 1 }
  while ((await indexVectorsWork(library.index).run(item, port)).next !== 'done');
  return (performance.now() - since) / 1000
}

/** The same dataset, by searches that keep no signs. */
const keepingNone = await createLibrary(database, dimension, library.store.organization_id, 0)
keepingNone.embed = library.embed
keepingNone.index.kind = library.index.kind

const queries = generateQueries(searches, seed)
const at = (sorted: number[], share: number) => sorted[Math.floor((sorted.length - 1) * share)]!.toFixed(1)
const rows: string[][] = []

/** Seconds of processor time, which tell more than time does beside other programs. The database is on the same machine. */
async function readCpu(): Promise<{ own: number; database: number }> {
  const { rows: backends } = await admin.query<{ pid: number }>(
    `select pid from pg_stat_activity where application_name ~ '^parley [0-9]' and datname = current_database()`,
  )
  return { own: cpuSeconds(process.pid), database: backends.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0) }
}

interface Contestant {
  name: string
  run(query: string): Promise<number>
}

/**
 * Of each contestant a few searches, then of the next one, until all queries have been asked of all: a busy minute tells on all of them.
 * The first to ask a query reads what it needs from the disk, so all are asked once before.
 */
const searches_of_turn = 25

async function measure(contestants: readonly Contestant[], width: number): Promise<void> {
  const measured = contestants.map((contestant) => ({ ...contestant, times: [] as number[], own: 0, database: 0 }))
  for (const [at, { run }] of contestants.entries())
    for (const query of at ? queries.slice(0, 20) : queries) await run(query)
  for (let first = 0; first < queries.length; first += searches_of_turn) {
    for (const one of measured) {
      const before = await readCpu()
      const left = queries.slice(first, first + searches_of_turn)
      await Promise.all(
        Array.from({ length: width }, async () => {
          for (let query = left.pop(); query !== undefined; query = left.pop()) one.times.push(await one.run(query))
        }),
      )
      const after = await readCpu()
      one.own += after.own - before.own
      one.database += after.database - before.database
    }
  }
  for (const { name, times, own, database: of_database } of measured) {
    const sorted = times.toSorted((a, b) => a - b)
    const cpu = (cpu_seconds: number) => ((cpu_seconds * 1000) / sorted.length).toFixed(1)
    rows.push([name, String(width), at(sorted, 0.5), at(sorted, 0.95), at(sorted, 1), cpu(of_database), cpu(own)])
  }
}

async function searchOnce(
  query: string,
  mode: 'auto' | 'full_text' | 'vector',
  filter: Record<string, unknown> | null = null,
  by = library,
) {
  const since = performance.now()
  const found = await by.search({
    query,
    mode,
    datasets: [{ dataset_id, top_n: 5, min_score: null, filter }],
    results: 5,
  })
  if (found.failed || found.degraded.length > 0) throw new Error(`a search failed: ${found.failed} ${found.degraded}`)
  return performance.now() - since
}

// What the node keeps is read in the background.
await searchOnce(queries[0]!, 'auto')
await library.room.searches.signs.settled()
const hybrid: Contestant[] = [
  { name: 'hybrid', run: (query) => searchOnce(query, 'auto') },
  { name: 'hybrid, no signs kept', run: (query) => searchOnce(query, 'auto', null, keepingNone) },
]
await measure(hybrid, 1)
await measure(
  [
    { name: 'words', run: (query) => searchOnce(query, 'full_text') },
    { name: 'vectors', run: (query) => searchOnce(query, 'vector') },
    { name: 'hybrid, a tenth by metadata', run: (query) => searchOnce(query, 'auto', { part: 3 }) },
  ],
  1,
)
await measure(hybrid, at_once)

process.stdout.write(`machine ${machine}\n`)
process.stdout.write(
  seconds === null
    ? `the largest dataset that was there\n\n`
    : `${chunks} chunks of ${dimension} dimensions in ${sources} sources, written in ${seconds.toFixed(0)} s${indexed_seconds === null ? '' : `, their index in ${indexed_seconds.toFixed(0)} s`}\n\n`,
)
printTable(['search', 'at once', 'median ms', 'p95 ms', 'longest ms', 'CPU ms of the database', 'of the process'], rows)

const tables = ['chunks', 'vectors', 'chunk_signs', 'word_groups', 'dataset_words'] as const
const { rows: indexes } = await admin.query<{ name: string }>(
  `select 'near_vectors_' || number as name from vector_indexes`,
)
const sizes: string[][] = []
for (const table of [...tables, ...indexes.map(({ name }) => name)]) {
  const { rows: sized } = await admin.query<{ bytes: string }>(`select pg_total_relation_size($1::regclass) as bytes`, [
    table,
  ])
  sizes.push([table, (Number(sized[0]!.bytes) / chunks).toFixed(0)])
}
printTable(['table', 'bytes for each chunk'], sizes)
await admin.end()
