// Converts a file as the server does, within its bounds.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ConversionLimits,
  type Converted,
  ConversionFault,
  convertFile,
} from '../../../src/knowledge/ingest/convert.ts'

export const usual: ConversionLimits = {
  seconds: 120,
  memory_bytes: 768 * 2 ** 20,
  pages: 3000,
  text_bytes: 20 * 2 ** 20,
  unpacked_bytes: 200 * 2 ** 20,
}

export async function convert(
  bytes: string | Uint8Array,
  name: string,
  limits: Partial<ConversionLimits> = {},
  url: string | null = null,
): Promise<Converted> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-convert-'))
  try {
    const path = join(folder, 'file')
    await writeFile(path, bytes)
    return await convertFile({ path, name, url }, { ...usual, ...limits }, new AbortController().signal)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Why it failed, or that it did not. */
export async function faultOf(...file: Parameters<typeof convert>): Promise<ConversionFault> {
  try {
    const { text } = await convert(...file)
    throw new Error(`it became ${JSON.stringify(text.slice(0, 200))}`)
  } catch (error) {
    if (error instanceof ConversionFault) return error
    throw error
  }
}
