// Measures the resident memory of a child process.
import { type ChildProcess, execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const interval_ms = process.platform === 'linux' ? 50 : 500
const page_bytes = 4096

/** Calls `exceed` once if the process takes more. Answers how to stop watching. */
export function watchMemory(child: ChildProcess, most_bytes: number, exceed: () => void): () => void {
  const watch = new AbortController()
  const look = async () => {
    const bytes = await measure(child.pid!).catch(() => 0)
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

async function measure(pid: number): Promise<number> {
  if (process.platform === 'linux') {
    const statm = await readFile(`/proc/${pid}/statm`, 'utf8')
    return Number(statm.split(' ')[1]) * page_bytes
  }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])
  return Number(stdout) * 1024
}
