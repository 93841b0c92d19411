// The token in the URL of a webhook: 256 random bits. It is found by its digest, and shown to those who can manage workflows.
import { createHash } from 'node:crypto'
import type { Ports } from '../../base/ports.ts'
import { type Reseal, type Sealer, resealRows } from '../../base/sealer.ts'
import { type Executor, acrossOrganizations } from '../../database/database.ts'
import { arraysOf } from '../../database/rows.ts'

const token_bytes = 32
const form = /^[A-Za-z0-9_-]{43}$/

export interface TokenServices {
  readonly ports: Pick<Ports, 'randomBytes'>
  /** For the tokens of webhooks. */
  readonly sealer: Sealer
}

export interface SealedToken {
  token: Buffer
  token_digest: Buffer
}

/** A new one for a trigger. */
export function makeToken({ ports, sealer }: TokenServices, trigger_id: string): SealedToken {
  const token = ports.randomBytes(token_bytes).toString('base64url')
  return { token: sealer.seal(token, trigger_id), token_digest: digestOf(token) }
}

const digestOf = (token: string) => createHash('sha256').update(token).digest()

/** Null: no token looks like that. */
export const digestOfToken = (text: string): Buffer | null => (form.test(text) ? digestOf(text) : null)

/** Null: it was sealed with another key, so it has to be rotated. */
export function openToken({ sealer }: Pick<TokenServices, 'sealer'>, id: string, sealed: Buffer): string | null {
  try {
    return sealer.open(sealed, id)
  } catch {
    return null
  }
}

const of_all = 'a new secret key seals the tokens of all organizations'
const before_all = '00000000-0000-0000-0000-000000000000'

const readStatement = acrossOrganizations(
  of_all,
  'read_hook_tokens_after',
  'select id, token from workflow_triggers where token is not null and id > $1 order by id limit $2',
)

const replaceStatement = acrossOrganizations(
  of_all,
  'replace_hook_tokens',
  `update workflow_triggers kept set token = made.token from unnest($1::uuid[], $2::bytea[]) as made (id, token)
   where kept.id = made.id`,
)

/** Returns how many. Those that the old key cannot open go on, but are not shown any more. */
export function resealHookTokens(tx: Executor, reseal: Reseal): Promise<number> {
  return resealRows<{ id: string; token: Buffer }>({
    readAfter: (after, limit) => tx.query(readStatement, [after?.id ?? before_all, limit]),
    reseal({ id, token }) {
      const made = reseal(token, id)
      return made && { id, token: made }
    },
    replace: async (rows) => {
      await tx.query(replaceStatement, arraysOf(rows, ['id', 'token']))
    },
  })
}
