// A closed load: concurrent callers, each with its own conversation, that send their next message after each reply.
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'

export interface Target {
  origin: string
  /** The path for a caller's conversation. */
  path: (caller: number) => string
  headers: Record<string, string>
  /** Whether a response is a reply. */
  accepts: (body: string) => boolean
  /** The text of each message; default: a short one. */
  text?: string | undefined
  /** More headers and fields of each message. */
  more?: (caller: number) => { headers: Record<string, string>; body: object }
}

export interface Load {
  turns: number
  seconds: number
  /** The time of each turn. */
  times_ms: number[]
  failures: string[]
}

const usual_text = 'What is the way to the station, and how long does it take on foot?'

export interface LoadOptions {
  callers: number
  seconds: number
  /** Ends the load, unless `seconds` is over first. */
  turns_each?: number
  /** The average pause between a reply and the next message. */
  pause_ms?: number
}

export async function runLoad(
  target: Target,
  { callers, seconds, turns_each = Infinity, pause_ms = 0 }: LoadOptions,
): Promise<Load> {
  await using pool = Object.assign(new Pool(target.origin, { connections: callers, pipelining: 1 }), {
    [Symbol.asyncDispose]: () => pool.destroy(),
  })
  const text_only = Buffer.from(JSON.stringify({ text: target.text ?? usual_text }))
  const usual_headers = { 'content-type': 'application/json', ...target.headers }
  const requestOf = (caller: number) => {
    const more = target.more?.(caller)
    if (!more) return { headers: usual_headers, body: text_only }
    const body = Buffer.from(JSON.stringify({ text: target.text ?? usual_text, ...more.body }))
    return { headers: { ...usual_headers, ...more.headers }, body }
  }
  const load: Load = { turns: 0, seconds: 0, times_ms: [], failures: [] }
  const startedAt = performance.now()
  const until = startedAt + seconds * 1000
  const call = async (caller: number) => {
    for (let turn = 0; turn < turns_each && performance.now() < until; turn += 1) {
      if (pause_ms > 0) await delay(2 * pause_ms * Math.random())
      const sentAt = performance.now()
      const answer = await pool.request({ method: 'POST', path: target.path(caller), ...requestOf(caller) })
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

/** The value below which `share` of the values lie. */
export function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
}
