// What a server under too much load refuses first. A pure rule over the contract, so every operation has its class.
import type { Operation } from './operation.ts'

/**
 * `bulk` is refused first: lists, statistics, exports, imports, files and new streams; what it asks for can wait. `normal` is refused
 * when that does not help: what creates, sends, reads or changes one thing. `critical` is never refused: it ends work, or asks for health.
 */
export type OperationLoad = 'bulk' | 'normal' | 'critical'

const critical_verbs: ReadonlySet<string> = new Set(['end', 'cancel'])
const bulk_verbs: ReadonlySet<string> = new Set(['list', 'count', 'search', 'export', 'import', 'stream', 'upload'])

export function loadOf({ id, tag, method, answer }: Operation): OperationLoad {
  // The first word of the id: operations are called by verb and noun.
  const [verb] = /^[a-z]+/.exec(id)!
  if (critical_verbs.has(verb) || tag === 'System') return 'critical'
  const isRead = method === 'GET' && answer !== undefined
  return bulk_verbs.has(verb) || isRead || id.endsWith('Statistics') ? 'bulk' : 'normal'
}
