// What browsers are told for pages of other sites (CORS): exact origins, only operations that take tokens made for browsers, never cookies.
import { type Operation, operations } from '@parley/contract'

export interface Cors {
  /** Whether any origin is listed. */
  readonly isOn: boolean
  isListed(origin: string | undefined): boolean
  /** Of an answer of an operation that takes such tokens: pages of a listed origin may read it. */
  headersFor(origin: string | undefined): Record<string, string>
  /** Of the answer to what a browser of a listed origin asks before it sends a request. */
  preflightFor(origin: string, methods: readonly string[]): Record<string, string>
}

const asked_headers = 'authorization, content-type, idempotency-key, last-event-id, parley-concurrency, prefer'
const shown_headers =
  'x-request-id, retry-after, idempotent-replayed, ratelimit-limit, ratelimit-remaining, ratelimit-reset'
const max_age_seconds = 600

export function createCors(origins: readonly string[]): Cors {
  const listed = new Set(origins)
  const isListed: Cors['isListed'] = (origin) => origin !== undefined && listed.has(origin)
  return {
    isOn: listed.size > 0,
    isListed,
    headersFor: (origin) => ({
      ...(listed.size > 0 ? { vary: 'Origin' } : {}),
      ...(isListed(origin)
        ? { 'access-control-allow-origin': origin!, 'access-control-expose-headers': shown_headers }
        : {}),
    }),
    preflightFor: (origin, methods) => ({
      vary: 'Origin',
      'access-control-allow-origin': origin,
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers': asked_headers,
      'access-control-max-age': String(max_age_seconds),
    }),
  }
}

/** Whether it takes tokens that are made for browsers. */
export function takesTokens({ from_sites, conversation_permission }: Operation): boolean {
  return from_sites === true || conversation_permission !== undefined
}

/** Of each path of the contract: the methods of its operations that take such tokens, or none. */
export function methodsByPath(): Map<string, string[]> {
  const by_path = Map.groupBy(Object.values<Operation>(operations), ({ path }) => path)
  return new Map([...by_path].map(([path, all]) => [path, all.filter(takesTokens).map(({ method }) => method)]))
}
