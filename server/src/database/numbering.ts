// Numbers rows after their commit, so that readers can continue after a number and miss nothing: a reader that has read up to a
// number never finds a new row at or below it. No writer waits for this.
import type { Statement } from './database.ts'
import type { RootStore, Store } from './store.ts'

/** The statements for one kind of row. `$1` is the organization; a row of its own holds its last number. */
export interface NumberStatements {
  /** Creates the row of the last number, unless it exists. */
  begin: Statement
  /** Locks that row, and returns its `last_number`. */
  lock: Statement
  /** Numbers at most `$3` rows, beginning after the number `$2`, and returns the new `last_number`. */
  number: Statement
}

/** How far the rows of an organization are numbered. */
export interface Growth {
  last_number: number
  /** A row has no number yet. */
  has_waiting: boolean
}

/** Rows per transaction, and transactions per call. */
const numbered_at_once = 1000
const most_rounds = 100

/**
 * Numbers every committed row. Runs under the lock, in a statement of its own, so it sees everything numbered before. `seen` was read
 * just before: a row that is being numbered still counts as waiting there, so this call waits for the lock and then sees its number.
 * Returns the last number.
 */
export async function numberCommitted(store: RootStore, statements: NumberStatements, seen: Growth): Promise<number> {
  let last = seen.last_number
  for (let rounds = 0; seen.has_waiting && rounds < most_rounds; rounds += 1) {
    const before = await store.transaction(async (tx) => {
      const last_number = await lockLast(tx, statements)
      const values = [tx.organization_id, last_number, numbered_at_once]
      const [row] = await tx.query<{ last_number: number }>(statements.number, values)
      last = row!.last_number
      return last_number
    })
    if (last - before < numbered_at_once) break
  }
  return last
}

async function lockLast(tx: Store, { begin, lock }: NumberStatements): Promise<number> {
  const lockRow = () => tx.query<{ last_number: number }>(lock, [tx.organization_id])
  let [row] = await lockRow()
  if (!row) {
    await tx.query(begin, [tx.organization_id])
    row = (await lockRow())[0]
  }
  return row!.last_number
}
