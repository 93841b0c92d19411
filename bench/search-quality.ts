// `npm run bench:search-quality`: how well words, vectors and both find what answers a question, over the project's documents and over
// small German and Japanese texts. Vectors are those of a stand-in (latent-vector.ts), which needs no network, or of a real model
// (bench/real-model.ts).
import { startEmbeddedPostgres } from '@parley/embedded-postgres'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../server/src/database/database.ts'
import { migrate } from '../server/src/database/migrate.ts'
import { latentVectors } from '../server/test/knowledge/search/latent-vector.ts'
import { type Library, createLibrary } from '../server/test/knowledge/search/library.ts'
import {
  type Asked,
  addDocuments,
  askDocuments,
  askSmall,
  judge,
  modes,
  readDocuments,
  textsOf,
} from '../server/test/knowledge/search/quality.ts'
import { questions, small } from '../server/test/knowledge/search/questions.ts'
import { readOptions } from './options.ts'
import { readRealModel } from './real-model.ts'
import { machine } from './server.ts'
import { printTable } from './table.ts'

const options = readOptions({ dimension: 4096 })
const { dimension, database_url } = options
const model = readRealModel(options)
await using stack = new AsyncDisposableStack()
const database = stack.use(
  openDatabase({
    connection_string: database_url ?? (await startPrivate()),
    max_connections: 10,
    statement_timeout_ms: 60_000,
    onError: () => {},
  }),
)
await migrate(database)
const library = await createLibrary(database, dimension)
const rows: string[][] = []

async function startPrivate(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-bench-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  // When run as root, PostgreSQL runs as another user, which must be able to enter the folder.
  await chmod(folder, 0o711)
  return stack.use(await startEmbeddedPostgres({ data_dir: join(folder, 'postgres') })).connection_string
}

async function add(name: string, dataset_id: string, asked: readonly Asked[]): Promise<void> {
  const figures = await judge(library, dataset_id, asked)
  const cells = modes.map((mode) => `${figures[mode].recall_at_5.toFixed(3)}, ${figures[mode].mrr_at_10.toFixed(3)}`)
  rows.push([name, String(asked.length), ...cells])
}

/** The vectors of a model are asked for at once. */
async function embedding(texts: readonly string[], asked: readonly { question: string }[]): Promise<Library['embed']> {
  if (!model) return latentVectors(texts, dimension)
  const all = [...texts, ...asked.map(({ question }) => question)]
  const vectors = await model.embed(all)
  const known = new Map(all.map((text, at) => [text, vectors[at]!]))
  return (text) => known.get(text)!
}

const documents = readDocuments()
library.embed = await embedding(textsOf(documents), questions)
const dataset_id = await addDocuments(library, documents)
for (const [kind, some] of Map.groupBy(questions, (each) => each.kind)) {
  await add(kind, dataset_id, some.map(askDocuments))
}
await add('all', dataset_id, questions.map(askDocuments))

for (const of of small) {
  const { language, texts } = of
  const asked = askSmall(of)
  library.embed = await embedding(texts, asked)
  const space_id = await library.addSpace()
  const small_dataset_id = await library.addDataset(space_id)
  await library.addSource(texts, { dataset_id: small_dataset_id, space_id, language })
  await add(language === 'simple' ? 'Japanese' : 'German', small_dataset_id, asked)
}

process.stdout.write(`machine ${machine}\nvectors of ${model?.name ?? 'a stand-in'}\n\n`)
printTable(['questions', 'count', 'both: recall@5, MRR@10', 'words', 'vectors'], rows)
