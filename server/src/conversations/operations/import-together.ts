// Imports many rows at once where nothing stands in the way of any of them. Rows that are not written here are imported one by one, and so
// is a group of which one row meets a surprise: the outcome is the same, only later.
import { maySeeAgent } from '../../calls/access.ts'
import type { Context } from '../../calls/context.ts'
import type { FieldFault } from '../../base/faults.ts'
import type { TransactionStore } from '../../database/store.ts'
import {
  type History,
  closeManyImported,
  findTakenIds,
  insertConversations,
  insertHistories,
} from '../commit/new-many.ts'
import { type PreparedImport, fingerprintOf, prepareImport } from '../machine/import-row.ts'
import type { ImportedEnd, NewConversation } from '../machine/rows.ts'
import type { Conversations } from '../services.ts'

/** As long as this many take, other writers of the organization may wait. */
const rows_at_once = 100
/** So many are one piece of work. */
const rows_of_a_piece = 10

/** What is written of a row. */
export interface RowWrite {
  row: NewConversation
  end: ImportedEnd | null
  historyAt(created_at: string): History
}

/** The version that rows with these ids get, as it was found in this transaction. */
export type KnownVersions = Map<string, string | null>

type PrepareWrite = (
  tx: TransactionStore,
  row: PreparedImport,
  fingerprint: Buffer,
  versions: KnownVersions,
) => Promise<RowWrite | FieldFault[]>

interface Candidate {
  index: number
  prepared: PreparedImport
  fingerprint: Buffer
}

/** The indexes of the rows that were created. */
export async function importTogether(
  ctx: Context<Conversations>,
  rows: readonly unknown[],
  prepareWrite: PrepareWrite,
): Promise<Set<number>> {
  const created = new Set<number>()
  for (let from = 0; from < rows.length; from += rows_at_once) {
    const candidates = await chooseRows(ctx, rows.slice(from, from + rows_at_once), from)
    if (candidates.length < 2) continue
    const written = await writeAll(ctx, candidates, prepareWrite)
    for (const { index, prepared } of candidates) if (written.has(prepared.source.id)) created.add(index)
  }
  return created
}

/** Rows without faults, whose ids nobody uses. */
async function chooseRows(ctx: Context<Conversations>, rows: readonly unknown[], from: number): Promise<Candidate[]> {
  const { ports, config, pieces } = ctx.core
  const found = new Map<string, Candidate>()
  for (const [offset, row] of rows.entries()) {
    if (offset % rows_of_a_piece === 0) await pieces.begin(ctx.store.organization_id)
    const prepared = prepareImport(row, { limits: config.limits, newId: ports.newId })
    if ('faults' in prepared || found.has(prepared.source.id)) continue
    if (!maySeeAgent(ctx.access, prepared.source.agent_id ?? null)) continue
    found.set(prepared.source.id, { index: from + offset, prepared, fingerprint: fingerprintOf(row) })
  }
  const taken = await findTakenIds(ctx.store, [...found.keys()])
  return [...found].flatMap(([id, candidate]) => (taken.has(id) ? [] : [candidate]))
}

/** The ids of those that were written. */
async function writeAll(
  ctx: Context<Conversations>,
  candidates: Candidate[],
  prepareWrite: PrepareWrite,
): Promise<ReadonlySet<string>> {
  try {
    return await ctx.store.transaction(async (tx) => {
      const writes: (RowWrite & { created_at: string })[] = []
      const versions: KnownVersions = new Map()
      for (const { prepared, fingerprint } of candidates) {
        const write = await prepareWrite(tx, prepared, fingerprint, versions)
        if (!Array.isArray(write)) writes.push({ ...write, created_at: prepared.source.created_at })
      }
      const times = await insertConversations(
        tx,
        writes.map(({ row, created_at }) => ({ ...row, created_at })),
      )
      const inserted = writes.filter(({ row }) => times.has(row.id))
      if (inserted.length === 0) return new Set<string>()
      const histories = inserted.map(({ row, historyAt }) => historyAt(times.get(row.id)!))
      await insertHistories(tx, ctx.room.commits, histories)
      const ends = inserted.flatMap(({ row, end }) => (end ? [{ id: row.id, ...end }] : []))
      await closeManyImported(tx, ends)
      return new Set(times.keys())
    })
  } catch (error) {
    if (isOfData(error)) return new Set()
    throw error
  }
}

/** A value that cannot be stored, a rule that one row breaks, or another call that was faster: each row by itself finds out. */
function isOfData(error: unknown): boolean {
  const { code } = Object(error) as { code?: unknown }
  return typeof code === 'string' && /^(22|23|40)...$/.test(code)
}
