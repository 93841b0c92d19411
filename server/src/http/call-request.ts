// What a call sees of its request and its response: those of HTTP, or those of a tool call, which are part of another request.
import type { IncomingHttpHeaders } from 'node:http'
import type { Operation } from '@parley/contract'
import type { FastifyRequest } from 'fastify'
import type { Principal } from '../calls/principal.ts'

export interface CallRequest {
  readonly id: string
  /** Absent: HTTP. */
  readonly via?: 'mcp'
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly ip: string
  readonly host: string
  readonly protocol: string
  readonly headers: IncomingHttpHeaders
  readonly params: unknown
  readonly query: unknown
  readonly log: FastifyRequest['log']
  body: unknown
  /** Bytes of the body that were read. */
  body_bytes: number
  principal: Principal | null
  /** The caller, whom the transport knows by something else than a credential of this server. */
  readonly identify?: (organization: string | undefined, operation: Operation) => Promise<Principal>
}

export interface CallReply {
  readonly raw: { readonly closed: boolean; once(event: 'close', then: () => void): unknown }
  header(name: string, value: string | number): unknown
}
