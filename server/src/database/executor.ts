// What runs statements, as those see it who have some to run.
import type { RawBuilder } from 'kysely'
import type { AnyStatement } from './statements.ts'

/** Runs queries: the pool itself, or one transaction. */
export interface Executor {
  /** Runs a prepared statement. */
  query<Row>(statement: AnyStatement, values: unknown[]): Promise<Row[]>
  /** Runs a statement that was composed of parts (`sql`), and is prepared for this one time. */
  execute<Row>(composed: RawBuilder<Row>): Promise<Row[]>
  /**
   * Runs a statement over rows (`rowsOf`) for one of them; calls that come close together are one query. Each row that it answers
   * has the `call` that it belongs to. Owners, of which a store has its own, are answered in turn.
   */
  lookUp<Row>(statement: AnyStatement, row: unknown[], owner: string): Promise<Row[]>
}
