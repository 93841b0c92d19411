// Entries of refusals: calls that were not allowed, and sign-ins that failed. Of one actor at most one entry a minute, over all nodes, which
// says how many there were. Nobody waits for them, so a refusal takes no longer because of its entry.
import type { Logger } from 'pino'
import type { Clock } from '../base/ports.ts'
import { type Database, statement } from '../database/database.ts'
import { appendTo, installation_chain, lockChain } from './append.ts'
import type { NewAuditEntry } from './entry.ts'

export type Refusal = Omit<NewAuditEntry, 'id' | 'outcome' | 'count' | 'changes'>

export interface Refusals extends AsyncDisposable {
  /** Never throws. */
  note(refusal: Refusal): void
}

interface RefusalServices {
  readonly database: Database
  readonly log: Pick<Logger, 'warn'>
  readonly ports: { readonly clock: Pick<Clock, 'after'>; newId(): string }
}

const minute_ms = 60_000
/** Actors whose refusals are counted at once on a node. Further ones count as one, of the installation. */
const most_actors = 1000

interface Counted {
  refusal: Refusal
  /** Not in any entry yet. */
  count: number
  stopTimer: () => void
}

export function createRefusals({ database, log, ports }: RefusalServices): Refusals {
  const counted = new Map<string, Counted>()
  let written: Promise<unknown> = Promise.resolve()

  function note(given: Refusal): void {
    const refusal = counted.size < most_actors || counted.has(keyOf(given)) ? given : withoutActor(given)
    const key = keyOf(refusal)
    const known = counted.get(key)
    if (known) return void (known.count += 1)
    counted.set(key, { refusal, count: 1, stopTimer: () => {} })
    writeSoon(key)
  }

  function writeSoon(key: string): void {
    written = written
      .then(() => write(key))
      .catch((error: unknown) => {
        log.warn({ err: error }, 'could not record a refusal in the audit log; trying again')
        again(key, minute_ms)
      })
  }

  async function write(key: string): Promise<void> {
    const entry = counted.get(key)
    if (!entry) return
    const { refusal, count } = entry
    if (count === 0) return void counted.delete(key)
    const wait_ms = await writeUnlessRecent(database, { ...refusal, id: ports.newId(), outcome: 'refused', count })
    if (wait_ms === null) entry.count -= count
    again(key, wait_ms ?? minute_ms)
  }

  function again(key: string, ms: number): void {
    const entry = counted.get(key)
    if (entry) entry.stopTimer = ports.clock.after(ms, () => writeSoon(key))
  }

  return {
    note,
    /** What was counted since the last entry gets one at once: later nobody would write it. */
    async [Symbol.asyncDispose]() {
      await written
      const left = [...counted.values()]
      counted.clear()
      for (const { stopTimer, refusal, count } of left) {
        stopTimer()
        if (count === 0) continue
        const entry: NewAuditEntry = { ...refusal, id: ports.newId(), outcome: 'refused', count }
        await database
          .transaction(async (tx) => appendTo(await lockChain(tx, entry.organization_id), tx, entry))
          .catch((error: unknown) => log.warn({ err: error }, 'could not record refusals in the audit log'))
      }
    },
  }
}

const keyOf = ({ organization_id, actor }: Refusal) => JSON.stringify([organization_id, actor.type, actor.id])

function withoutActor(refusal: Refusal): Refusal {
  return { ...refusal, organization_id: null, actor: { type: 'unknown', id: null, name: null }, target: null }
}

const recentStatement = statement(
  'find_recent_refusal',
  `select greatest(1, ceil(extract(epoch from occurred_at + interval '1 minute' - clock_timestamp()) * 1000))::integer as wait_ms
   from audit_entries
   where organization_id = $1 and outcome = 'refused' and actor_id is not distinct from $2
     and occurred_at > clock_timestamp() - interval '1 minute'
   order by sequence desc limit 1`,
)

/** Milliseconds until the actor may have another one; null: it was written. */
async function writeUnlessRecent(database: Database, entry: NewAuditEntry): Promise<number | null> {
  return database.transaction(async (tx) => {
    const chain = await lockChain(tx, entry.organization_id)
    const values = [entry.organization_id ?? installation_chain, entry.actor.id]
    const [recent] = await tx.query<{ wait_ms: number }>(recentStatement, values)
    if (recent) return recent.wait_ms
    await appendTo(chain, tx, entry)
    return null
  })
}
