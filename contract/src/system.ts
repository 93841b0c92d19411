// The server about itself: whether it lives and whether it can serve.
import { Type } from 'typebox'
import { defineOperation } from './operation.ts'

const tag = 'System'

export const systemOperations = {
  getHealth: defineOperation({
    id: 'getHealth',
    method: 'GET',
    path: '/healthz',
    tag,
    summary: 'Whether the process lives',
    access: 'public',
    narrowed: true,
    success: { status: 200, description: 'It does.', schema: Type.Object({ status: Type.String() }) },
    errors: [],
  }),
  getReadiness: defineOperation({
    id: 'getReadiness',
    method: 'GET',
    path: '/readyz',
    tag,
    summary: 'Whether the server can take requests',
    description: 'The database answers and the server is not draining.',
    access: 'public',
    narrowed: true,
    success: { status: 200, description: 'It can.', schema: Type.Object({ status: Type.String() }) },
    errors: ['unavailable'],
  }),
}
