// Reseals the secrets of webhook endpoints under the installation's new secret key.
import { type Reseal, resealRows } from '../base/sealer.ts'
import { type Executor, acrossOrganizations } from '../database/database.ts'
import { arraysOf } from '../database/rows.ts'

interface SealedEndpoint {
  id: string
  secret: Buffer
  previous_secret: Buffer | null
}

const of_all = 'a new secret key seals the secrets of all organizations'
const before_all = '00000000-0000-0000-0000-000000000000'

const readStatement = acrossOrganizations(
  of_all,
  'read_webhook_secrets_after',
  'select id, secret, previous_secret from webhook_endpoints where id > $1 order by id limit $2',
)

const replaceStatement = acrossOrganizations(
  of_all,
  'replace_webhook_secrets',
  `update webhook_endpoints kept set secret = made.secret, previous_secret = made.previous_secret
   from unnest($1::uuid[], $2::bytea[], $3::bytea[]) as made (id, secret, previous_secret)
   where kept.id = made.id`,
)

/** Returns the number of endpoints. Those that the old key cannot open stay as they are: their secrets must be rotated. */
export function resealWebhookSecrets(tx: Executor, reseal: Reseal): Promise<number> {
  return resealRows<SealedEndpoint>({
    readAfter: (after, limit) => tx.query(readStatement, [after?.id ?? before_all, limit]),
    reseal: (endpoint) => resealEndpoint(endpoint, reseal),
    replace: async (endpoints) => {
      await tx.query(replaceStatement, arraysOf(endpoints, ['id', 'secret', 'previous_secret']))
    },
  })
}

function resealEndpoint({ id, secret, previous_secret }: SealedEndpoint, reseal: Reseal): SealedEndpoint | null {
  const made = reseal(secret, id)
  return made && { id, secret: made, previous_secret: previous_secret && reseal(previous_secret, id) }
}
