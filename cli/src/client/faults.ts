// What is wrong with files, reported all at once: each fault with its file and the path inside it.

import { exit_codes } from './output.ts'
import { showControls } from './terminal.ts'

/** An error that the person can correct. The message can have several lines. */
export class ClientError extends Error {
  override name = 'ClientError'
  readonly exit_code: number

  constructor(message: string, exit_code: number = exit_codes.failed) {
    super(showControls(message))
    this.exit_code = exit_code
  }
}

export interface FileFault {
  /** As given or found; can be a folder. */
  file: string
  /** As in `config.llm.temperature`; empty for the whole file. */
  path: string
  message: string
}

const max_told_faults = 100

/** Nothing was changed. The message has one line for each fault. */
export function fileFaults(faults: readonly FileFault[]): ClientError {
  const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`
  const lines = faults
    .slice(0, max_told_faults)
    .map(({ file, path, message }) => `  ${file}: ${path === '' ? '' : `${path} `}${message}`)
  const rest = faults.length - lines.length
  return new ClientError(
    [`${count}; nothing was changed:`, ...lines, ...(rest > 0 ? [`  and ${rest} more`] : [])].join('\n'),
  )
}
