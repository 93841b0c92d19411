// The programs that a proof runs, and what it tells.
import { execFile, execFileSync } from 'node:child_process'
import { createServer } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as pass } from 'node:timers/promises'

/** Runs to its end, and returns what it printed. Throws with its errors. */
export function run(program: string, ...args: string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  execFile(program, args, { maxBuffer: 256 * 1024 * 1024, timeout: 3_600_000 }, (error, stdout, stderr) => {
    if (error) reject(new Error(`${program} ${args.join(' ')}\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`))
    else resolve(stdout)
  })
  return promise
}

/** Those of `names` that this machine does not have. */
export function findMissing(names: readonly string[]): string[] {
  return names.filter((name) => {
    try {
      execFileSync('which', [name], { stdio: 'ignore' })
      return false
    } catch {
      return true
    }
  })
}

export function tell(what: string): void {
  process.stdout.write(`ok: ${what}\n`)
}

export function insist(holds: boolean, what: string): void {
  if (!holds) throw new Error(`it does not hold: ${what}`)
  tell(what)
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Until it returns something, at most for some seconds. */
export async function until<T>(what: string, seconds: number, look: () => Promise<T | null>): Promise<T> {
  for (const endsAt = Date.now() + seconds * 1000; Date.now() < endsAt; await pass(250)) {
    const found = await look().catch(() => null)
    if (found !== null) return found
  }
  throw new Error(`it did not happen within ${seconds} s: ${what}`)
}
