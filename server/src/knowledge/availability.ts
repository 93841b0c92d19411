// Whether the database has what knowledge bases need. A migration prepares it where it may; an administrator can do so later.
import { AppError } from '../base/errors.ts'
import type { Core } from '../calls/core.ts'
import { acrossOrganizations } from '../database/database.ts'
import type { WorkKind } from '../work/port.ts'

const prepareStatement = acrossOrganizations(
  'extensions and text search configurations belong to the whole database',
  'prepare_knowledge',
  'select prepare_knowledge() as is_prepared',
)

/** While it lacks something, the database is asked as often at most. */
const asked_every_ms = 1000

export interface Availability {
  /** Throws `knowledge_unavailable`. */
  require(): Promise<void>
}

export function createAvailability({ database, ports, log }: Pick<Core, 'database' | 'ports' | 'log'>): Availability {
  let answer: Promise<boolean> | null = null
  let asked_at = 0
  const ask = async () => {
    const [row] = await database.query<{ is_prepared: boolean }>(prepareStatement, [])
    const { is_prepared } = row!
    const reason = 'the database lacks the extensions unaccent and pg_trgm; create them as an administrator'
    if (!is_prepared) log.warn({ component: 'knowledge' }, reason)
    return is_prepared
  }
  return {
    async require() {
      answer ??= ask()
      const asked = answer
      const isPrepared = await asked.catch((error: unknown) => {
        if (answer === asked) answer = null
        throw error
      })
      if (isPrepared) return
      const now = ports.clock.monotonic()
      if (now - asked_at >= asked_every_ms) {
        asked_at = now
        answer = null
      }
      throw new AppError('knowledge_unavailable')
    },
  }
}

/** How often waiting work looks whether there is what it needs. */
const waits_ms = 10_000

/** Work that needs words waits while the database lacks something, and uses up no try. */
export function whenAvailable({ require }: Availability, kind: WorkKind): WorkKind {
  return {
    ...kind,
    async run(item, port) {
      try {
        await require()
      } catch (error) {
        if (!(error instanceof AppError) || error.error !== 'knowledge_unavailable') throw error
        return { next: { again_in_ms: waits_ms } }
      }
      return kind.run(item, port)
    },
  }
}
