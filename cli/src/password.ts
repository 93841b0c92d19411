// Reads a password: twice and hidden on a terminal, otherwise the first line of standard input. Never an argument, which other
// users of the machine and the shell history can see.
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { Surroundings } from './surroundings.ts'

/** Larger than any valid password. */
const max_bytes = 4096

export async function readPassword(around: Surroundings): Promise<string> {
  if (!around.stdin.isTTY) return readLine(around)
  const [first, second] = await askTwice(around)
  if (first !== second) throw new Error('the passwords do not match')
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
  // Without this, readline treats Ctrl-C as input.
  terminal.on('SIGINT', () => process.exit(130))
  try {
    return [await ask('New password: '), await ask('Repeat the password: ')]
  } finally {
    terminal.close()
  }
}

async function readLine({ stdin }: Surroundings): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > max_bytes) throw new Error(`the password on standard input exceeds ${max_bytes} bytes`)
    chunks.push(chunk)
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)).split(/\r?\n/, 1)[0]!
}
