// One call to any node that serves, and its repeats while it was lost, abandoned or could not be served. Records every answer.
import { setTimeout as pass } from 'node:timers/promises'
import { type Client, ApiError, createClient } from '@parley/sdk'
import { withoutKey } from '../support/server.ts'
import { pageFetch } from '../web-widgets/browser.ts'
import { admin_key } from './child.ts'
import type { Random } from './random.ts'
import type { Answer } from './records.ts'

/** A call that takes longer is abandoned: its node may have been stopped. */
const patience_ms = 45_000
/** Tries of one call with pauses of `retry_ms` between them: longer than all nodes are down. */
const max_tries = 60
const retry_ms = 250

export type Call<T> = (client: Client, signal: AbortSignal, url: string) => Promise<T>

/** Null: nobody yet. Calls with a token of a visitor come from the frame. `keyless`: as clients do who send no key. */
export type Caller = { token: string | null } | 'keyless' | undefined

export interface Calls {
  /** Each time on any node. Null: it was refused, or never answered. */
  untilAnswered<T>(answers: Answer[], random: Random, call: Call<T>, as?: Caller): Promise<T | null>
  once<T>(answers: Answer[], random: Random, call: Call<T>, as?: Caller): Promise<T | null>
}

/** `urls`: of the nodes that serve, as far as is known. */
export function createCalls(urls: () => string[]): Calls {
  const clients = new Map<string, Client>()

  function clientOf(base_url: string, as: Caller): Client {
    if (as === 'keyless') return createClient({ base_url, token: admin_key, retries: 0, fetch: withoutKey })
    if (as) {
      const token = as.token === null ? {} : { token: as.token }
      return createClient({ base_url, retries: 0, fetch: pageFetch({ origin: base_url }), ...token })
    }
    const known = clients.get(base_url) ?? createClient({ base_url, token: admin_key, retries: 0 })
    clients.set(base_url, known)
    return known
  }

  const once: Calls['once'] = async (answers, random, call, as) => {
    const serving = urls()
    if (serving.length === 0) {
      answers.push({ kind: 'lost' })
      return null
    }
    // Some clients disconnect in the middle.
    const signal = AbortSignal.timeout(random.happens(0.04) ? random.between(1, 300) : patience_ms)
    const url = random.pick(serving)
    try {
      const result = await call(clientOf(url, as), signal, url)
      const { turn_id, reply } = (result ?? {}) as { turn_id?: string; reply?: string }
      answers.push({ kind: 'answer', status: 200, code: null, turn_id: turn_id ?? null, reply: reply ?? null })
      return result
    } catch (error) {
      answers.push(answerOf(error, signal))
      return null
    }
  }

  return {
    once,
    async untilAnswered(answers, random, call, as) {
      for (let tries = 0; tries < max_tries; tries += 1) {
        const mine: Answer[] = []
        const result = await once(mine, random, call, as)
        answers.push(...mine)
        const [answer] = mine
        if (answer?.kind === 'answer' && answer.status !== 503 && answer.code !== 'outcome_unknown') return result
        await pass(retry_ms)
      }
      return null
    },
  }
}

function answerOf(error: unknown, signal: AbortSignal): Answer {
  if (signal.aborted) return { kind: 'left' }
  if (!(error instanceof ApiError)) return { kind: 'lost' }
  return { kind: 'answer', status: error.status, code: error.code, turn_id: error.turn_id, reply: null }
}
