// Measures the resident memory of a child process.
import { type ChildProcess, execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const interval_ms = process.platform === 'linux' ? 50 : 500

/** Calls `exceed` once if the process takes more. Answers how to stop watching. */
export function watchMemory(child: ChildProcess, most_bytes: number, exceed: () => void): () => void {
  const watch = new AbortController()
  const look = async () => {
    const bytes = await measureMemory(child)
    if (watch.signal.aborted) return
    if (bytes > most_bytes) exceed()
    else timer = setTimeout(() => void look(), interval_ms)
  }
  let timer = setTimeout(() => void look(), interval_ms)
  return () => {
    watch.abort()
    clearTimeout(timer)
  }
}

/** 0: it is gone. */
export async function measureMemory({ pid }: ChildProcess): Promise<number> {
  try {
    return (await measureKilobytes(pid!)) * 1024
  } catch {
    return 0
  }
}

async function measureKilobytes(pid: number): Promise<number> {
  if (process.platform === 'linux') {
    // Not `statm`, which counts pages: their size differs between machines.
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0)
  }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])
  return Number(stdout)
}
