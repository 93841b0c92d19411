// What the page says of the visitor and of itself: it goes with a start, and afterwards in few calls.
import type { PageInfo } from '../base/protocol.ts'
import type { Ports } from './ports.ts'

export interface PageClaims {
  /** For the body of a start. */
  start(): Record<string, unknown>
  setClient(client: unknown): void
  /** Of an identity that nobody has signed. */
  setVisitor(claims: Record<string, string>): void
  setPage(page: PageInfo): void
  forget(): void
}

const pause_ms = 2000
const isEmpty = (value: object) => Object.keys(value).length === 0

export function createPageClaims(ports: Ports, patch: (body: Record<string, unknown>) => void): PageClaims {
  let client: Record<string, unknown> = {}
  let visitor: Record<string, string> = {}
  let page: PageInfo | null = null
  let isWaiting = false
  const describe = () => ({ ...(isEmpty(client) ? {} : { client }), ...(page ? { page } : {}) })
  /** Together, so that a busy page makes few calls. */
  const tell = () => {
    if (isWaiting) return
    isWaiting = true
    ports.after(pause_ms, () => {
      isWaiting = false
      patch(describe())
    })
  }
  const setClient = (value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return
    client = { ...client, ...value }
    tell()
  }
  return {
    start: () => ({ ...describe(), ...(isEmpty(visitor) ? {} : { visitor }) }),
    setClient,
    setVisitor(claims) {
      visitor = claims
      if (!isEmpty(claims)) setClient(claims)
    },
    setPage(value) {
      page = value
      tell()
    },
    forget() {
      client = {}
      visitor = {}
    },
  }
}
