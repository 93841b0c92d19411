// Checks in batches whether credentials exist, which bounds the cost of a flood of invalid ones for the database.
import { type Executor, acrossOrganizations } from '../database/database.ts'
import { batch } from '../database/batch.ts'
import { rowsOf } from '../database/rows.ts'
import { AppError } from '../base/errors.ts'
import type { Clock } from '../base/ports.ts'
import { hashSecret, parseCredential } from './rules/credentials.ts'

/** The part of a caller's credential that is looked up. */
export interface Presented {
  /** Null for a session. */
  key_id: string | null
  is_key: boolean
  secret_hash: Buffer
}

/** Null if no look-up is needed: for no credential, a malformed one, or a conversation token. */
export function readPresentedCredential(bearer: string | null): Presented | null {
  const credential = bearer === null ? null : parseCredential(bearer)
  if (credential === null) return null
  const { kind, key_id, secret } = credential
  return { key_id, is_key: kind === 'organization_key', secret_hash: hashSecret(secret) }
}

export function readPresentedSession(token: string): Presented {
  return { key_id: null, is_key: false, secret_hash: hashSecret(token) }
}

/** Expiry and membership are checked by authentication. */
const findKnown = acrossOrganizations(
  'the caller is not known yet',
  'find_known_credentials',
  `select wanted.call from ${rowsOf('wanted', 'key_id text, is_key boolean, secret_hash bytea')}
   left join credentials c
     on c.key_id = wanted.key_id and (c.user_id is null) = wanted.is_key and c.secret_hash = wanted.secret_hash
   left join sessions s on s.token_hash = wanted.secret_hash
   left join partner_views v on v.key_id = wanted.key_id and v.secret_hash = wanted.secret_hash
   where c.key_id is not null or s.id is not null or v.id is not null`,
)

const pause_ms = 100
const most_together = 1000

/** Runs one query at a time, with a pause before each. Throws `rate_limited` if too many calls are waiting. */
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
