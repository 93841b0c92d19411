// The manifest of knowledge bases.
import { knowledgeOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import { createAvailability } from './availability.ts'
import * as operations from './operations/index.ts'
import { createSearches } from './search/searches.ts'
import type { Knowledge } from './services.ts'

export function createKnowledge(core: Core): Room<typeof knowledgeOperations> {
  const own = { searches: createSearches(core) } as Knowledge
  const { require } = createAvailability(core)
  return {
    name: 'knowledge',
    operations: onlyIf(require, bindRoom(own, knowledgeOperations, operations)),
  }
}

type Call = (...call: unknown[]) => Promise<unknown>

/** Each operation but the one that says what there is first waits for `require`, which may throw. */
function onlyIf<Operations extends object>(require: () => Promise<void>, operations: Operations): Operations {
  const guard = (call: Call): Call => {
    return async (...values) => {
      await require()
      return call(...values)
    }
  }
  const guarded = Object.entries(operations).map(([id, call]) => {
    return [id, id === 'getKnowledgeCapabilities' ? call : guard(call as Call)]
  })
  return Object.fromEntries(guarded) as Operations
}
