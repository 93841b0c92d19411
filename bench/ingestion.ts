// `npm run bench:ingestion`: how fast files become searchable, beside a bare program that reads, cuts, embeds and inserts the same, and
// what a chunk needs in the database. Both alternate, so that a machine that becomes slower affects both.
import pg from 'pg'
import { ingestBare, prepareBaseline } from './ingestion-baseline.ts'
import { ingest, writeFiles } from './knowledge-load.ts'
import { quantile } from './load.ts'
import { readOptions } from './options.ts'
import { cpuSeconds, cpuSecondsOfChildren, startProgram } from './programs.ts'
import { machine, startBenchServer } from './server.ts'
import { printTable } from './table.ts'

const options = readOptions({ rounds: 3, files: 8, chunks_each: 1000, model_ms: 200, seed: 1 })
const { rounds, files, chunks_each, model_ms, seed, database_url } = options

await using model = await startProgram('stub-embedding.ts')
const embedding_url = `${model.url}/wait/${model_ms}/v1`
await using server = await startBenchServer(
  {
    PARLEY_EMBEDDING_BASE_URL: embedding_url,
    PARLEY_EMBEDDING_MODEL: 'stub',
    PARLEY_DEFAULT_MODEL: 'demo/parley-demo',
  },
  database_url,
)
const { client } = server
const baseline = { database_url: server.database_url, embedding_url }
await prepareBaseline(baseline)

interface Round {
  chunks: number
  seconds: number
  /** Of the program, and of the database. */
  cpu: [number, number]
}

async function measure(pid: number, work: () => Promise<number>): Promise<Round> {
  const before = [cpuSeconds(pid) + ofChildren(pid), cpuSecondsOfChildren(server.database_pid)] as const
  const begun = performance.now()
  const chunks = await work()
  const seconds = (performance.now() - begun) / 1000
  const after = [cpuSeconds(pid) + ofChildren(pid), cpuSecondsOfChildren(server.database_pid)] as const
  return { chunks, seconds, cpu: [after[0] - before[0], after[1] - before[1]] }
}

/** The server converts files in processes of their own; this one has others. */
const ofChildren = (pid: number) => (pid === server.pid ? cpuSecondsOfChildren(pid) : 0)

const tables = ['chunks', 'vectors', 'word_groups', 'dataset_words', 'chunk_signs', 'blob_parts']
const bare: Round[] = []
const own: Round[] = []
const { id: dataset_id } = await client.createDataset({ name: 'Bench' })
// Its modules are loaded, its connections open.
await using first = await writeFiles(1, 50, seed * 100 + 99)
await ingest(client, dataset_id, first.paths)
for (let round = 0; round < rounds; round += 1) {
  await using texts = await writeFiles(files, chunks_each, seed * 100 + round)
  bare.push(await measure(process.pid, () => ingestBare(baseline, texts.paths)))
  own.push(await measure(server.pid, () => ingest(client, dataset_id, texts.paths)))
}
await report()

async function report(): Promise<void> {
  process.stdout.write(
    `${machine}; the embedding model (${model_ms} ms a call) on it. ${rounds} rounds of ${files} text files with about ${chunks_each} chunks each.\n\n`,
  )
  const rate = ({ chunks, seconds }: Round) => chunks / seconds
  const milliseconds = (rows: Round[], at: 0 | 1) => spread(rows.map(({ chunks, cpu }) => (cpu[at] / chunks) * 1000))
  const line = (name: string, rows: Round[]) => [
    ...[name, spread(rows.map(rate)), milliseconds(rows, 0), milliseconds(rows, 1)],
  ]
  printTable(
    ['contestant', 'chunks per second', 'CPU of the program, ms a chunk', 'CPU of the database, ms a chunk'],
    [
      line('bare program', bare),
      line('Parley', own),
      ['ratio', spread(own.map((round, at) => rate(round) / rate(bare[at]!))), '', ''],
    ],
  )
  printTable(['in the database', 'bytes a chunk'], await sizes())
}

async function sizes(): Promise<string[][]> {
  const admin = new pg.Client({ connectionString: server.database_url })
  await admin.connect()
  try {
    const { rows } = await admin.query<{ name: string; bytes: number }>(
      `select t.name, pg_total_relation_size(to_regclass(t.name))::float8 / (select count(*) from chunks) as bytes
       from unnest($1::text[]) with ordinality t (name, at) where to_regclass(t.name) is not null order by t.at`,
      [tables],
    )
    const all = rows.reduce((sum, { bytes }) => sum + bytes, 0)
    return [...rows.map(({ name, bytes }) => [name, bytes.toFixed(0)]), ['in all', all.toFixed(0)]]
  } finally {
    await admin.end()
  }
}

/** Median, minimum and maximum. */
function spread(of: number[]): string {
  const [middle, low, high] = [0.5, 0, 1].map((share) => quantile(of, share).toFixed(2))
  return `${middle} (${low} to ${high})`
}
