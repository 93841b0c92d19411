// The process of isolated work: gives up its rights, loads the module, then answers what it is given, each time with one line of JSON.
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { lockProcess } from './lock-process.ts'

interface IsolatedModule {
  run(bytes: Buffer, options: unknown): unknown
  /** After each of several answers, for the next one. */
  prepare?(): unknown
}

const unprivileged = 65_534
/** `options` undefined: inputs come one after another on standard input. Otherwise that is the only one. */
const [server, module, options] = process.argv.slice(2) as [string, string, string | undefined]

/** To the user that owns nothing, if that one can read the code. */
function dropRoot(): void {
  if (process.getuid?.() !== 0) return
  try {
    process.seteuid!(unprivileged)
  } catch {
    // Root of a namespace that has no other user, or the system forbids the call. Asking to be what it still is could be forbidden too.
    return
  }
  try {
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

/** Libraries that log must not write into the answer. */
function redirectConsole(): void {
  globalThis.console = new console.Console(process.stderr)
}

async function answer({ run }: IsolatedModule, bytes: Buffer, given: unknown): Promise<unknown> {
  try {
    return { value: await run(bytes, given) }
  } catch (error) {
    return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }
}

/** A line: JSON has no line breaks. A pipe takes as much as fits. */
function say(value: unknown): void {
  const bytes = Buffer.from(`${JSON.stringify(value)}\n`)
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
}

/** Two numbers, then the options, then the bytes. Null: there are no more. */
function readInput(): { bytes: Buffer; options: unknown } | null {
  const lengths = readBytes(8)
  if (lengths === null) return null
  const written = readBytes(lengths.readUInt32LE(0))
  const bytes = readBytes(lengths.readUInt32LE(4))
  return written && bytes && { bytes, options: JSON.parse(written.toString()) }
}

function readBytes(length: number): Buffer | null {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length;) {
    const read = readSync(0, bytes, at, length - at, null)
    if (read === 0) return null
    at += read
  }
  return bytes
}

redirectConsole()
dropRoot()
lockProcess()
endWithServer()
const loaded = (await import(module)) as IsolatedModule
say('ready')
if (options !== undefined) say(await answer(loaded, readFileSync(0), JSON.parse(options)))
else {
  for (let input = readInput(); input !== null; input = readInput()) {
    say(await answer(loaded, input.bytes, input.options))
    await loaded.prepare?.()
  }
}
process.exit(0)
