// A knowledge base of a server as a folder sees it: finding it by its name, creating it exactly once, listing its files.
import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type Client, type Output, ApiError } from '@parley/sdk'
import { ClientError, type FileFault } from '../client/faults.ts'
import { exit_codes } from '../client/output.ts'
import type { ServerFile } from './plan.ts'

type Dataset = Output<'listDatasets'>['data'][number]

const page_size = 100
/** More than an organization can have. */
const [max_datasets, max_sources] = [1000, 100_000]
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** By its exact name, or its id. Null without one. */
export async function findDataset(client: Client, name: string): Promise<Dataset | null> {
  const found = await readAll<Dataset>(max_datasets, (page) => client.listDatasets({ name, ...page }))
  const exact = found.filter((dataset) => dataset.name === name)
  if (exact.length > 1) {
    const ids = exact.map(({ id }) => id).join(', ')
    throw new ClientError(`${exact.length} knowledge bases are named ${name}; pass the id of one: ${ids}`)
  }
  return exact[0] ?? (uuid.test(name) ? findById(client, name) : null)
}

async function findById(client: Client, dataset_id: string): Promise<Dataset> {
  try {
    return await client.getDataset({ dataset_id })
  } catch (error) {
    if (error instanceof ApiError && error.status === 404)
      throw new ClientError(`there is no knowledge base with the id ${dataset_id}`)
    throw error
  }
}

/** How often one name can be created and deleted within 24 hours, the lifetime of an idempotency key. */
const max_creations = 50

/** Two runs at once create one. If what an idempotency key created was deleted since, the next key is tried. */
export async function createDatasetOnce(client: Client, name: string): Promise<Dataset> {
  const hash = createHash('sha256').update(name).digest('hex')
  for (let count = 0; count < max_creations; count += 1) {
    let wasReplayed = false
    const onResponse = ({ headers }: Response) => (wasReplayed = headers.get('idempotent-replayed') === 'true')
    const idempotency_key = `parley-knowledge-apply:${hash}:${count}`
    const dataset = await client.createDataset({ name, idempotency_key }, { onResponse })
    if (!wasReplayed) return dataset
    const found = await findDataset(client, name)
    if (found) return found
  }
  throw new ClientError(`${name} was created and deleted more than ${max_creations} times within 24 hours`)
}

/** Web pages are not files, and stay as they are. */
export async function listServerFiles(client: Client, dataset_id: string): Promise<ServerFile[]> {
  const attachments = await readAll(max_sources, (page) =>
    client.listDatasetSources({ dataset_id, source_type: 'FILE', ...page }),
  )
  return attachments.map(({ id, source_id, sources, status, status_reason }) => ({
    dataset_source_id: id,
    source_id,
    name: sources.name,
    hash: sources.content_hash,
    failure: status === 'failed' ? (status_reason?.message ?? 'It failed.') : null,
  }))
}

const [look_ms, looks_at_most] = [1000, 600]

/** Throws if files of the folder have failed, or are not ready in time. Other sources do not matter. */
export async function waitUntilReady(client: Client, dataset_id: string, paths: ReadonlySet<string>): Promise<void> {
  for (let looks = 0; looks < looks_at_most; looks += 1) {
    const { counts } = await client.getDataset({ dataset_id })
    if (counts.in_progress === 0) return throwFailures(await listServerFiles(client, dataset_id), paths)
    await pause(look_ms)
  }
  throw new ClientError('sources were not ready after 10 minutes; the server goes on')
}

function throwFailures(files: readonly ServerFile[], paths: ReadonlySet<string>): void {
  const failed = files.flatMap(({ name, failure }): FileFault[] =>
    failure !== null && paths.has(name) ? [{ file: name, path: '', message: failure }] : [],
  )
  if (failed.length === 0) return
  const lines = failed.map(({ file, message }) => `  ${file}: ${message}`)
  const text = [`${failed.length} failed:`, ...lines].join('\n')
  throw new ClientError(text, failed.length < paths.size ? exit_codes.partly : exit_codes.failed)
}

interface Page<Row> {
  data: Row[]
  pagination: { next_cursor: string | null }
}

async function readAll<Row>(
  most: number,
  readPage: (page: { limit: number; cursor?: string }) => Promise<Page<Row>>,
): Promise<Row[]> {
  const rows: Row[] = []
  for (let cursor: string | null = null; ;) {
    const page: Page<Row> = await readPage({ limit: page_size, ...(cursor === null ? {} : { cursor }) })
    rows.push(...page.data)
    cursor = page.pagination.next_cursor
    if (cursor === null) return rows
    if (rows.length >= most) throw new ClientError(`the server lists more than ${most} entries`)
  }
}
