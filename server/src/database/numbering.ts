// Gives rows their numbers after their commits, so that readers can go on after a number and miss nothing: whoever has read up to a
// number never finds a new row at or below it. No writer waits for it.
import type { Statement } from './database.ts'
import type { RootStore, Store } from './store.ts'

/** Of one kind of rows, for the organization in `$1`, whose last number is in a row of its own. */
export interface NumberStatements {
  /** Makes the row of the last number, if there is none. */
  begin: Statement
  /** Locks that row, and answers its `last_number`. */
  lock: Statement
  /** Numbers at most `$3` rows after the number `$2`, and answers the new `last_number`. */
  number: Statement
}

/** How far an organization's numbers have come. */
export interface Growth {
  last_number: number
  /** Some row has no number yet. */
  has_waiting: boolean
}

/** In one transaction, and transactions of one call. */
const numbered_at_once = 1000
const most_rounds = 100

/**
 * Gives a number to every row that is committed. Under the lock, in a statement of its own: so it sees all that was numbered before.
 * `seen`: as read just before. A row that is being numbered then is still waiting in it. Answers the last number.
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
