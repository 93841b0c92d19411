// The interface for running statements.
import type { Fragment } from './fragments.ts'
import type { AnyStatement } from './statements.ts'

/** Runs queries: the pool itself or a transaction. */
export interface Executor {
  /** Runs a prepared statement. */
  query<Row>(statement: AnyStatement, values: unknown[]): Promise<Row[]>
  /** Runs a statement that was composed of `sql` fragments, without keeping it prepared. */
  execute<Row>(composed: Fragment<Row>): Promise<Row[]>
  /**
   * Runs a statement over rows (`rowsOf`) for one row; calls that arrive close together become one query. Each returned row has the
   * `call` that it belongs to. Owners take turns; a store is its own owner.
   */
  lookUp<Row>(statement: AnyStatement, row: unknown[], owner: string): Promise<Row[]>
}
