// The one form in which a server stores a definition. Pure.
import { readDefinition } from '@parley/server/read-workflow-definition'
import type { JsonObject } from '../files/values.ts'

/** What cannot be read stays as it is, for the server to judge. */
export function normalize(definition: JsonObject): JsonObject {
  return readDefinition(definition).definition
}
