// How much of the database an operation touches: buffers, which are pages of 8 KiB, summed over its statements. Unlike times, they
// do not depend on the load of the machine.
import type pg from 'pg'

export interface Touched {
  statements: number
  buffers: number
  /** Bytes of write-ahead log, including full pages after a checkpoint. */
  wal_bytes: number
  database_ms: number
  /** The statements that touch the most, with buffers and rows per call. */
  by_statement: { text: string; calls: number; buffers: number; rows: number }[]
}

interface Row {
  query: string
  calls: number
  rows: number
  buffers: number
  wal_bytes: number
  ms: number
}

/** Runs `work` this often. Statements that ran less than half as often come from the server's background work and are ignored. */
export async function countTouched(
  superuser: pg.Client,
  times: number,
  work: (time: number) => Promise<unknown>,
): Promise<Touched> {
  await superuser.query('select pg_stat_statements_reset()')
  for (let time = 0; time < times; time += 1) await work(time)
  const { rows } = await superuser.query<Row>(
    `select query, calls::float8, rows::float8, (shared_blks_hit + shared_blks_read)::float8 as buffers, wal_bytes::float8,
            total_exec_time as ms
     from pg_stat_statements where calls >= $1::integer and query not like '%pg_stat_statements%' order by buffers desc`,
    [Math.ceil(times / 2)],
  )
  const sum = (of: keyof Omit<Row, 'query'>) => rows.reduce((total, row) => total + row[of], 0) / times
  return {
    statements: sum('calls'),
    buffers: sum('buffers'),
    wal_bytes: sum('wal_bytes'),
    database_ms: sum('ms'),
    by_statement: rows.map(({ query, calls, buffers, rows: answered }) => ({
      text: query.replaceAll(/\s+/g, ' '),
      calls: calls / times,
      buffers: buffers / calls,
      rows: answered / calls,
    })),
  }
}
