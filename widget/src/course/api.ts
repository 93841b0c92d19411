// Calls of the server. An answer is a value, whatever its status; null means that none came.
import type { Ports } from './ports.ts'

export interface Reply {
  status: number
  body: Record<string, unknown>
  code: string | null
  retry_after_ms: number | null
}

export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH'
  path: string
  token?: string | undefined
  body?: unknown
  key?: string
  /** Only the answer's beginning is waited for: the message is stored then. */
  isStream?: boolean
  timeout_ms?: number
}

const answer_timeout_ms = 30_000

export type Api = (call: Call) => Promise<Reply | null>

export function createApi(ports: Ports): Api {
  return async ({ method, path, token, body, key, isStream, timeout_ms = answer_timeout_ms }) => {
    const controller = new AbortController()
    const stop = ports.after(timeout_ms, () => controller.abort())
    try {
      const response = await ports.fetch(path, {
        method,
        signal: controller.signal,
        credentials: 'omit',
        headers: {
          ...(token ? { Authorization: `Bearer ${token}` } : {}),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(key ? { 'Idempotency-Key': key } : {}),
          Accept: isStream ? 'text/event-stream' : 'application/json',
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return await readReply(response, isStream === true)
    } catch {
      return null
    } finally {
      stop()
      // Going away does not stop the turn.
      controller.abort()
    }
  }
}

async function readReply(response: Response, isStream: boolean): Promise<Reply> {
  const { status } = response
  const seconds = Number(response.headers.get('retry-after') ?? NaN)
  const retry_after_ms = Number.isFinite(seconds) ? seconds * 1000 : null
  const isOver = status === 204 || (isStream && response.ok)
  const value: unknown = isOver ? {} : await response.json().catch(() => ({}))
  const body = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  const code = typeof body['code'] === 'string' ? body['code'] : null
  return { status, body, code, retry_after_ms }
}
