// From a file's bytes to text, in a child process with bounds of time and memory.
import {
  type IsolationFault as Fault,
  IsolationFault,
  type IsolationLimits,
  runIsolated,
} from '../../isolation/isolation.ts'
import type { Options } from './converters/converter.ts'
import type { Outcome } from './converters/run.ts'
import { ConversionFault } from './conversion-fault.ts'
import type { Converted } from './converted.ts'

export { ConversionFault, type Converted, type Outcome }

export interface ConversionLimits {
  seconds: number
  memory_bytes: number
  pages: number
  text_bytes: number
  unpacked_bytes: number
}

export type NamedContent = Pick<Options, 'name' | 'url' | 'charset'>

export interface ConvertedFile extends NamedContent {
  /** Of a file of this process's own. */
  path: string
}

const module = new URL('./converters/run.ts', import.meta.url)

/** In JSON, quotes and line breaks take two bytes. */
const json_factor = 2
const other_bytes = 30 * 2 ** 20

/** Throws `ConversionFault`, the signal's reason, or another error where no process could be run: that may pass. */
export function convertFile(
  { path, ...content }: ConvertedFile,
  limits: ConversionLimits,
  signal: AbortSignal,
): Promise<Converted> {
  const task = { module, options: optionsOf(content, limits), path }
  return awaitOutcome(runIsolated<Outcome>(task, isolationLimits(limits), signal))
}

/** What a converter is told. */
export function optionsOf({ name, url, charset }: NamedContent, limits: ConversionLimits): Options {
  const { pages, text_bytes, unpacked_bytes } = limits
  return { name, url, charset, pages, text_bytes, unpacked_bytes }
}

export function isolationLimits({ seconds, memory_bytes, text_bytes }: ConversionLimits): IsolationLimits {
  return { seconds, memory_bytes, output_bytes: json_factor * text_bytes + other_bytes }
}

/** Throws as `convertFile`. */
export async function awaitOutcome(running: Promise<Outcome>): Promise<Converted> {
  const outcome = await running.catch((error: unknown) => {
    throw error instanceof IsolationFault ? asConversionFault(error) : error
  })
  if ('fault' in outcome) throw new ConversionFault(outcome.fault.code, outcome.fault.message, outcome.fault.page)
  return outcome.converted
}

function asConversionFault({ kind, message }: Fault): ConversionFault {
  if (kind === 'timeout')
    return new ConversionFault('conversion_timeout', `Converting the file was stopped: ${message}.`)
  if (kind === 'memory') return new ConversionFault('conversion_memory', `Converting the file was stopped: ${message}.`)
  if (kind === 'output') return new ConversionFault('too_large', 'The file has too much text. Split it.')
  return new ConversionFault('corrupt', 'The file could not be read. It may be damaged; save it again.')
}
