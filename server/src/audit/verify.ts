// Verifies the audit log: every entry against its hash and the one before it, what filters search against what is hashed, and the chain
// against its newest entry.
import { type Database, type Executor, acrossOrganizations, statement } from '../database/database.ts'
import { columnsOf, installation_chain } from './append.ts'
import { hashEntry } from './rules/compose.ts'

/** Of one organization, or of the installation. */
export interface VerifiedChain {
  /** Null: the installation. */
  readonly organization_id: string | null
  readonly entries: number
  readonly last_sequence: number
  /** In hexadecimal. Kept elsewhere, it also shows later whether newer entries have replaced this one. */
  readonly last_hash: string
  /** At most so many that a person can look at them. */
  readonly faults: readonly string[]
}

const rows_at_once = 1000
const most_faults = 20
const statement_ms = 30_000

const chainsStatement = acrossOrganizations(
  'for the operator of the server',
  'list_audit_chains',
  `select organization_id from audit_chains union select organization_id from audit_entries order by organization_id`,
)

const chainStatement = statement(
  'read_audit_chain',
  'select last_sequence, last_hash, purged_sequence, purged_hash from audit_chains where organization_id = $1',
)

const entriesStatement = statement(
  'read_audit_entries',
  `select sequence, entry, hash,
     array[organization_id::text, sequence::text, action, actor_id, target_type, target_id, via, outcome] as columns, occurred_at
   from audit_entries where organization_id = $1 and sequence > $2 order by sequence limit $3`,
)

const hashStatement = statement(
  'find_audit_hash',
  `select encode(hash, 'hex') as hash from audit_entries where organization_id = $1 and sequence = $2`,
)

/** Undefined: there is no such entry. */
export async function findAuditHash(executor: Executor, chain: string, sequence: number): Promise<string | undefined> {
  const [found] = await executor.query<{ hash: string }>(hashStatement, [chain, sequence])
  return found?.hash
}

/** All of them, or that of one organization or of the installation. */
export async function auditChainsOf(executor: Executor, only: string | undefined): Promise<string[]> {
  if (only !== undefined) return [only === 'installation' ? installation_chain : only]
  const all = await executor.query<{ organization_id: string }>(chainsStatement, [])
  return all.map(({ organization_id }) => organization_id)
}

interface Chain {
  last_sequence: number
  last_hash: Buffer
  purged_sequence: number
  purged_hash: Buffer
}

interface Row {
  sequence: number
  entry: string
  hash: Buffer
  columns: (string | null)[]
  occurred_at: string
}

/** Each as of one moment, beside running servers. */
export async function* verifyAudit(database: Database, organization_id?: string): AsyncGenerator<VerifiedChain> {
  for (const id of await auditChainsOf(database, organization_id))
    yield await database.snapshot(statement_ms, (tx) => verifyChain(tx, id))
}

async function verifyChain(tx: Executor, id: string): Promise<VerifiedChain> {
  const [chain] = await tx.query<Chain>(chainStatement, [id])
  const faults: string[] = []
  const find = (fault: string) => void (faults.length < most_faults && faults.push(fault))
  if (!chain) find('the chain is missing')
  let last = { sequence: chain?.purged_sequence ?? 0, hash: chain?.purged_hash ?? Buffer.alloc(32) }
  let entries = 0
  for (;;) {
    const rows = await tx.query<Row>(entriesStatement, [id, last.sequence, rows_at_once])
    for (const row of rows) {
      verifyEntry(row, last, find)
      last = row
    }
    entries += rows.length
    if (rows.length < rows_at_once) break
  }
  if (chain && chain.last_sequence !== last.sequence) {
    find(`the newest entry is ${last.sequence}, but ${chain.last_sequence} were written`)
  } else if (chain && !chain.last_hash.equals(last.hash))
    find(`entry ${last.sequence} is not the one that was written last`)
  return {
    organization_id: id === installation_chain ? null : id,
    entries,
    last_sequence: last.sequence,
    last_hash: last.hash.toString('hex'),
    faults,
  }
}

type Previous = Pick<Row, 'sequence' | 'hash'>

function verifyEntry(row: Row, previous: Previous, find: (fault: string) => void): void {
  const { sequence, entry, hash } = row
  if (sequence !== previous.sequence + 1) find(`entries ${previous.sequence + 1} to ${sequence - 1} are missing`)
  else if (!hashEntry(previous.hash, entry).equals(hash)) find(`entry ${sequence} or the one before it was changed`)
  if (!agrees(row)) find(`entry ${sequence} is stored under other values than it has`)
}

function agrees({ entry, columns, occurred_at }: Row): boolean {
  try {
    const [id, number, time, ...others] = columnsOf(entry)
    const inside = [id, String(number), ...others]
    return time === occurred_at && inside.every((value, at) => value === columns[at])
  } catch {
    return false
  }
}
