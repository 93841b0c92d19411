// A server with datasets and text files, and what tests of ingestion look at.
import type { DatasetSource } from '@parley/contract'
import { expect } from 'vitest'
import { addContent } from '../../../src/knowledge/ingest/contents.ts'
import { finishConversion } from '../../../src/knowledge/ingest/conversion-work.ts'
import { inPieces, never, storeOf } from '../../blobs/fixture.ts'
import { type NodeOptions, type TestServer, startTestServer } from '../../support/server.ts'

export const soon = { timeout: 40_000, interval: 20 }

export interface Library {
  server: TestServer
  newDataset(more?: object): Promise<string>
  /** A text file that is converted already, as a crawl stores a page: without a process of its own. Answers the source's id. */
  newFile(text: string, name?: string): Promise<string>
  /** Another text of the source, converted already. */
  replaceFile(source_id: string, text: string): Promise<void>
  /** A text file that was uploaded, and is converted. */
  newUpload(text: string, name?: string): Promise<string>
  /** Another file for the source, complete. */
  replaceUpload(source_id: string, content: string | Uint8Array<ArrayBuffer>): Promise<void>
  attach(dataset_id: string, source_id: string, chunking_strategy?: object): Promise<DatasetSource>
  find(attachment: DatasetSource): Promise<DatasetSource>
  /** As it is once it is ready or has failed. */
  settled(attachment: DatasetSource): Promise<DatasetSource>
  textsOf(attachment: DatasetSource): Promise<string[]>
  rows<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>
  /** What waits for its next try is due now. */
  hurry(): Promise<void>
  /** The types of the organization's events about this, in order. */
  eventsOf(subject: string): Promise<string[]>
}

export const small = { method: 'fixed_size', chunk_size: 100, chunk_overlap: 0 } as const

const sentence = 'is what the handbook says about this and about other things that people want to know. '

/** Texts of 99 characters, each a chunk of its own when a text of them is cut into pieces of 100. */
export function piecesOf(chunks: number, word = 'word'): string[] {
  return Array.from({ length: chunks }, (_, index) =>
    `${word} ${index} ${sentence.repeat(2)}`.slice(0, 98).trimEnd().padEnd(99, '.'),
  )
}

export function textOf(chunks: number, word = 'word'): string {
  return piecesOf(chunks, word)
    .map((piece) => `${piece}\n`)
    .join('')
}

export async function startLibrary(
  environment: Record<string, string> = {},
  options: NodeOptions = {},
): Promise<Library & AsyncDisposable> {
  const server = await startTestServer(environment, options)
  const rows: Library['rows'] = async (text, values = []) => (await server.database.pool.query(text, values)).rows
  const pathOf = ({ dataset_id, id }: DatasetSource) => ({ dataset_id, dataset_source_id: id })
  const find = (attachment: DatasetSource) => server.client.getDatasetSource(pathOf(attachment))
  const send = async (presigned_url: string, body: string | Uint8Array<ArrayBuffer>) => {
    const answer = await fetch(presigned_url, { method: 'PUT', body })
    expect(answer.status).toBe(200)
  }
  const newSource = async (name: string) => (await server.client.createSources({ items: [{ name, type: 'FILE' }] }))[0]!
  return {
    server,
    rows,
    find,
    newDataset: async (more = {}) => (await server.client.createDataset({ name: 'Handbook', ...more })).id,
    async newFile(text, name = 'file.txt') {
      const { id } = await newSource(name)
      await rows(`update sources set upload_status = 'COMPLETE', upload_expires_at = null where id = $1`, [id])
      await storeConverted(server, id, text)
      return id
    },
    replaceFile: (source_id, text) => storeConverted(server, source_id, text),
    async newUpload(text, name = 'file.txt') {
      const source = await newSource(name)
      await send(source.presigned_url!, text)
      await server.client.updateSource({ source_id: source.id, file_upload_status: 'COMPLETE' })
      return source.id
    },
    async replaceUpload(source_id, content) {
      const { presigned_url } = await server.client.createSourceUploadUrl({ source_id })
      await send(presigned_url!, content)
      await server.client.updateSource({ source_id, file_upload_status: 'COMPLETE' })
    },
    async attach(dataset_id, source_id, chunking_strategy = small) {
      const [attachment] = await server.client.attachSources({ dataset_id, items: { source_id, chunking_strategy } })
      return attachment!
    },
    async settled(attachment) {
      await expect.poll(async () => (await find(attachment)).status, soon).toMatch(/^(ready|failed)$/)
      return find(attachment)
    },
    async textsOf(attachment) {
      const { data } = await server.client.listDatasetSourceChunks({ ...pathOf(attachment), limit: 100 })
      return data.map(({ content }) => content)
    },
    async hurry() {
      await rows(
        `update work set due_at = now(), ready = true where lease is null and kind in ('convert_source', 'build_generation')`,
      )
    },
    async eventsOf(subject) {
      const found = await rows<{ type: string }>(
        'select type from organization_events where subject = $1 order by place',
        [subject],
      )
      return found.map(({ type }) => type)
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** In one commit, as a crawl stores a page. */
async function storeConverted(server: TestServer, source_id: string, text: string): Promise<void> {
  const store = storeOf(server)
  const bytes = Buffer.from(text)
  const put = () => server.app.core.blobs.put(store, inPieces(bytes), { max_bytes: 100_000_000, signal: never })
  const [blob, text_blob] = [await put(), await put()]
  const converted = { blob: text_blob, characters: text.length, page_starts: null, language: 'en', warnings: [] }
  await store.transaction(async (tx) => {
    const revision = await addContent(tx, { source_id, blob, media_type: null })
    await finishConversion(tx, { source_id, revision }, { ...converted, media_type: 'text/plain' })
  })
}

/** Whatever waits for its next try waits until it is hurried, not until its pause is over while this process is paused. */
export async function holdTries({ rows }: Library): Promise<void> {
  await rows(`
    create function wait_to_be_hurried() returns trigger language plpgsql as $$
      begin
        new.due_at := new.due_at + interval '1 hour';
        return new;
      end $$;
    create trigger wait_to_be_hurried before update of due_at on work for each row
      when (new.lease is null and new.due_at > clock_timestamp() + interval '2 seconds'
        and new.kind in ('convert_source', 'build_generation')) execute function wait_to_be_hurried()`)
}

export interface Pause {
  reached(point: string): Promise<void>
  /** Resolves once something waits there. */
  readonly arrived: Promise<void>
  release(): void
}

/** The first that comes to the point waits there until it is released. */
export function pauseAt(wanted: string): Pause {
  const arrival = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  let isTaken = false
  return {
    arrived: arrival.promise,
    release: () => release.resolve(),
    async reached(point) {
      if (point !== wanted || isTaken) return
      isTaken = true
      arrival.resolve()
      await release.promise
    },
  }
}

const left_over = [
  [
    'serves another generation',
    `select from dataset_sources a left join generations g on g.id = a.serving_generation
    where a.serving_generation is not null and (g.id is null or g.state <> 'serving' or g.dataset_source_id <> a.id)`,
  ],
  ['ready, and serves nothing', `select from dataset_sources where status = 'ready' and serving_generation is null`],
  [
    'serves, and nothing points to it',
    `select from generations g where g.state = 'serving'
    and not exists (select from dataset_sources a where a.serving_generation = g.id)`,
  ],
  [
    'builds, and nothing waits for it',
    `select from generations g where g.state = 'building' and not exists
    (select from dataset_sources a where a.id = g.dataset_source_id and a.status not in ('ready', 'failed'))`,
  ],
  ['gone, and still there', `select from generations where state = 'gone' or (state = 'replaced' and is_indexed)`],
  [
    'served in parts',
    `select from generations g where g.state in ('serving', 'replaced') and g.total_chunks <>
    (select count(*) from chunks c where c.generation_id = g.id)`,
  ],
  [
    'chunks of nothing',
    `select from chunks c where not exists (select from generations g where g.id = c.generation_id)`,
  ],
  [
    'words that are counted wrongly',
    `select from (
      select dataset_id, word, sum(chunks) as chunks from (
        select s.dataset_id, unnest(g.words) as word, unnest(g.chunks)::integer as chunks
        from searched_generations s join word_groups g on g.generation = s.number) served group by dataset_id, word) counted
    full join dataset_words w on w.dataset_id = counted.dataset_id and w.word = counted.word
    where coalesce(counted.chunks, 0) <> coalesce(w.chunks, 0)`,
  ],
  [
    'words of nothing',
    `select from dataset_words w where not exists (select from datasets d where d.id = w.dataset_id)`,
  ],
  [
    'chunks of an organization that are counted wrongly',
    `select from (select organization_id, sum(chunks) as chunks from held_chunks group by organization_id) kept
    full join (select organization_id, sum(total_chunks) as chunks from generations where state in ('building', 'serving')
      group by organization_id) counted on counted.organization_id = kept.organization_id
    where coalesce(kept.chunks, 0) <> coalesce(counted.chunks, 0)`,
  ],
  [
    'waits without work',
    `select from dataset_sources a join sources s on s.id = a.source_id
    where a.status not in ('ready', 'failed') and s.revision > 0 and not exists (
      select from (select kind, subject from work union all select kind, subject from work_arrivals) w
      where (w.kind = 'build_generation' and w.subject = a.id::text) or (w.kind = 'convert_source' and w.subject = s.id::text))`,
  ],
] as const

/** What must never be there once work has come to rest; nothing: all is right. */
export async function faultsOf({ rows }: Pick<Library, 'rows'>): Promise<string[]> {
  const faults: string[] = []
  for (const [fault, text] of left_over) {
    const found = await rows(text)
    if (found.length > 0) faults.push(`${fault}: ${found.length}`)
  }
  return faults
}

/** Waits until nothing is left to do, and nothing is wrong. */
export async function atRest(library: Pick<Library, 'rows'>): Promise<void> {
  const kinds = `('convert_source', 'build_generation', 'erase_chunks', 'erase_words')`
  const busy = `select kind from work where kind in ${kinds} union all select kind from work_arrivals where kind in ${kinds}`
  await expect.poll(() => library.rows(busy), { timeout: 120_000, interval: 50 }).toEqual([])
  expect(await faultsOf(library)).toEqual([])
}
