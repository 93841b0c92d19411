// How a conversation is begun: which answers mean what. Pure.
import type { Reply } from './api.ts'
import type { Refusal } from './chat-state.ts'
import type { BeginResult } from './sender.ts'

export type StartVerdict =
  | { type: 'answered' }
  | { type: 'id_taken' }
  | { type: 'form'; faults: Record<string, string> }
  | { type: 'captcha'; hasFailed: boolean }
  | { type: 'refused'; result: BeginResult; text: Refusal['text']; for_ms: number | null }

const again = (after_ms: number | null): BeginResult => ({ type: 'again', after_ms })
const waits: BeginResult = { type: 'waits' }

export function judgeStart(reply: Reply | null): StartVerdict {
  const refused = (result: BeginResult, text: Refusal['text'], for_ms: number | null = null): StartVerdict => ({
    type: 'refused',
    result,
    text,
    for_ms,
  })
  if (!reply) return refused(again(null), 'fault_busy')
  const { status, code, retry_after_ms } = reply
  if (status < 300) return { type: 'answered' }
  switch (code) {
    case 'conversation_id_taken':
      return { type: 'id_taken' }
    case 'captcha_required':
    case 'captcha_failed':
      return { type: 'captcha', hasFailed: code === 'captcha_failed' }
    case 'identity_required':
      return refused(waits, 'fault_identity')
    case 'widget_cap_reached':
      return refused({ type: 'failed', fault: 'cap' }, 'fault_cap', retry_after_ms)
    case 'visitor_blocked':
      return refused({ type: 'failed', fault: 'blocked' }, 'fault_blocked')
    case 'origin_not_allowed':
      return refused({ type: 'failed', fault: 'origin' }, 'fault_origin')
    case 'validation_failed': {
      const faults = faultsOf(reply.body['errors'])
      return Object.keys(faults).length > 0 ? { type: 'form', faults } : refused(waits, 'fault_refused')
    }
    default:
      if (status === 404) return refused(waits, 'fault_gone')
      if (status === 429) return refused(again(retry_after_ms), 'fault_busy', retry_after_ms)
      return status >= 500 || status === 401
        ? refused(again(retry_after_ms), 'fault_busy')
        : refused(waits, 'fault_refused')
  }
}

/** `form.<id>` of each fault of the form. */
function faultsOf(errors: unknown): Record<string, string> {
  const found: Record<string, string> = {}
  for (const { path, message } of Array.isArray(errors) ? (errors as { path?: unknown; message?: unknown }[]) : []) {
    if (typeof path === 'string' && path.startsWith('form.')) found[path.slice(5)] = String(message)
  }
  return found
}

/** Of the fields of a form, for the values that a browser keeps: other fields, another hash. */
export function hashFields(fields: unknown): string {
  let hash = 5381
  for (const character of JSON.stringify(fields)) hash = ((hash * 33) ^ character.codePointAt(0)!) >>> 0
  return hash.toString(36)
}

/** Of an identity that no site has signed: what it claims. */
export function claimsOf(identity: unknown): Record<string, string> {
  const claims: Record<string, string> = {}
  for (const name of ['name', 'email', 'phone']) {
    const value = (identity as Record<string, unknown> | null)?.[name]
    if (typeof value === 'string' && value !== '') claims[name] = value.slice(0, 200)
  }
  return claims
}

export function isSigned(identity: unknown): boolean {
  const { token, user_hash } = (identity ?? {}) as Record<string, unknown>
  return typeof token === 'string' || typeof user_hash === 'string'
}
