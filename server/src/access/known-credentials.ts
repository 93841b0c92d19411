// Whether there is such a credential at all, asked for many callers together: what a flood of bad ones costs the database is bounded.
import { type Executor, acrossOrganizations } from '../database/database.ts'
import { batch } from '../database/batch.ts'
import { rowsOf } from '../database/rows.ts'
import { AppError } from '../base/errors.ts'
import type { Clock } from '../base/ports.ts'
import { hashSecret, parseCredential } from './rules/credentials.ts'

/** What a caller shows, as far as it has to be looked up. */
export interface Presented {
  /** Null for a session. */
  key_id: string | null
  is_key: boolean
  secret_hash: Buffer
}

/** Null for what is refused, or let in, without a look-up: no credential, a malformed one, a conversation token. */
export function readPresentedCredential(bearer: string | null): Presented | null {
  const credential = bearer === null ? null : parseCredential(bearer)
  if (credential === null) return null
  const { kind, key_id, secret } = credential
  return { key_id, is_key: kind === 'organization_key', secret_hash: hashSecret(secret) }
}

export function readPresentedSession(token: string): Presented {
  return { key_id: null, is_key: false, secret_hash: hashSecret(token) }
}

/** Expiry and membership are judged where the caller is authenticated. */
const findKnown = acrossOrganizations(
  'nobody is known yet',
  'find_known_credentials',
  `select wanted.call from ${rowsOf('wanted', 'key_id text, is_key boolean, secret_hash bytea')}
   left join credentials c
     on c.key_id = wanted.key_id and (c.user_id is null) = wanted.is_key and c.secret_hash = wanted.secret_hash
   left join sessions s on s.token_hash = wanted.secret_hash
   where c.key_id is not null or s.id is not null`,
)

const pause_ms = 100
const most_together = 1000

/** One query at a time, and a pause before each. Throws `rate_limited` where too many wait. */
export function createCredentialCheck({ database, clock }: { database: Executor; clock: Pick<Clock, 'after'> }) {
  const ask = batch(
    async (wanted: Presented[]) => {
      await new Promise<void>((resolve) => void clock.after(pause_ms, resolve))
      const columns = [
        wanted.map(({ key_id }) => key_id),
        wanted.map(({ is_key }) => is_key),
        wanted.map(({ secret_hash }) => secret_hash),
      ]
      const rows = await database.query<{ call: number }>(findKnown, columns)
      const known = new Set(rows.map(({ call }) => call))
      return wanted.map((_none, index) => known.has(index + 1))
    },
    { lanes: 1, most: most_together },
  )
  let waiting = 0
  return async (presented: Presented): Promise<boolean> => {
    if (waiting >= most_together) throw new AppError('rate_limited')
    waiting += 1
    try {
      return await ask(presented)
    } finally {
      waiting -= 1
    }
  }
}
