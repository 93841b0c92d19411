// Files of generated text for measurements of ingestion, and their way through a server.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'
import type { Client } from '@parley/sdk'
import { generateChunks } from './knowledge-texts.ts'

export interface Files extends AsyncDisposable {
  paths: string[]
}

/** Each of about as many chunks. No two have a text in common. */
export async function writeFiles(files: number, chunks_each: number, seed: number): Promise<Files> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-bench-files-'))
  const paths: string[] = []
  for (let index = 0; index < files; index += 1) {
    const path = join(folder, `${seed}-${index}.txt`)
    const texts = generateChunks(chunks_each, seed * 1000 + index).map(({ content }) => content)
    await writeFile(path, texts.join('\n'))
    paths.push(path)
  }
  return { paths, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

/** Uploads them and waits until all can be searched. Answers the chunks. */
export async function ingest(client: Client, dataset_id: string, paths: readonly string[]): Promise<number> {
  const waiting = new Set<string>()
  for (const path of paths) {
    const file = new File([await readFile(path)], path.split('/').at(-1)!)
    const [attached] = await client.attachSources({ dataset_id, file })
    waiting.add(attached!.id)
  }
  let chunks = 0
  while (waiting.size > 0) {
    for (const dataset_source_id of waiting) {
      const found = await client.getDatasetSource({ dataset_id, dataset_source_id })
      if (found.status === 'failed') throw new Error(`a file failed: ${found.status_reason?.message}`)
      if (found.status !== 'ready') continue
      waiting.delete(dataset_source_id)
      chunks += found.total_chunks
    }
    if (waiting.size > 0) await pass(100)
  }
  return chunks
}
