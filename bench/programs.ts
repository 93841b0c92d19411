// Programs that take part in a measurement, each in its own process, and their cost.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

export interface Program extends AsyncDisposable {
  url: string
  pid: number
}

const mark = 'listening at '

/** Reports that a program is ready. */
export function announce(server: Server): void {
  process.stdout.write(`${mark}http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
}

/** Runs a file of this folder until it is disposed of. */
export async function startProgram(file: string, ...parameters: string[]): Promise<Program> {
  const child = spawn(process.execPath, [join(import.meta.dirname, file), ...parameters], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await readUrl(child)
  return {
    url,
    pid: child.pid!,
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

function readUrl(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let output = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    output += text
    const [, url] = new RegExp(`${mark}(\\S+)`).exec(output) ?? []
    if (url) resolve(url)
  })
  child.once('exit', (code) => reject(new Error(`a program of the measurement exited with ${code}`)))
  return promise
}

/** Seconds of processor time that a process has used, including its threads. */
export function cpuSeconds(pid: number): number {
  const { user, system } = readStat(pid)
  return (user + system) / 100
}

/** The same for all children of a process, including those that have ended. */
export function cpuSecondsOfChildren(parent: number): number {
  const own = readStat(parent)
  const children = readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const stat = readStat(Number(name))
      return stat.parent === parent ? [stat] : []
    } catch {
      // Ended in the meantime.
      return []
    }
  })
  return children.reduce((sum, { user, system }) => sum + user + system, own.waited_for) / 100
}

/** The processes that a process has started and that still run. */
export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isChild(pid, parent))
}

function isChild(pid: number, parent: number): boolean {
  try {
    return readStat(pid).parent === parent
  } catch {
    // Ended in the meantime.
    return false
  }
}

export function parentOf(pid: number): number {
  return readStat(pid).parent
}

function readStat(pid: number) {
  // After the name, which can contain spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ').map(Number)
  const [parent, user, system] = [fields[1]!, fields[11]!, fields[12]!]
  return { parent, user, system, waited_for: fields[13]! + fields[14]! }
}

/** Memory that several processes share counts in equal parts. */
export function proportionalMiB(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))![1]) / 1024
}

export function residentMiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
}
