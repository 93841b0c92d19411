// Judges the audit log (P5): each change that is stored has one entry, each entry a change, and the chain holds. Pure.
import type { Answer, SentChange, SentChanges, Violation } from './records.ts'

export interface StoredEntry {
  action: string
  target_id: string | null
  /** Of the change of the name; null: it has none. */
  from: string | null
  to: string | null
}

export interface StoredAudit {
  /** Of the organization's chain, in order. */
  entries: StoredEntry[]
  agents: { id: string; name: string }[]
  /** Before the first client. */
  renamed: { id: string; name: string }
  /** What `parley audit verify` finds. */
  faults: string[]
}

export interface AuditCounts {
  /** Changes that an answer confirmed, and entries of all changes. */
  confirmed: number
  entries: number
}

type Report = (kind: Violation['kind'], what: string) => void

export function judgeAudit(report: Report, { made, renames }: SentChanges, stored: StoredAudit): AuditCounts {
  for (const fault of stored.faults) report('unaudited', fault)
  for (const { name, answers } of [...made, ...renames])
    if (answers.some((answer) => statusOf(answer) === 500)) report('fault', `the change to ${name}`)
  judgeMade(report, made, stored)
  judgeRenames(report, renames, stored)
  return { confirmed: [...made, ...renames].filter(isConfirmed).length, entries: stored.entries.length }
}

const statusOf = (answer: Answer) =>
  answer.kind === 'answer' && answer.code !== 'outcome_unknown' ? answer.status : null
const isConfirmed = ({ answers }: SentChange) => answers.some((answer) => statusOf(answer) === 200)
const isRefused = ({ answers }: SentChange) => answers.every((answer) => (statusOf(answer) ?? 0) >= 400)

function judgeMade(report: Report, made: SentChange[], { agents, entries }: StoredAudit): void {
  const stored = Map.groupBy(agents, ({ name }) => name)
  const created = Map.groupBy(
    entries.filter(({ action }) => action === 'createAgent'),
    ({ to }) => to,
  )
  for (const change of made) {
    const { name } = change
    const those = stored.get(name) ?? []
    if (those.length > 1) report('doubled', `the agent ${name}`)
    if (those.length === 0 && isConfirmed(change)) report('lost', `the agent ${name}`)
    if (those.length > 0 && isRefused(change)) report('misreported', `the agent ${name} was refused`)
    const ids = (created.get(name) ?? []).map(({ target_id }) => target_id)
    if (
      ids.toSorted().join() !==
      those
        .map(({ id }) => id)
        .toSorted()
        .join()
    )
      report('unaudited', `the agent ${name} has ${ids.length} entries`)
  }
}

/** Each name has been made of the one before, so no change between two entries is without one. */
function judgeRenames(report: Report, renames: SentChange[], { agents, entries, renamed }: StoredAudit): void {
  const changes = entries.filter(({ action, target_id }) => action === 'updateAgent' && target_id === renamed.id)
  let name: string | null = renamed.name
  for (const { from, to } of changes) {
    if (from !== name) report('unaudited', `${name} became ${from} without an entry`)
    name = to
  }
  const last = agents.find(({ id }) => id === renamed.id)?.name
  if (last !== name) report('unaudited', `${name} became ${last} without an entry`)
  const byName = Map.groupBy(changes, ({ to }) => to)
  for (const change of renames) {
    const { length } = byName.get(change.name) ?? []
    if (length > 1) report('unaudited', `the change to ${change.name} has ${length} entries`)
    if (length === 0 && isConfirmed(change)) report('lost', `the change to ${change.name}`)
    if (length > 0 && isRefused(change)) report('misreported', `the change to ${change.name} was refused`)
  }
}
