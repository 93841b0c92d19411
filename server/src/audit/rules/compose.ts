// An entry of the audit log as the text that is stored and hashed. Pure.
import { createHash } from 'node:crypto'
import { canonicalJson } from '../../base/json.ts'
import { makeStorable } from '../../base/text.ts'
import type { AuditActor, AuditChange, NewAuditEntry } from '../entry.ts'

/** Changes beyond that are only counted. */
export const max_entry_bytes = 65_536
const max_text = 500

/** Its place in the chain. */
export interface Place {
  readonly sequence: number
  readonly occurred_at: string
}

export function composeEntry(entry: NewAuditEntry, { sequence, occurred_at }: Place): string {
  const { id, organization_id, action, actor, on_behalf_of = null, target, outcome = 'done', count = 1 } = entry
  const { request_id, address, user_agent, via } = entry
  const whole = {
    ...{ id, organization_id, sequence, occurred_at, action, outcome, count, via },
    actor: shown(actor),
    on_behalf_of: on_behalf_of && shown(on_behalf_of),
    target: target && { type: target.type, id: short(target.id), name: short(target.name) },
    ...{ request_id: short(request_id), address: short(address), user_agent: short(user_agent) },
    changes: [] as AuditChange[],
    changes_omitted: 0,
  }
  const { kept, omitted } = fit(entry.changes ?? [], max_entry_bytes - Buffer.byteLength(canonicalJson(whole)) - 20)
  return canonicalJson({ ...whole, changes: kept, changes_omitted: omitted })
}

const shown = ({ type, id, name }: AuditActor) => ({ type, id: short(id), name: short(name) })

const short = (text: string | null) => text && makeStorable(text.slice(0, max_text))

function fit(changes: readonly AuditChange[], bytes: number): { kept: AuditChange[]; omitted: number } {
  const kept: AuditChange[] = []
  let left = bytes
  for (const change of changes) {
    left -= Buffer.byteLength(JSON.stringify(change)) + 1
    if (left < 0) break
    kept.push(change)
  }
  return { kept, omitted: changes.length - kept.length }
}

export function hashEntry(previous: Uint8Array, entry: string): Buffer {
  return createHash('sha256').update(previous).update(entry, 'utf8').digest()
}
