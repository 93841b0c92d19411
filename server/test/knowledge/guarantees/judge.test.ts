// The judge of kills finds nothing in a run without faults, and each fault that is put into it.
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { EmbeddingCall } from '../../support/embedding-server.ts'
import { startEmbeddingServer } from '../../support/embedding-server.ts'
import { type Library, atRest, startLibrary, textOf } from '../ingest/fixture.ts'
import { judge } from './kill/judge.ts'
import { type OwnSource, type Told, type Violation, nothingTold } from './kill/records.ts'
import { addSource, addText } from './texts.ts'

const call = (model: string, input: string[], node: string): EmbeddingCall => {
  return { model, input, dimensions: 64, authorization: node }
}

/** So many calls of node one that node two made again. */
const madeAgain = (count: number) =>
  ['one', 'two'].flatMap((node) => Array.from({ length: count }, (_, at) => call('first', [`text ${at}`], node)))

interface Scene {
  library: Library
  own: OwnSource
  other_dataset: string
}

interface Fault {
  text?: string
  told?: (told: Told, scene: Scene) => void
  objects?: string[]
  calls?: EmbeddingCall[]
  paused?: string[]
}

/** Within a transaction that is rolled back. */
async function judged(
  { library, own, other_dataset }: Scene,
  { text, told: change, objects = [], calls = [], paused = [] }: Fault,
): Promise<Violation['kind'][]> {
  const told = nothingTold()
  told.sources.push({ ...own })
  told.texts.set('k0t1', 3)
  change?.(told, { library, own, other_dataset })
  const client = await library.server.database.pool.connect()
  try {
    await client.query('begin')
    await client.query('set local session_replication_role = replica').catch(() => client.query('rollback; begin'))
    if (text) await client.query(text.replaceAll('$source', `'${own.id}'`).replaceAll('$other', `'${other_dataset}'`))
    const { violations } = await judge(client as never, told, { calls, objects, paused: new Set(paused) })
    return [...new Set(violations.map(({ kind }) => kind))]
  } finally {
    await client.query('rollback')
    client.release()
  }
}

const faults: readonly (readonly [string, Violation['kind'], Fault])[] = [
  [
    'a source that is missing',
    'lost',
    { told: ({ sources }, { own }) => void sources.push({ ...own, id: randomUUID() }) },
  ],
  ['another file', 'lost', { text: `update source_contents set hash = '\\x00' where source_id = $source` }],
  ['a source that waits', 'unfinished', { text: `update sources set status = 'pending' where id = $source` }],
  [
    'an attachment that waits',
    'unfinished',
    { text: `update dataset_sources set status = 'chunking' where source_id = $source` },
  ],
  [
    'an attachment that is missing',
    'lost',
    { told: ({ sources }, { other_dataset }) => void (sources[0]!.datasets = new Set([other_dataset])) },
  ],
  ['an attachment that was detached', 'left_over', { told: ({ sources }) => void (sources[0]!.datasets = new Set()) }],
  [
    'chunks of two contents',
    'mixed',
    { text: `update chunks set content = replace(content, 'k0t1', 'k0t2') where position = 1` },
  ],
  ['a chunk that is missing', 'lost', { text: 'delete from chunks where position = 0' }],
  ['a word that counts twice', 'doubled', { text: `update dataset_words set chunks = chunks + 1 where text = 'k0t1'` }],
  ['a file that is kept twice', 'doubled', { text: 'update blobs set uses = uses + 1' }],
  ['a file that nothing keeps', 'left_over', { text: 'update blobs set uses = 0, expires_at = now()' }],
  ['a part of no file', 'left_over', { text: `insert into blob_parts values (gen_random_uuid(), 0, '\\x00')` }],
  ['bytes that are missing', 'lost', { text: 'delete from blob_parts' }],
  ['bytes that count twice', 'doubled', { text: 'update blob_usage set bytes = bytes * 2' }],
  ['an object of no file', 'left_over', { objects: [`files/${randomUUID()}/0`] }],
  [
    'words of what is gone',
    'left_over',
    { text: `insert into word_groups values (999999, 0, 0, '{}', '{}', '{}', '\\x00')` },
  ],
  [
    'what searches read and nothing serves',
    'mixed',
    { text: `update searched_generations set generation_id = gen_random_uuid()` },
  ],
  ['vectors that are missing', 'lost', { text: 'delete from vectors' }],
  [
    'a switch that was told twice',
    'doubled',
    { text: `update organization_events set type = 'dataset_source.ready' where type = 'dataset_source.created'` },
  ],
  ['a deleted source', 'left_over', { told: ({ sources }) => void (sources[0]!.state = 'deleted') }],
  ['five calls of one node that were made again', 'repeated', { calls: madeAgain(5) }],
  ['nine calls of one that was stopped before', 'repeated', { calls: madeAgain(9), paused: ['one'] }],
]

test('it finds nothing in a state without faults, and each fault that is put into it', async () => {
  await using embedding = await startEmbeddingServer()
  await using library = await startLibrary(embedding.environment)
  const [dataset_id, other_dataset] = [await library.newDataset(), await library.newDataset()]
  const id = await addSource(library.server)
  await addText(library.server, id, textOf(3, 'k0t1'))
  await library.settled(await library.attach(dataset_id, id))
  await atRest(library)
  const own: OwnSource = {
    ...{ id, word: 'k0t1', chunks: 3, words: ['k0t1'], datasets: new Set([dataset_id]), state: 'there' },
  }
  const scene = { library, own, other_dataset }
  const calls = [
    call('first', ['a', 'b'], 'one'),
    call('second', ['a'], 'one'),
    // Of searches.
    ...['one', 'two'].map((node) => call('first', ['handbook'], node)),
  ]
  expect(await judged(scene, { calls })).toEqual([])
  expect(await judged(scene, { calls: madeAgain(8), paused: ['one'] })).toEqual([])
  for (const [what, kind, fault] of faults) {
    expect([what, await judged(scene, fault)]).toEqual([what, expect.arrayContaining([kind])])
  }
})
