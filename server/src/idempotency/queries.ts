// The SQL of idempotency keys. A row is written by the transaction of the effect that it represents.
import { type Executor, acrossOrganizations } from '../database/database.ts'
import { arraysOf, rowsOf } from '../database/rows.ts'

/** A key as a request sends it. */
export interface RequestKey {
  /** The organization, or the user or conversation if the credential is limited to that. */
  namespace: string
  key: string
  /** Of the request and the permissions of its caller. */
  fingerprint: Buffer
}

/** The effect of a request with this key. */
export interface BoundKey {
  fingerprint: Buffer
  conversation_id: string | null
  turn_id: string | null
  /** Sealed; null if the answer is read from stored data, or is not known yet. */
  answer: Buffer | null
}

export interface Binding {
  conversation_id?: string | null
  turn_id?: string | null
}

const of_namespace = 'a key has a namespace, which is an organization or narrower'

const findStatement = acrossOrganizations(
  of_namespace,
  'find_idempotency_key',
  `select wanted.call, kept.fingerprint, kept.conversation_id, kept.turn_id, kept.answer
   from ${rowsOf('wanted', 'namespace uuid, key text')}
   join idempotency_keys kept on kept.namespace = wanted.namespace and kept.key = wanted.key
   where kept.expires_at > clock_timestamp()`,
)

export async function findKey(executor: Executor, { namespace, key }: RequestKey): Promise<BoundKey | null> {
  const [row] = await executor.lookUp<BoundKey>(findStatement, [namespace, key], namespace)
  return row ?? null
}

/** Whether no other transaction is about to bind the key. Holds it until this one is over, and does not wait. */
export const isFree = `pg_try_advisory_xact_lock(hashtextextended('idempotency key ' || namespace || ' ' || key, 0))`

/** For statements that bind the keys of several calls: they give up where one of them would make the others wait. */
export const waitBriefly = `set_config('lock_timeout', '100ms', true)`

/**
 * Binds the keys of rows with `is_free`, and returns those that it has bound. Waits for no transaction, except of the previous version of
 * the server, which takes no such lock; rows are in the order of keys, so that no two transactions deadlock.
 */
export const bindFrom = (rows: string) => `insert into idempotency_keys as kept
       (namespace, key, fingerprint, conversation_id, turn_id, expires_at)
     select namespace, key, fingerprint, conversation_id, turn_id, clock_timestamp() + interval '24 hours'
     from ${rows} where is_free order by namespace, key
     on conflict (namespace, key) do update
       set fingerprint = excluded.fingerprint, conversation_id = excluded.conversation_id, turn_id = excluded.turn_id,
           answer = null, expires_at = excluded.expires_at
       where kept.expires_at <= clock_timestamp()
     returning namespace, key`

const insertStatement = acrossOrganizations(
  of_namespace,
  'bind_idempotency_keys',
  `with wanted as materialized (
     select namespace, key, fingerprint, conversation_id, turn_id, ${isFree} as is_free
     from ${rowsOf('sent', 'namespace uuid, key text, fingerprint bytea, conversation_id uuid, turn_id uuid')}
   ), bound as (
     ${bindFrom('wanted')}
   )
   select wanted.namespace, wanted.key,
          case when not is_free then 'busy' when bound.key is null then 'taken' else 'bound' end as outcome
   from wanted left join bound on bound.namespace = wanted.namespace and bound.key = wanted.key`,
)

export interface NewBinding {
  request: RequestKey
  to: Binding
}

/** `taken`: another request has bound the key; `busy`: a transaction may be about to. */
export type BindOutcome = 'bound' | 'taken' | 'busy'

/** Outcomes in the order of the bindings, whose keys are all different. */
export async function insertKeys(executor: Executor, bindings: NewBinding[]): Promise<BindOutcome[]> {
  const rows = bindings.map(({ request, to: { conversation_id = null, turn_id = null } }) => {
    return { ...request, conversation_id, turn_id }
  })
  const values = arraysOf(rows, ['namespace', 'key', 'fingerprint', 'conversation_id', 'turn_id'])
  type Row = Pick<RequestKey, 'namespace' | 'key'> & { outcome: BindOutcome }
  const found = await executor.query<Row>(insertStatement, values)
  const nameOf = ({ namespace, key }: Pick<RequestKey, 'namespace' | 'key'>) => `${namespace} ${key}`
  const outcomes = new Map(found.map((row) => [nameOf(row), row.outcome]))
  return bindings.map(({ request }) => outcomes.get(nameOf(request))!)
}

// Waits for a rotation of the secret key, and then writes nothing that was sealed with the old one.
const settleStatement = acrossOrganizations(
  of_namespace,
  'settle_idempotency_key',
  `update idempotency_keys set answer = coalesce(answer, $3)
   where namespace = $1 and key = $2 and (select hold_secret_key($4)) returning answer`,
)

/**
 * Stores the first answer and returns the stored one; null if the key is not bound (any more), or the secret key that sealed the
 * answer was replaced.
 */
export async function settleKey(
  executor: Executor,
  { namespace, key }: RequestKey,
  { answer, key_fingerprint }: { answer: Buffer; key_fingerprint: string },
): Promise<Buffer | null> {
  const [row] = await executor.query<{ answer: Buffer }>(settleStatement, [namespace, key, answer, key_fingerprint])
  return row?.answer ?? null
}

const readAnswersStatement = acrossOrganizations(
  of_namespace,
  'read_idempotent_answers',
  `select namespace, key, answer from idempotency_keys
   where (namespace, key) > ($1::uuid, $2) and answer is not null and expires_at > now() order by namespace, key limit $3`,
)

export interface KeptAnswer {
  namespace: string
  key: string
  answer: Buffer
}

/** The stored answers, by their place in the table's order. */
export function readAnswersAfter(
  executor: Executor,
  after: Pick<KeptAnswer, 'namespace' | 'key'>,
  limit: number,
): Promise<KeptAnswer[]> {
  return executor.query(readAnswersStatement, [after.namespace, after.key, limit])
}

const replaceAnswersStatement = acrossOrganizations(
  of_namespace,
  'replace_idempotent_answers',
  `update idempotency_keys kept set answer = made.answer
   from unnest($1::uuid[], $2::text[], $3::bytea[]) as made (namespace, key, answer)
   where kept.namespace = made.namespace and kept.key = made.key`,
)

export async function replaceAnswers(executor: Executor, answers: KeptAnswer[]): Promise<void> {
  await executor.query(replaceAnswersStatement, arraysOf(answers, ['namespace', 'key', 'answer']))
}

const forgetStatement = acrossOrganizations(
  of_namespace,
  'forget_answers',
  'update idempotency_keys set answer = null where conversation_id = $1 and answer is not null',
)

/** Removes the answers that may contain a conversation's content. */
export async function forgetAnswers(executor: Executor, conversation_id: string): Promise<void> {
  await executor.query(forgetStatement, [conversation_id])
}

const deleteStatement = acrossOrganizations(
  of_namespace,
  'delete_expired_keys',
  `delete from idempotency_keys where expires_at <= clock_timestamp() and ctid = any(array(
     select ctid from idempotency_keys where expires_at <= clock_timestamp() order by expires_at limit $1))
   returning 1`,
)

/** Returns the number of deleted rows; if it equals the limit, there may be more. */
export async function deleteExpiredKeys(executor: Executor, limit: number): Promise<number> {
  return (await executor.query(deleteStatement, [limit])).length
}

const otherHolderStatement = acrossOrganizations(
  of_namespace,
  'is_namespace_taken',
  `select wanted.call from ${rowsOf('wanted', 'id uuid')}
   where exists (select from organizations where id = wanted.id) or exists (select from users where id = wanted.id)
      or exists (select from sessions where id = wanted.id)`,
)

/** Whether the id of a conversation is also that of an organization, a user or a session. */
export async function hasOtherHolder(executor: Executor, conversation_id: string): Promise<boolean> {
  return (await executor.lookUp(otherHolderStatement, [conversation_id], conversation_id)).length > 0
}
