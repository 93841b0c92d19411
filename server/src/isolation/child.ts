// The process of an isolated task: gives up its rights, reads the file, runs the module, writes the answer.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { lockNetwork } from './lock-network.ts'

interface IsolatedModule {
  run(bytes: Buffer, options: unknown): unknown
}

const unprivileged = 65_534
const [server, module, options] = process.argv.slice(2) as [string, string, string]

/** To the user that owns nothing, if that one can read the code. */
function dropRoot(): void {
  if (process.getuid?.() !== 0) return
  try {
    process.seteuid!(unprivileged)
    closeSync(openSync(fileURLToPath(module), 'r'))
  } catch {
    return process.seteuid!(0)
  }
  process.seteuid!(0)
  process.setgroups!([])
  process.setgid!(unprivileged)
  process.setuid!(unprivileged)
}

/** A server that is gone wants no answer. */
function endWithServer(): void {
  setInterval(() => process.ppid !== Number(server) && process.exit(1), 1000).unref()
}

async function answer(): Promise<unknown> {
  try {
    const { run } = (await import(module)) as IsolatedModule
    return { value: await run(readFileSync(0), JSON.parse(options)) }
  } catch (error) {
    return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }
}

/** A pipe takes as much as fits. */
function write(text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
}

// Libraries that log must not write into the answer.
globalThis.console = new console.Console(process.stderr)
dropRoot()
lockNetwork()
endWithServer()
write(JSON.stringify(await answer()))
process.exit(0)
