// From a file's bytes to text, in a child process with bounds of time and memory.
import { type IsolationFault as Fault, IsolationFault, runIsolated } from '../../isolation/isolation.ts'
import type { Outcome } from './converters/run.ts'
import { ConversionFault } from './conversion-fault.ts'
import type { Converted } from './converted.ts'

export { ConversionFault, type Converted }

export interface ConversionLimits {
  seconds: number
  memory_bytes: number
  pages: number
  text_bytes: number
  unpacked_bytes: number
}

export interface ConvertedFile {
  /** Of a file of this process's own. */
  path: string
  /** Its extension decides where several kinds have the same bytes, such as CSV and text. */
  name: string
  /** Of a page: what its links are relative to. */
  url: string | null
}

/** In JSON, quotes and line breaks take two bytes. */
const json_factor = 2
const other_bytes = 30 * 2 ** 20

/** Throws `ConversionFault`, the signal's reason, or another error where no process could be run: that may pass. */
export async function convertFile(
  { path, name, url }: ConvertedFile,
  limits: ConversionLimits,
  signal: AbortSignal,
): Promise<Converted> {
  const module = new URL('./converters/run.ts', import.meta.url)
  const { pages, text_bytes, unpacked_bytes } = limits
  const options = { name, url, pages, text_bytes, unpacked_bytes }
  const output_bytes = json_factor * text_bytes + other_bytes
  const running = runIsolated<Outcome>({ module, options, path }, { ...limits, output_bytes }, signal)
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
