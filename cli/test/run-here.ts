// The program called in this process, with an environment and standard streams of its own.
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import type { Surroundings } from '../src/surroundings.ts'
import { runProgram } from '../src/run.ts'

export interface Outcome {
  code: number
  stdout: string
  stderr: string
  /** What a script would use: the last line of standard output. */
  last_line: string
}

/** What is typed, and what has been printed so far, for a command that goes on until it is stopped. */
export interface Seen {
  input?: Surroundings['stdin']
  onStdout?: (text: string) => void
  onStderr?: (text: string) => void
}

/** One call at a time, since the environment is that of the process. */
export async function runHere(
  args: string[],
  environment: Record<string, string>,
  input = '',
  { input: stdin = Readable.from([Buffer.from(input)]), onStdout, onStderr }: Seen = {},
): Promise<Outcome> {
  const [stdout, stderr] = [collect(onStdout), collect(onStderr)]
  const around = { stdin, stdout: stdout.stream, stderr: stderr.stream }
  const before = process.env
  // Not that of a server which somebody has started in this repository.
  process.env = { PARLEY_DATA_DIR: join(tmpdir(), 'no-folder-of-parley'), ...environment }
  try {
    const code = await runProgram(args, { ...around, exit_code: 0 })
    const printed = stdout.text()
    return { code, stdout: printed, stderr: stderr.text(), last_line: printed.trimEnd().split('\n').at(-1) ?? '' }
  } finally {
    process.env = before
  }
}

function collect(tell: (text: string) => void = () => {}) {
  let text = ''
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString()
      tell(text)
      done()
    },
  })
  return { stream, text: () => text }
}
