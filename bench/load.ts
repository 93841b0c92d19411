// A closed load: concurrent callers, each with its own conversation, that send their next message after each reply.
// Optionally each begins a new conversation after some turns.
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'

export interface Target {
  origin: string
  /** The path for a caller's conversation, by the id of the one that it has created. */
  path: (caller: number, created_id: string) => string
  /** Each caller creates its conversations, and begins another after `turns` of them; absent: they exist. */
  creation?: { path: string; body: object; turns: number; idOf: (body: string) => string }
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
  /** Turns per second, while all callers were there. */
  rate: number
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
  /** The callers begin evenly over this time. */
  spread_ms?: number
}

export async function runLoad(
  target: Target,
  { callers, seconds, turns_each = Infinity, pause_ms = 0, spread_ms = 0 }: LoadOptions,
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
  const load: Load = { turns: 0, seconds: 0, rate: 0, times_ms: [], failures: [] }
  const startedAt = performance.now()
  const fullFrom = startedAt + spread_ms
  const until = fullFrom + seconds * 1000
  let counted = 0
  const post = async (path: string, { headers, body }: ReturnType<typeof requestOf>) => {
    const answer = await pool.request({ method: 'POST', path, headers, body })
    return { status: answer.statusCode, text: await answer.body.text() }
  }
  const create = async ({ path, body, idOf }: NonNullable<Target['creation']>) => {
    const { headers } = target
    const json = { ...usual_headers, authorization: headers.authorization! }
    const { status, text } = await post(path, { headers: json, body: Buffer.from(JSON.stringify(body)) })
    if (status === 200 || status === 201) return idOf(text)
    load.failures.push(`${status} ${text.slice(0, 500)}`)
    return null
  }
  const call = async (caller: number) => {
    if (spread_ms > 0) await delay((spread_ms * caller) / callers)
    let id = ''
    for (let turn = 0; turn < turns_each && performance.now() < until; turn += 1) {
      if (target.creation && turn % target.creation.turns === 0) id = (await create(target.creation)) ?? ''
      if (pause_ms > 0) await delay(2 * pause_ms * Math.random())
      const sentAt = performance.now()
      const { status, text } = await post(target.path(caller, id), requestOf(caller))
      const endedAt = performance.now()
      if (status === 200 && target.accepts(text)) load.turns += 1
      else load.failures.push(`${status} ${text.slice(0, 500)}`)
      load.times_ms.push(endedAt - sentAt)
      if (endedAt >= fullFrom && endedAt < until) counted += 1
    }
  }
  await Promise.all(Array.from({ length: callers }, (_none, caller) => call(caller)))
  const endedAt = performance.now()
  load.seconds = (endedAt - startedAt) / 1000
  load.rate = (counted * 1000) / (Math.min(endedAt, until) - fullFrom)
  return load
}

/** The value below which `share` of the values lie. */
export function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
}
