// Reads a password: asked for twice and not shown at a terminal, else the first line of standard input. Never an argument, which
// other users of the machine and the shell's history would see.
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { Surroundings } from './surroundings.ts'

/** More than the longest password takes. */
const max_bytes = 4096

export async function readPassword(around: Surroundings): Promise<string> {
  if (!around.stdin.isTTY) return readLine(around)
  const [first, second] = await askTwice(around)
  if (first !== second) throw new Error('the two passwords are not the same')
  return first
}

async function askTwice({ stdin, stderr }: Surroundings): Promise<[string, string]> {
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: stdin, output: hidden, terminal: true })
  const ask = async (question: string) => {
    stderr.write(question)
    const answer = await terminal.question('')
    stderr.write('\n')
    return answer
  }
  // Without this Ctrl-C is taken for a key like any other.
  terminal.on('SIGINT', () => process.exit(130))
  try {
    return [await ask('New password: '), await ask('Once more: ')]
  } finally {
    terminal.close()
  }
}

async function readLine({ stdin }: Surroundings): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > max_bytes) throw new Error(`a password on standard input must not be longer than ${max_bytes} bytes`)
    chunks.push(chunk)
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)).split(/\r?\n/, 1)[0]!
}
