// A closed load: so many callers at once, each with a conversation of its own, each sends its next message when it has its reply.
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'

export interface Target {
  origin: string
  /** Of a caller's conversation. */
  path: (caller: number) => string
  headers: Record<string, string>
  /** Whether an answer is a reply. */
  accepts: (body: string) => boolean
  /** Of each message; absent: a short one. */
  text?: string | undefined
}

export interface Load {
  turns: number
  seconds: number
  /** Of each turn. */
  times_ms: number[]
  failures: string[]
}

const usual_text = 'What is the way to the station, and how long does it take on foot?'

export interface LoadOptions {
  callers: number
  seconds: number
  /** The end, where it comes before that of `seconds`. */
  turns_each?: number
  /** Between a reply and the next message, on average. */
  pause_ms?: number
}

export async function runLoad(
  target: Target,
  { callers, seconds, turns_each = Infinity, pause_ms = 0 }: LoadOptions,
): Promise<Load> {
  await using pool = Object.assign(new Pool(target.origin, { connections: callers, pipelining: 1 }), {
    [Symbol.asyncDispose]: () => pool.destroy(),
  })
  const body = Buffer.from(JSON.stringify({ text: target.text ?? usual_text }))
  const headers = { 'content-type': 'application/json', ...target.headers }
  const load: Load = { turns: 0, seconds: 0, times_ms: [], failures: [] }
  const startedAt = performance.now()
  const until = startedAt + seconds * 1000
  const call = async (caller: number) => {
    for (let turn = 0; turn < turns_each && performance.now() < until; turn += 1) {
      if (pause_ms > 0) await delay(2 * pause_ms * Math.random())
      const sentAt = performance.now()
      const answer = await pool.request({ method: 'POST', path: target.path(caller), headers, body })
      const text = await answer.body.text()
      if (answer.statusCode === 200 && target.accepts(text)) load.turns += 1
      else load.failures.push(`${answer.statusCode} ${text.slice(0, 500)}`)
      load.times_ms.push(performance.now() - sentAt)
    }
  }
  await Promise.all(Array.from({ length: callers }, (_none, caller) => call(caller)))
  load.seconds = (performance.now() - startedAt) / 1000
  return load
}

/** The value below which `share` of the values are. */
export function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
}
