// Measures what a child process uses: resident memory, and time of processors.
import { type ChildProcess, execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const interval_ms = process.platform === 'linux' ? 50 : 500

export interface UseLimits {
  memory_bytes: number
  /** Undefined: as much as it takes. */
  processor_ms?: number
}

/** Calls `exceed` once if the process takes more than that from now on. Answers how to stop watching. */
export function watchUse(
  child: ChildProcess,
  { memory_bytes, processor_ms = Infinity }: UseLimits,
  exceed: (what: 'memory' | 'processor') => void,
): () => void {
  const watch = new AbortController()
  /** Before the first look it can have used as much as the time until then. */
  let before_ms: number | null = null
  const look = async () => {
    const use = await measureUse(child)
    if (watch.signal.aborted) return
    before_ms ??= use.processor_ms - interval_ms
    if (use.memory_bytes > memory_bytes) exceed('memory')
    else if (use.processor_ms - before_ms > processor_ms) exceed('processor')
    else timer = setTimeout(() => void look(), interval_ms)
  }
  let timer = setTimeout(() => void look(), interval_ms)
  return () => {
    watch.abort()
    clearTimeout(timer)
  }
}

interface Use {
  memory_bytes: number
  processor_ms: number
}

/** Zeros: it is gone. */
export async function measureUse({ pid }: ChildProcess): Promise<Use> {
  try {
    return process.platform === 'linux' ? await readProcess(pid!) : await askForProcess(pid!)
  } catch {
    return { memory_bytes: 0, processor_ms: 0 }
  }
}

/** The kernel tells processor time in hundredths of a second, on every architecture. */
const tick_ms = 10

async function readProcess(pid: number): Promise<Use> {
  const [status, times] = await Promise.all([
    // Not `statm`, which counts pages: their size differs between machines.
    readFile(`/proc/${pid}/status`, 'utf8'),
    readFile(`/proc/${pid}/stat`, 'utf8'),
  ])
  const kilobytes = Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0)
  // After its name, which may have spaces: the state, ten numbers, then time in its own code and in the kernel.
  const [user, system] = times
    .slice(times.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number)
  return { memory_bytes: kilobytes * 1024, processor_ms: (user! + system!) * tick_ms }
}

async function askForProcess(pid: number): Promise<Use> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-o', 'time=', '-p', String(pid)])
  const [kilobytes, time] = stdout.trim().split(/\s+/)
  return { memory_bytes: Number(kilobytes) * 1024, processor_ms: readTime(time!) }
}

/** `1-02:03:04.56`; days, hours and fractions may be absent. */
function readTime(text: string): number {
  const [days, clock] = text.includes('-') ? text.split('-') : ['0', text]
  const seconds = clock!.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  return (Number(days) * 86_400 + seconds) * 1000
}
