// Those who call: as often as they want, whether they are answered or not.
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'

/** What came of the calls of one phase. */
export interface Seen {
  seconds: number
  /** Of each message that was answered. */
  turn_ms: number[]
  /** Of each call that was refused with 503: `overloaded`, or `unavailable` after it waited in vain. */
  refusal_ms: number[]
  end_ms: number[]
  /** Heavy calls that were answered. */
  heavy: number
  /** Any other answer. */
  faults: string[]
  /** Messages that were not sent, because every conversation waited for an answer. */
  not_sent: number
}

export interface Caller {
  url: string
  key: string
  /** Conversations that wait for nothing. */
  idle: string[]
  /** Conversations that are only ended. */
  to_end: string[]
}

export interface Calling {
  seconds: number
  /** Messages a second, at even intervals, whatever happened to those before. */
  per_second?: number
  /** Instead: so many at a time, each sent when another one was answered. */
  at_once?: number
  /** Between two ends of conversations; 0: none. */
  end_every_ms?: number
  /** Between two heavy calls; 0: none. */
  heavy_every_ms?: number
}

/** How often it looks how many messages are due. */
const tick_ms = 4
/** Between two tries of a caller who is refused. */
const again_ms = 25

/** What costs more than a message, one after the other. */
const heavy_paths = [
  '/core/conversations?limit=100&include=conversation',
  '/core/conversations/export',
  '/core/conversations?limit=100',
  '/core/conversations/count',
]
const long_text = 'When does it open? '.repeat(1600)

export async function call(
  caller: Caller,
  { seconds, per_second, at_once, end_every_ms = 0, heavy_every_ms = 0 }: Calling,
): Promise<Seen> {
  await using pool = openPool(caller.url)
  const seen: Seen = { seconds: 0, turn_ms: [], refusal_ms: [], end_ms: [], heavy: 0, faults: [], not_sent: 0 }
  const startedAt = performance.now()
  const until = startedAt + seconds * 1000
  const isOver = () => performance.now() >= until
  const open = new Set<Promise<unknown>>()
  const begin = (work: Promise<unknown>) => void open.add(work.finally(() => open.delete(work)))

  async function send(text_to_send = 'When does it open?'): Promise<void> {
    const id = caller.idle.shift()
    if (id === undefined) return void (seen.not_sent += 1)
    const path = `/core/conversations/${id}/messages`
    const { status, text, ms } = await post(pool, caller, path, { text: text_to_send })
    caller.idle.push(id)
    if (status === 200 && text.includes('It opens at nine.')) seen.turn_ms.push(ms)
    else note(status, text, ms)
  }

  function note(status: number, text: string, ms: number): void {
    if (status === 503) seen.refusal_ms.push(ms)
    else seen.faults.push(`${status} ${text.slice(0, 200)}`)
  }

  async function end(): Promise<void> {
    const id = caller.to_end.shift()
    if (id === undefined) return
    const { status, text, ms } = await post(pool, caller, `/core/conversations/${id}/end`, {})
    if (status === 200) seen.end_ms.push(ms)
    else seen.faults.push(`end: ${status} ${text.slice(0, 200)}`)
  }

  let heavy_calls = 0
  async function callHeavily(): Promise<void> {
    heavy_calls += 1
    const path = heavy_paths[heavy_calls % (heavy_paths.length + 1)]
    if (path === undefined) return send(long_text)
    const { status, text, ms } = await ask(pool, caller, 'GET', path)
    if (status === 200) seen.heavy += 1
    else note(status, text, ms)
  }

  async function sendAtRate(rate: number): Promise<void> {
    for (let sent = 0; !isOver(); await delay(tick_ms)) {
      const due = Math.floor(((performance.now() - startedAt) * rate) / 1000)
      for (; sent < due; sent += 1) begin(send())
    }
  }

  async function sendInTurn(): Promise<void> {
    while (!isOver()) {
      const refused = seen.refusal_ms.length
      await send()
      if (seen.refusal_ms.length > refused) await delay(again_ms)
    }
  }

  async function regularly(every_ms: number, act: () => Promise<void>): Promise<void> {
    if (every_ms === 0) return
    for (; !isOver(); await delay(every_ms)) begin(act())
  }

  await Promise.all([
    per_second ? sendAtRate(per_second) : Promise.all(Array.from({ length: at_once ?? 0 }, sendInTurn)),
    regularly(end_every_ms, end),
    regularly(heavy_every_ms, callHeavily),
  ])
  seen.seconds = (performance.now() - startedAt) / 1000
  await Promise.all(open)
  return seen
}

function openPool(url: string) {
  const pool = new Pool(url, { connections: 2000, pipelining: 1 })
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.destroy() })
}

const post = (pool: Pool, caller: Caller, path: string, body: object) => ask(pool, caller, 'POST', path, body)

async function ask(pool: Pool, { key }: Caller, method: 'GET' | 'POST', path: string, body?: object) {
  const sentAt = performance.now()
  const answer = await pool.request({
    ...{ method, path, body: body === undefined ? null : JSON.stringify(body) },
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
  })
  const text = await answer.body.text()
  return { status: answer.statusCode, text, ms: performance.now() - sentAt }
}

/** The value below which `share` of the values lie. */
export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? Number.NaN
}
