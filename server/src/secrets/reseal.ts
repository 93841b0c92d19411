// Seals the secrets of organizations again under a new secret key of the installation.
import { type Reseal, resealRows } from '../base/sealer.ts'
import { type Executor, statement } from '../database/database.ts'
import { arraysOf } from '../database/rows.ts'
import { contextOf } from './read-secrets.ts'

interface SealedSecret {
  organization_id: string
  name: string
  value: Buffer
}

const before_all = { organization_id: '00000000-0000-0000-0000-000000000000', name: '' }

const readStatement = statement(
  'read_secrets_after',
  `select organization_id, name, value from secrets where (organization_id, name) > ($1::uuid, $2)
   order by organization_id, name limit $3`,
)

const replaceStatement = statement(
  'replace_secrets',
  `update secrets kept set value = made.value
   from unnest($1::uuid[], $2::text[], $3::bytea[]) as made (organization_id, name, value)
   where kept.organization_id = made.organization_id and kept.name = made.name`,
)

/** Returns the number of secrets. Those that the old key cannot open do not change. */
export function resealSecrets(tx: Executor, reseal: Reseal): Promise<number> {
  return resealRows<SealedSecret>({
    readAfter: (after, limit) => {
      const { organization_id, name } = after ?? before_all
      return tx.query(readStatement, [organization_id, name, limit])
    },
    reseal: (secret) => {
      const value = reseal(secret.value, contextOf(secret.organization_id, secret.name))
      return value && { ...secret, value }
    },
    replace: async (secrets) => {
      await tx.query(replaceStatement, arraysOf(secrets, ['organization_id', 'name', 'value']))
    },
  })
}
