// Converts a file as the server does, within its bounds.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type IsolatedSeries, openSeries } from '../../../src/isolation/isolation.ts'
import {
  type ConversionLimits,
  type Converted,
  ConversionFault,
  type NamedContent,
  type Outcome,
  awaitOutcome,
  convertFile,
  isolationLimits,
  optionsOf,
} from '../../../src/knowledge/ingest/convert.ts'

export const usual: ConversionLimits = {
  seconds: 120,
  memory_bytes: 768 * 2 ** 20,
  pages: 3000,
  text_bytes: 20 * 2 ** 20,
  unpacked_bytes: 200 * 2 ** 20,
}

const never = () => new AbortController().signal

let series: IsolatedSeries | null = null

/** Most of what a small file costs is the start of its process, so the files of a test share one. */
export function convert(
  bytes: string | Uint8Array,
  name: string,
  { url = null, charset = null }: Partial<NamedContent> = {},
): Promise<Converted> {
  series ??= openSeries(
    new URL('../../../src/knowledge/ingest/converters/run.ts', import.meta.url),
    isolationLimits(usual),
  )
  const input = { bytes: Buffer.from(bytes), options: optionsOf({ name, url, charset }, usual) }
  return awaitOutcome(series.run<Outcome>(input, never()))
}

/** After the tests of a file. */
export async function endConversions(): Promise<void> {
  const ending = series
  series = null
  await ending?.[Symbol.asyncDispose]()
}

/** In a process of its own, within bounds of its own. */
export async function convertAlone(
  bytes: string | Uint8Array,
  name: string,
  limits: Partial<ConversionLimits> = {},
): Promise<Converted> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-convert-'))
  try {
    const path = join(folder, 'file')
    await writeFile(path, bytes)
    return await convertFile({ path, name, url: null, charset: null }, { ...usual, ...limits }, never())
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Why it failed, or that it did not. */
export async function faultOf(converting: Promise<Converted>): Promise<ConversionFault> {
  try {
    const { text } = await converting
    throw new Error(`it became ${JSON.stringify(text.slice(0, 200))}`)
  } catch (error) {
    if (error instanceof ConversionFault) return error
    throw error
  }
}
