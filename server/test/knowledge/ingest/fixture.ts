// A server with datasets and text files, and what tests of ingestion look at.
import type { DatasetSource } from '@parley/contract'
import { expect } from 'vitest'
import { type NodeOptions, type TestServer, startTestServer } from '../../support/server.ts'

export const soon = { timeout: 20_000, interval: 20 }

export interface Library {
  server: TestServer
  newDataset(more?: object): Promise<string>
  /** A text file with its bytes. Answers the source's id. */
  newFile(text: string, name?: string): Promise<string>
  /** Another file for the source, complete. */
  replaceFile(source_id: string, text: string): Promise<void>
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

/** A text of so many chunks, when it is cut into pieces of 100 characters. */
export function textOf(chunks: number, word = 'word'): string {
  return Array.from({ length: chunks }, (_, index) => `${word} ${index} `.padEnd(99, 'abcdefghi ') + '\n').join('')
}

export async function startLibrary(
  environment: Record<string, string> = {},
  options: NodeOptions = {},
): Promise<Library & AsyncDisposable> {
  const server = await startTestServer(environment, options)
  const { client } = server
  const rows: Library['rows'] = async (text, values = []) => (await server.database.pool.query(text, values)).rows
  const pathOf = ({ dataset_id, id }: DatasetSource) => ({ dataset_id, dataset_source_id: id })
  const find = (attachment: DatasetSource) => client.getDatasetSource(pathOf(attachment))
  const send = async (presigned_url: string, text: string) => {
    const answer = await fetch(presigned_url, { method: 'PUT', body: text })
    expect(answer.status).toBe(200)
  }
  return {
    server,
    rows,
    find,
    newDataset: async (more = {}) => (await client.createDataset({ name: 'Handbook', ...more })).id,
    async newFile(text, name = 'file.txt') {
      const [source] = await client.createSources({ items: [{ name, type: 'FILE' }] })
      await send(source!.presigned_url!, text)
      await client.updateSource({ source_id: source!.id, file_upload_status: 'COMPLETE' })
      return source!.id
    },
    async replaceFile(source_id, text) {
      const { presigned_url } = await client.createSourceUploadUrl({ source_id })
      await send(presigned_url!, text)
      await client.updateSource({ source_id, file_upload_status: 'COMPLETE' })
    },
    async attach(dataset_id, source_id, chunking_strategy = small) {
      const [attachment] = await client.attachSources({ dataset_id, items: { source_id, chunking_strategy } })
      return attachment!
    },
    async settled(attachment) {
      await expect.poll(async () => (await find(attachment)).status, soon).toMatch(/^(ready|failed)$/)
      return find(attachment)
    },
    async textsOf(attachment) {
      const { data } = await client.listDatasetSourceChunks({ ...pathOf(attachment), limit: 100 })
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
