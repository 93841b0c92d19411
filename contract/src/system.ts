// Health checks: whether the process is alive and whether it can serve requests.
import { Type } from './type.ts'
import { defineOperation } from './operation.ts'

const tag = 'System'

export const systemOperations = {
  getHealth: defineOperation({
    id: 'getHealth',
    method: 'GET',
    path: '/healthz',
    tag,
    summary: 'Check that the process is alive',
    access: 'public',
    narrowed: true,
    audit: false,
    success: { status: 200, description: 'The process is alive.', schema: Type.Object({ status: Type.String() }) },
    errors: [],
  }),
  getReadiness: defineOperation({
    id: 'getReadiness',
    method: 'GET',
    path: '/readyz',
    tag,
    summary: 'Check that the server accepts requests',
    description:
      'It does while the database answers and the server is not shutting down. While it brings its database up to date at a start, every request but `/healthz` is answered 503 `migrating`.',
    access: 'public',
    narrowed: true,
    audit: false,
    success: {
      status: 200,
      description: 'The server accepts requests.',
      schema: Type.Object({ status: Type.String() }),
    },
    errors: ['migrating', 'unavailable'],
  }),
}
