// Random changes of the same few sources and datasets by several callers on two nodes at once. Nobody waits for ever, what serves is one
// content whole, and nothing is left over.
import { ApiError } from '@parley/sdk'
import { expect } from 'vitest'
import { AppError } from '../../../src/base/errors.ts'
import { type Random, createRandom } from '../../kill/random.ts'
import { type Library, atRest, piecesOf, small, startLibrary, textOf } from './fixture.ts'

const callers = 4

/** `converts`: files are sent and converted, each by a process of its own. */
export async function stress(changes: number, seed: number, converts: boolean): Promise<void> {
  await using library = await startLibrary()
  await using other = await library.server.startAnother({}, {})
  const random = createRandom(seed)
  const datasets = [await library.newDataset(), await library.newDataset(), await library.newDataset()]
  const sources = [await library.newFile(textOf(3, 'first')), await library.newFile(textOf(230, 'second'))]
  const crawled = await makeCrawled(library)
  const clients = [library.server.client, library.server.as({ base_url: other.url })]
  const replace = converts ? library.replaceUpload : library.replaceFile
  let files = 0

  async function change({ pick, between }: Random): Promise<void> {
    const client = pick(clients)
    const [dataset_id, source_id] = [pick(datasets), pick(sources)]
    const { data } = await client.listDatasetSources({ dataset_id })
    const attached = data.find((one) => one.source_id === source_id)
    const path = { dataset_id, dataset_source_id: attached?.id ?? source_id }
    switch (
      pick([
        'attach',
        'attach',
        'replace',
        'replace',
        'detach',
        'rechunk',
        'reprocess',
        'language',
        'strategy',
        'crawled',
        'recreate',
        'delete',
      ])
    ) {
      case 'attach':
        return void (await client.attachSources({
          dataset_id,
          items: { source_ids: sources, chunking_strategy: small },
        }))
      case 'replace':
        return replace(source_id, textOf(between(1, 250), `file ${(files += 1)}`))
      case 'detach':
        return void (await client.detachSource(path))
      case 'rechunk':
        return void (await client.updateDatasetSource({
          ...path,
          chunking_strategy: { ...small, chunk_size: pick([100, 300]) },
        }))
      case 'reprocess':
        return void (await client.reprocessDatasetSource(path))
      case 'language':
        return void (await client.updateDataset({ dataset_id, language: pick(['auto', 'german', 'simple']) }))
      case 'strategy':
        return void (await client.updateSource({
          source_id: crawled,
          chunking_strategy: { ...small, chunk_size: pick([100, 300]) },
        }))
      case 'crawled':
        return void (await client.attachSources({ dataset_id, items: { source_id: crawled } }))
      case 'recreate':
        datasets[datasets.indexOf(dataset_id)] = await library.newDataset()
        return void (await client.deleteDataset({ dataset_id }))
      default:
        sources[sources.indexOf(source_id)] = await library.newFile(textOf(5, `file ${(files += 1)}`))
        return client.deleteSource({ source_id })
    }
  }

  const call = async () => {
    const own = random.fork()
    for (let count = 0; count < changes / callers; count += 1) await change(own).catch(allowRefusal)
  }
  await Promise.all(Array.from({ length: callers }, call))
  await atRest(library)
  expect(library.server.log.filter((line) => /deadlock|40P01/.test(line))).toEqual([])
  await checkServed(library)
}

/** A source with three pages, as a crawl leaves it. */
async function makeCrawled(library: Library): Promise<string> {
  const [parent, ...pages] = await Promise.all(
    ['parent', 'page one', 'page two', 'page three'].map((word) => library.newFile(textOf(4, word))),
  )
  await library.rows('update sources set parent_source_id = $1 where id = any($2::uuid[])', [parent, pages])
  return parent!
}

/** What another caller has deleted is not there, and an upload that another one has completed is closed. */
function allowRefusal(error: unknown): void {
  if (error instanceof AppError && error.error === 'not_found') return
  if (error instanceof ApiError ? ![403, 404, 409].includes(error.status) : !isClosedUpload(error)) throw error
}

const isClosedUpload = (error: unknown) => error instanceof Error && /to be 200/.test(error.message)

async function checkServed(library: Library): Promise<void> {
  const served = await library.rows<{
    texts: string[]
    status: string
    revision: number
    newest: number
    size: number
  }>(
    `select array_agg(c.content order by c.position) as texts, a.status, g.revision, s.revision as newest,
            (g.chunking ->> 'chunk_size')::integer as size
     from dataset_sources a join sources s on s.id = a.source_id join generations g on g.id = a.serving_generation
     join chunks c on c.generation_id = g.id group by a.id, a.status, g.id, s.id`,
  )
  for (const { texts, status, revision, newest, size } of served) {
    expect({ status, revision }).toEqual({ status: 'ready', revision: newest })
    if (size !== small.chunk_size) continue
    const word = /^(.*?) 0 /.exec(texts[0]!)![1]!
    expect(texts).toEqual(piecesOf(texts.length, word))
  }
}
