// Appends entries to the audit log (P5), in the transaction of what they tell. The chain's row is locked from here to the commit, so
// append last, and after it wait for nothing.
import { type Executor, statement } from '../database/database.ts'
import type { NewAuditEntry } from './entry.ts'
import { composeEntry, hashEntry } from './rules/compose.ts'

/** The chain of the installation, for what concerns no organization. */
export const installation_chain = '00000000-0000-0000-0000-000000000000'

const lockStatement = statement(
  'lock_audit_chain',
  `insert into audit_chains as c (organization_id) values ($1)
   on conflict (organization_id) do update set last_sequence = c.last_sequence
   returning c.last_sequence, c.last_hash, clock_timestamp() as now`,
)

const appendStatement = statement(
  'append_audit_entry',
  `with entry as (
     insert into audit_entries
       (organization_id, sequence, occurred_at, action, actor_id, target_type, target_id, via, outcome, entry, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11))
   update audit_chains set last_sequence = $2, last_hash = $11 where organization_id = $1`,
)

interface Chain {
  last_sequence: number
  last_hash: Buffer
  now: string
}

/** Call it in a transaction. Entries of one transaction for several organizations: with `appendAuditInOrder`. */
export async function appendAudit(tx: Executor, entry: NewAuditEntry): Promise<void> {
  await appendTo(await lockChain(tx, entry.organization_id), tx, entry)
}

/** Until the transaction ends, no other one appends. */
export async function lockChain(tx: Executor, organization_id: string | null): Promise<Chain> {
  const [chain] = await tx.query<Chain>(lockStatement, [organization_id ?? installation_chain])
  return chain!
}

export async function appendTo(chain: Chain, tx: Executor, entry: NewAuditEntry): Promise<void> {
  const sequence = chain.last_sequence + 1
  const text = composeEntry(entry, { sequence, occurred_at: chain.now })
  const hash = hashEntry(chain.last_hash, text)
  await tx.query(appendStatement, [...columnsOf(text), text, hash])
}

/** What filters search, as the entry has it. */
export function columnsOf(text: string): unknown[] {
  const { organization_id, sequence, occurred_at, action, actor, target, via, outcome } = JSON.parse(text) as Columns
  const chain_id = organization_id ?? installation_chain
  const target_type = target?.type ?? null
  return [chain_id, sequence, occurred_at, action, actor.id, target_type, target?.id ?? null, via, outcome]
}

interface Columns {
  organization_id: string | null
  sequence: number
  occurred_at: string
  action: string
  actor: { id: string | null }
  target: { type: string; id: string | null } | null
  via: string
  outcome: string
}

/** Several entries, in the order of their organizations' ids, so that two transactions never wait for each other's chains. */
export async function appendAuditInOrder(tx: Executor, entries: readonly NewAuditEntry[]): Promise<void> {
  for (const entry of entries.toSorted((a, b) => (chainOf(a) < chainOf(b) ? -1 : chainOf(a) > chainOf(b) ? 1 : 0)))
    await appendAudit(tx, entry)
}

const chainOf = ({ organization_id }: NewAuditEntry) => organization_id ?? installation_chain

/**
 * What a user does that concerns every organization that they are a member of, such as a new password: one entry in the log of each.
 * Of a user without one: in that of the installation. `also`: other entries of the transaction.
 */
export async function appendAuditToEach(
  tx: Executor,
  organization_ids: readonly string[],
  { newId, ...entry }: Omit<NewAuditEntry, 'id' | 'organization_id'> & { newId: () => string },
  also: readonly NewAuditEntry[] = [],
): Promise<void> {
  const ids = organization_ids.length > 0 ? [...new Set(organization_ids)] : [null]
  const entries = ids.map((organization_id) => ({ ...entry, id: newId(), organization_id }))
  await appendAuditInOrder(tx, [...also, ...entries])
}
