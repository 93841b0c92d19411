// Looks, from the connection that holds the lock of migrations, at what a migration is doing on the other one. Its statements have no
// parameters: those that have some keep a snapshot until the end of the transaction, for which an index that is made would wait.
// PostgreSQL shows a transaction the same activity again and again, unless it is told to forget.
import type pg from 'pg'
import { systemPorts } from '../base/ports.ts'

const look_for_blockers_ms = 1000
const tell_progress_ms = 10_000

const blockersText = (pid: number) => `select string_agg(
    format('pid %s (%s%s)', pid, coalesce(nullif(application_name, ''), usename), ', ' || state), ', ' order by pid) as blockers
  from pg_stat_activity where pid = any(pg_blocking_pids(${pid}))`

/** Who holds up the other connection, as far as that was seen: it is over as soon as the wait is. */
export function describeBlockers(
  client: pg.Client,
  of: pg.Client,
  every_ms = look_for_blockers_ms,
): { blockers: string; stop(): Promise<void> } {
  const watch = { blockers: '', stop: async () => {} }
  watch.stop = lookEvery(every_ms, async () => {
    const [seen] = await readNow<{ blockers: string | null }>(client, blockersText(pidOf(of)))
    watch.blockers = seen?.blockers ?? watch.blockers
  })
  return watch
}

export interface Progress {
  phase: string
  blocks_done: number
  blocks_total: number
}

const progressText = (
  pid: number,
) => `select phase, blocks_done::float8 as blocks_done, blocks_total::float8 as blocks_total
  from pg_stat_progress_create_index where pid = ${pid}`

export function watchProgress(
  client: pg.Client,
  of: pg.Client,
  tell: (progress: Progress) => void,
  every_ms = tell_progress_ms,
): { stop(): Promise<void> } {
  const stop = lookEvery(every_ms, async () => {
    const [progress] = await readNow<Progress>(client, progressText(pidOf(of)))
    if (progress) tell(progress)
  })
  return { stop }
}

async function readNow<Row>(client: pg.Client, text: string): Promise<Row[]> {
  // Two statements have two results.
  const results: unknown = await client.query(`select pg_stat_clear_snapshot(); ${text}`)
  return (results as pg.QueryResult[])[1]!.rows as Row[]
}

const pidOf = (client: pg.Client) => Number((client as unknown as { processID: number | null }).processID)

/** Not while an earlier look lasts. A look that fails is left out. */
function lookEvery(ms: number, look: () => Promise<void>): () => Promise<void> {
  let isStopped = false
  let looking = Promise.resolve()
  let stopTimer = () => {}
  const wait = () => {
    stopTimer = systemPorts.clock.after(ms, () => {
      looking = look()
        .catch(() => {})
        .finally(() => {
          if (!isStopped) wait()
        })
    })
  }
  wait()
  return async () => {
    isStopped = true
    stopTimer()
    await looking
  }
}
