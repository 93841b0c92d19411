// The program called in this process, with an environment and standard streams of its own.
import { Readable, Writable } from 'node:stream'
import { runProgram } from '../src/run.ts'

export interface Outcome {
  code: number
  stdout: string
  stderr: string
  /** What a script would use: the last line of standard output. */
  last_line: string
}

/** One call at a time, since the environment is that of the process. */
export async function runHere(args: string[], environment: Record<string, string>, input = ''): Promise<Outcome> {
  const [stdout, stderr] = [collect(), collect()]
  const around = { stdin: Readable.from([Buffer.from(input)]), stdout: stdout.stream, stderr: stderr.stream }
  const before = process.env
  process.env = { ...environment }
  try {
    const code = await runProgram(args, { ...around, exit_code: 0 })
    const printed = stdout.text()
    return { code, stdout: printed, stderr: stderr.text(), last_line: printed.trimEnd().split('\n').at(-1) ?? '' }
  } finally {
    process.env = before
  }
}

function collect() {
  let text = ''
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString()
      done()
    },
  })
  return { stream, text: () => text }
}
