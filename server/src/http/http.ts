// The face of http: what another transport needs to call operations as HTTP does, and to serve addresses of its own.
import type { FastifyInstance } from 'fastify'
import type { Operation } from '@parley/contract'
import type { Answered } from '../calls/call.ts'
import { admit } from './admission.ts'
import type { CallReply, CallRequest } from './call-request.ts'
import { type AnyOperation, type Carrying, createCarrier } from './carry-out.ts'
import { beginLargeAnswer, beginLargeBody } from './large.ts'
import { serializerOf } from './serializer.ts'

export type { CallReply, CallRequest } from './call-request.ts'
export type { Carrying } from './carry-out.ts'
export { takeRequest } from './admission.ts'
export { refusalOf } from './errors.ts'
export { beginLargeBody } from './large.ts'
export { parseJsonBody } from './rules/json-body.ts'

/** Adds addresses of another transport to the server. */
export type Mount = (server: FastifyInstance, carrying: Carrying) => void | Promise<void>

/** An operation, for a transport that puts its requests together itself. */
export interface OperationCarrier {
  readonly success: Operation['success']
  /** As HTTP does, with the same limits: authenticate → limit → authorize. */
  admit(request: CallRequest, reply: CallReply): Promise<void>
  /** Of a request that is admitted. */
  call(request: CallRequest, reply: CallReply): Promise<Answered<never>>
  /** Of an answer. */
  serialize(output: unknown): string
  charge(request: CallRequest, bytes: number): void
}

export function createCarriers(carrying: Carrying): (operation: AnyOperation) => OperationCarrier {
  const known = new Map<string, OperationCarrier>()
  return (operation) => {
    const carrier = known.get(operation.id) ?? createOperationCarrier(carrying, operation)
    known.set(operation.id, carrier)
    return carrier
  }
}

function createOperationCarrier(carrying: Carrying, operation: AnyOperation): OperationCarrier {
  const { core, admission } = carrying
  const { call, charge } = createCarrier(carrying, operation, 'mcp')
  const { schema } = operation.success
  return {
    success: operation.success,
    charge,
    async admit(request, reply) {
      request.principal = await admit(admission, operation, request, reply)
    },
    async call(request, reply) {
      await beginLargeBody(core.pieces, request)
      const answered = await call(request, reply)
      await beginLargeAnswer(core.pieces, request, answered.output)
      return answered
    },
    serialize: (output) => (schema ? serializerOf(schema)(output) : JSON.stringify(output)),
  }
}
