// `npm run bench:beside-ingestion`: what turns take while the same node ingests as fast as it can, and without. Measured alternately.
import { type Target, type Load, quantile, runLoad } from './load.ts'
import { ingest, writeFiles } from './knowledge-load.ts'
import { readOptions } from './options.ts'
import { startProgram } from './programs.ts'
import { machine, publishAgent, startBenchServer } from './server.ts'
import { printTable } from './table.ts'

const options = readOptions({
  ...{ rounds: 5, seconds: 10, callers: 4, pause_ms: 50, model_ms: 300 },
  ...{ feeders: 4, chunks_each: 500, embedding_ms: 200, seed: 1 },
})
const { rounds, seconds, callers, pause_ms, model_ms, feeders, chunks_each, embedding_ms, seed, database_url } = options

await using model = await startProgram('stub-model.ts')
await using embedding = await startProgram('stub-embedding.ts')
await using server = await startBenchServer(
  {
    ...{
      OPENAI_BASE_URL: `${model.url}/wait/${model_ms}/v1`,
      OPENAI_API_KEY: 'stub',
      PARLEY_DEFAULT_MODEL: 'openai/stub',
    },
    ...{ PARLEY_EMBEDDING_BASE_URL: `${embedding.url}/wait/${embedding_ms}/v1`, PARLEY_EMBEDDING_MODEL: 'stub' },
  },
  database_url,
)
const { client } = server
const turns = await enter()
const { id: dataset_id } = await client.createDataset({ name: 'Bench' })

const alone: Load[] = []
const beside: Load[] = []
const ingested: number[] = []
let files = 0
await measureTurns(2)
for (let round = 0; round < rounds; round += 1) {
  alone.push(await measureTurns(seconds))
  const flood = startFlood()
  await flood.begun
  const [load, before] = [await measureTurns(seconds), flood.chunks()]
  beside.push(load)
  ingested.push((before - flood.atBegin()) / load.seconds)
  await flood.stop()
}
report()

async function enter(): Promise<Target> {
  const agent_id = await publishAgent(client)
  const ids: string[] = []
  for (let caller = 0; caller < callers; caller += 1) {
    ids.push((await client.createConversation({ channel: 'text', user_id: 'bench', agent_id })).conversation.id)
  }
  return {
    origin: server.url,
    path: (caller) => `/core/conversations/${ids[caller]!}/messages`,
    headers: { authorization: `Bearer ${server.admin_key}` },
    accepts: (body) => body.includes('"reply":"This is the answer'),
  }
}

async function measureTurns(for_seconds: number): Promise<Load> {
  const load = await runLoad(turns, { callers, seconds: for_seconds, pause_ms })
  if (load.failures.length > 0) throw new Error(`${load.failures.length} failed: ${load.failures[0]}`)
  return load
}

/** Files one after another, several at once, until it is stopped. `begun`: the first of them can be searched. */
function startFlood() {
  const state = { isOver: false, chunks: 0, atBegin: 0 }
  const begun = Promise.withResolvers<void>()
  const feed = async () => {
    while (!state.isOver) {
      files += 1
      await using texts = await writeFiles(1, chunks_each, seed * 10_000 + files)
      state.chunks += await ingest(client, dataset_id, texts.paths)
      if (state.atBegin === 0) state.atBegin = state.chunks
      begun.resolve()
    }
  }
  const fed = Promise.all(Array.from({ length: feeders }, feed))
  fed.catch((error: unknown) => begun.reject(error))
  return {
    begun: begun.promise,
    chunks: () => state.chunks,
    atBegin: () => state.atBegin,
    async stop() {
      state.isOver = true
      await fed
    },
  }
}

function report(): void {
  process.stdout.write(
    `${machine}; models (${model_ms} ms, embedding ${embedding_ms} ms) and callers on it. ${callers} callers, ${pause_ms} ms between their messages; ` +
      `${feeders} files at a time, of ${chunks_each} chunks. ${rounds} rounds of ${seconds} s without and ${seconds} s beside ingestion.\n\n`,
  )
  const shares = [0.5, 0.95, 0.99]
  const times = (loads: Load[]) => shares.map((share) => spread(loads.map((load) => quantile(load.times_ms, share))))
  const ratio = (share: number) =>
    spread(beside.map((load, round) => quantile(load.times_ms, share) / quantile(alone[round]!.times_ms, share)))
  printTable(
    ['turns', 'p50 in ms', 'p95 in ms', 'p99 in ms', 'chunks per second'],
    [
      ['without', ...times(alone), '0'],
      ['beside ingestion', ...times(beside), spread(ingested)],
      ['ratio', ...shares.map(ratio), ''],
    ],
  )
}

/** Median, minimum and maximum. */
function spread(of: number[]): string {
  const [middle, low, high] = [0.5, 0, 1].map((share) => quantile(of, share).toFixed(2))
  return `${middle} (${low} to ${high})`
}
