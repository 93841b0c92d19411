// One call to a node, and its repeats with the same key while it was lost or could not be served. Records every answer.
import { setTimeout as pass } from 'node:timers/promises'
import { type Client, ApiError, createClient } from '@parley/sdk'
import { admin_key } from '../kill/child.ts'
import type { Answer } from './records.ts'

const patience_ms = 30_000
const max_tries = 80
const retry_ms = 150

export type Call<T> = (client: Client, signal: AbortSignal) => Promise<T>

const clients = new Map<string, Client>()

export function clientOf(base_url: string): Client {
  const known = clients.get(base_url) ?? createClient({ base_url, token: admin_key, retries: 0 })
  clients.set(base_url, known)
  return known
}

/** Each time at the next of these nodes. Null: it was refused, or never answered. */
export async function untilAnswered<T>(answers: Answer[], urls: readonly string[], call: Call<T>): Promise<T | null> {
  for (let tries = 0; tries < max_tries; tries += 1) {
    const url = urls[tries % urls.length]!
    try {
      const result = await call(clientOf(url), AbortSignal.timeout(patience_ms))
      answers.push(answerOf(200, null, result))
      return result
    } catch (error) {
      const isRefused = error instanceof ApiError
      answers.push(isRefused ? answerOf(error.status, error.code, error.body) : { kind: 'lost' })
      // What is under way with this key is answered later.
      if (isRefused && error.status !== 503 && error.code !== 'outcome_unknown' && error.status !== 429) return null
    }
    await pass(retry_ms)
  }
  return null
}

function answerOf(status: number, code: string | null, body: unknown): Answer {
  const fields = (body ?? {}) as Record<string, unknown>
  const conversation = (fields['conversation'] ?? fields) as Record<string, unknown>
  const assignee = conversation['assignee'] as { id?: unknown } | null | undefined
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  return {
    kind: 'answer',
    ...{ status, code },
    turn_id: text(fields['turn_id']),
    reply: text(fields['reply']),
    handled_by: text(conversation['handled_by']),
    assignee: text(assignee?.id),
  }
}
