// Who started an execution, as it is stored.
import type { JsonObject } from '../base/json.ts'
import type { Access } from '../calls/access.ts'

export function startedBy({ actor: { type, id, name } }: Pick<Access, 'actor'>): JsonObject {
  return { type, id, name }
}
