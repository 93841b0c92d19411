// Statements of tests, which may read and change everything.
import type { Executor } from '../../src/database/executor.ts'
import { Fragment, sql as compose } from '../../src/database/fragments.ts'

class Statement<Row> extends Fragment<Row> {
  async execute(database: Pick<Executor, 'execute'>): Promise<{ rows: Row[] }> {
    return { rows: await database.execute<Row>(this) }
  }
}

function write<Row = unknown>(texts: readonly string[], ...values: unknown[]): Statement<Row> {
  const written = compose<Row>(texts, ...values)
  return new Statement<Row>(written.texts, written.values)
}

const { raw, ref, join } = compose
export const sql = Object.assign(write, { raw, ref, join })
