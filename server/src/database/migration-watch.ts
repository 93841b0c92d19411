// Looks, from the connection that holds the lock of migrations, at what a migration is doing on the other one. Its statements have no
// parameters: those that have some keep a snapshot until the end of the transaction, for which an index that is made would wait.
import type pg from 'pg'
import { systemPorts } from '../base/ports.ts'

const look_for_blockers_ms = 1000
const tell_progress_ms = 10_000

const blockersText = (pid: number) => `select string_agg(
    format('pid %s (%s%s)', pid, coalesce(nullif(application_name, ''), usename), ', ' || state), ', ' order by pid) as blockers
  from pg_stat_activity where pid = any(pg_blocking_pids(${pid}))`

/** Who holds up the other connection, as far as that was seen: it is over as soon as the wait is. */
export function describeBlockers(client: pg.Client, of: pg.Client): { blockers: string; stop(): Promise<void> } {
  const watch = { blockers: '', stop: async () => {} }
  watch.stop = lookEvery(look_for_blockers_ms, async () => {
    const { rows } = await client.query<{ blockers: string | null }>(blockersText(pidOf(of)))
    watch.blockers = rows[0]?.blockers ?? watch.blockers
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
): { stop(): Promise<void> } {
  const stop = lookEvery(tell_progress_ms, async () => {
    const { rows } = await client.query<Progress>(progressText(pidOf(of)))
    if (rows[0]) tell(rows[0])
  })
  return { stop }
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
