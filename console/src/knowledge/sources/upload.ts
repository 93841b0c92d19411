// Adds a file to a knowledge base, or puts another in its place: announce, send, complete, attach.
import type { DatasetSource, Source } from '@parley/contract'
import type { Client } from '@parley/sdk'
import { putFile } from './put-file.ts'

interface Options {
  onSent?: (bytes: number) => void
  /** The bytes are there; what is left takes a moment. */
  onWhole?: () => void
  signal?: AbortSignal
}

/** Attached last, so that a file of which only a part arrived never shows up. */
export async function addFile(
  client: Client,
  dataset_id: string,
  file: File,
  { onSent, onWhole, signal }: Options = {},
): Promise<DatasetSource> {
  const [source] = await client.createSources({ items: { name: file.name, type: 'FILE', file_size: file.size } })
  const { id: source_id, presigned_url } = source!
  try {
    await putFile(presigned_url!, file, { onSent, signal })
    onWhole?.()
    await client.updateSource({ source_id, file_upload_status: 'COMPLETE' })
    const [attachment] = await client.attachSources({ dataset_id, items: { source_id } })
    return attachment!
  } catch (error) {
    // Nobody would find it. If this fails too, the server forgets it after a day.
    void client.deleteSource({ source_id }).catch(() => {})
    throw error
  }
}

/** The old content answers until the new is ready. */
export async function replaceFile(client: Client, source_id: string, file: File): Promise<Source> {
  const { presigned_url } = await client.createSourceUploadUrl({ source_id })
  await putFile(presigned_url!, file)
  return client.updateSource({ source_id, file_upload_status: 'COMPLETE', file_size: file.size })
}
