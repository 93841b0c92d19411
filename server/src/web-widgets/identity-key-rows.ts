// The keys with which a site signs its visitors. Their secrets are sealed here and opened for nothing but a check.
import { type Reseal, resealRows } from '../base/sealer.ts'
import type { Core } from '../calls/core.ts'
import { type Executor, acrossOrganizations, statement } from '../database/database.ts'
import { arraysOf } from '../database/rows.ts'
import type { Store } from '../database/store.ts'
import { requireCurrentKey } from '../sealing/secret-key.ts'

export interface IdentityKeyRecord {
  key_id: string
  created_at: string
  last_used_at: string | null
}

const columns = 'id as key_id, created_at, last_used_at'

const insertStatement = statement(
  'insert_web_widget_identity_key',
  `insert into web_widget_identity_keys (organization_id, widget_id, id, secret) values ($1, $2, $3, $4)
   returning ${columns}`,
)

/** In a transaction that holds the secret key, and the lock of the widget. */
export async function insertIdentityKey(
  store: Store,
  widget_id: string,
  key_id: string,
  sealed: Buffer,
): Promise<IdentityKeyRecord> {
  const values = [store.organization_id, widget_id, key_id, sealed]
  const [key] = await store.query<IdentityKeyRecord>(insertStatement, values)
  return key!
}

const listStatement = statement(
  'list_web_widget_identity_keys',
  `select ${columns} from web_widget_identity_keys where organization_id = $1 and widget_id = $2
   order by created_at desc, id desc`,
)

/** Newest first; there are at most two. */
export function listIdentityKeyRows(store: Store, widget_id: string): Promise<IdentityKeyRecord[]> {
  return store.query(listStatement, [store.organization_id, widget_id])
}

const deleteStatement = statement(
  'delete_web_widget_identity_key',
  'delete from web_widget_identity_keys where organization_id = $1 and widget_id = $2 and id = $3 returning id',
)

/** False if there is no such key. */
export async function deleteIdentityKeyRow(store: Store, widget_id: string, key_id: string): Promise<boolean> {
  return (await store.query(deleteStatement, [store.organization_id, widget_id, key_id])).length > 0
}

const readStatement = statement(
  'read_web_widget_identity_keys',
  'select id as key_id, secret from web_widget_identity_keys where organization_id = $1 and widget_id = $2',
)

/** With their secrets in plain text. Keys that were sealed with a lost older key are left out; throws if this node's own key was replaced. */
export async function readIdentityKeys(
  { sealers: { identity_key_sealer } }: Pick<Core, 'sealers'>,
  store: Store,
  widget_id: string,
): Promise<{ key_id: string; secret: string }[]> {
  const rows = await store.query<{ key_id: string; secret: Buffer }>(readStatement, [store.organization_id, widget_id])
  const keys = rows.flatMap(({ key_id, secret }) => {
    try {
      return [{ key_id, secret: identity_key_sealer.open(secret, key_id) }]
    } catch {
      return []
    }
  })
  if (keys.length < rows.length) await requireCurrentKey(store, identity_key_sealer)
  return keys
}

const noteStatement = statement(
  'note_use_of_web_widget_identity_key',
  `update web_widget_identity_keys set last_used_at = clock_timestamp()
   where organization_id = $1 and id = $2 and (last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute')`,
)

/** Writes at most once a minute. */
export async function noteKeyUse(store: Store, key_id: string): Promise<void> {
  await store.query(noteStatement, [store.organization_id, key_id])
}

// --- a new secret key ---

interface SealedKey {
  id: string
  secret: Buffer
}

const of_all = 'a new secret key seals the secrets of all organizations'
const before_all = '00000000-0000-0000-0000-000000000000'

const readAfterStatement = acrossOrganizations(
  of_all,
  'read_web_widget_identity_keys_after',
  'select id, secret from web_widget_identity_keys where id > $1 order by id limit $2',
)
const replaceStatement = acrossOrganizations(
  of_all,
  'replace_web_widget_identity_keys',
  `update web_widget_identity_keys kept set secret = made.secret
   from unnest($1::uuid[], $2::bytea[]) as made (id, secret) where kept.id = made.id`,
)

/** Returns the number of keys. Those that the old key cannot open do not change. */
export function resealIdentityKeys(tx: Executor, reseal: Reseal): Promise<number> {
  return resealRows<SealedKey>({
    readAfter: (after, limit) => tx.query(readAfterStatement, [after?.id ?? before_all, limit]),
    reseal: ({ id, secret }) => {
      const made = reseal(secret, id)
      return made && { id, secret: made }
    },
    replace: async (keys) => {
      await tx.query(replaceStatement, arraysOf(keys, ['id', 'secret']))
    },
  })
}
