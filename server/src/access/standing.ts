// Whether an organization may be called: not while it, or one above it, is suspended, and never again once it is deleted. Judged with the
// look for the credential; tokens without one share a look for a moment.
import { LRUCache } from 'lru-cache'
import { AppError } from '../base/errors.ts'
import type { Clock } from '../base/ports.ts'
import { rowsOf } from '../database/rows.ts'
import { type Executor, statement } from '../database/database.ts'
import type { Store } from '../database/store.ts'

/** Null: it may be called. */
export type Standing = 'deleted' | 'suspended' | null

/** A part of a statement: the standing of the organization that an expression names. */
export const standingOf = (id: string) => `(
  select case when judged.deleted_at is not null then 'deleted'
    when judged.status = 'suspended' or exists (select from organizations above where above.id = any(judged.ancestors) and above.status = 'suspended')
      then 'suspended' end
  from organizations judged where judged.id = ${id})`

/** A deleted organization is as unknown as one that never was. */
export function requireStanding(standing: Standing): void {
  if (standing === 'deleted') throw new AppError('unauthorized')
  if (standing === 'suspended') throw new AppError('organization_suspended')
}

export interface Standings {
  /** Throws as `requireStanding`. What it knows is less than a second old. */
  require(organization_id: string): Promise<void>
}

const shared_ms = 500
const most_remembered = 10_000

const readStatement = statement(
  'read_standing_of_organization',
  `select wanted.call, case when organizations.id is null then 'deleted' else ${standingOf('organizations.id')} end as standing
   from ${rowsOf('wanted', 'id uuid')} left join organizations on organizations.id = wanted.id`,
)

const ofOneStatement = statement(
  'read_standing',
  `select ${standingOf('organizations.id')} as standing from organizations where organizations.id = $1`,
)

/** Of an organization that exists. */
export async function readStanding(store: Store): Promise<Standing> {
  const [row] = await store.query<{ standing: Standing }>(ofOneStatement, [store.organization_id])
  return row!.standing
}

interface Known {
  standing: Promise<Standing>
  until_ms: number
}

export function createStandings(database: Executor, clock: Pick<Clock, 'monotonic'>): Standings {
  const known = new LRUCache<string, Known>({ max: most_remembered })

  async function read(organization_id: string): Promise<Standing> {
    const [row] = await database.lookUp<{ standing: Standing }>(readStatement, [organization_id], organization_id)
    return row!.standing
  }

  return {
    async require(organization_id) {
      const now_ms = clock.monotonic()
      let found = known.get(organization_id)
      if (!found || found.until_ms <= now_ms) {
        found = { standing: read(organization_id), until_ms: now_ms + shared_ms }
        found.standing.catch(() => known.delete(organization_id))
        known.set(organization_id, found)
      }
      requireStanding(await found.standing)
    },
  }
}
