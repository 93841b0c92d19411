// What a command reads and writes, and the code it ends with: those of the process, or of a caller in the same process.
import type { Readable, Writable } from 'node:stream'

export interface Surroundings {
  stdin: Readable & { isTTY?: boolean }
  stdout: Writable & { isTTY?: boolean }
  stderr: Writable & { isTTY?: boolean }
  /** 0 until a command says otherwise. */
  exit_code: number
  /** Data as JSON: one object, or one on each line. */
  json?: boolean
  /** Nothing on standard error but failures. */
  quiet?: boolean
}

export function processSurroundings(): Surroundings {
  const { stdin, stdout, stderr } = process
  return { stdin, stdout, stderr, exit_code: 0 }
}
