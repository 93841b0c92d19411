// What a command reads and writes, and the code it ends with: those of the process, or of a caller in the same process.
import type { Readable, Writable } from 'node:stream'

export interface Surroundings {
  stdin: Readable & { isTTY?: boolean }
  stdout: Writable
  stderr: Writable
  /** 0 until a command says otherwise. */
  exit_code: number
}

export function processSurroundings(): Surroundings {
  const { stdin, stdout, stderr } = process
  return { stdin, stdout, stderr, exit_code: 0 }
}
