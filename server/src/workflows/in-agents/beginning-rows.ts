// The rows of conversations that begin when an execution has ended.
import { type Executor, type Pipeline, acrossOrganizations, statement } from '../../database/database.ts'
import type { Store, TransactionStore } from '../../database/store.ts'

/** Its subject is the conversation. */
export const begin_work = 'begin_conversation'

export interface BeginningRow {
  execution_id: string | null
  due_at: string
  /** Milliseconds until then, by the database's clock; 0: it is over. */
  left_ms: number
  rejects: boolean
  applied_at: string | null
}

const insertStatement = statement(
  'insert_beginning',
  `insert into workflow_beginnings (organization_id, conversation_id, execution_id, due_at, rejects)
   values ($1, $2, $3, clock_timestamp() + $4::double precision * interval '1 millisecond', $5)`,
)

export function insertBeginning(
  tx: Pipeline & { organization_id: string },
  given: Pick<BeginningRow, 'execution_id' | 'rejects'> & { conversation_id: string; in_ms: number },
): void {
  const { conversation_id, execution_id, in_ms, rejects } = given
  tx.send(insertStatement, [tx.organization_id, conversation_id, execution_id, in_ms, rejects])
}

const columns = `execution_id, due_at, rejects, applied_at,
  greatest(0, milliseconds_of(due_at) - milliseconds_of(clock_timestamp())) as left_ms`

const readStatement = statement(
  'read_beginning',
  `select ${columns} from workflow_beginnings where organization_id = $1 and conversation_id = $2`,
)

/** Null: nothing had to be done before the conversation. */
export async function readBeginningRow(store: Store, conversation_id: string): Promise<BeginningRow | null> {
  const [row] = await store.query<BeginningRow>(readStatement, [store.organization_id, conversation_id])
  return row ?? null
}

const applyStatement = statement(
  'apply_beginning',
  `update workflow_beginnings set applied_at = clock_timestamp()
   where organization_id = $1 and conversation_id = $2 and applied_at is null returning conversation_id`,
)

/** False: it has been applied before. */
export async function applyBeginning(tx: TransactionStore, conversation_id: string): Promise<boolean> {
  return (await tx.query(applyStatement, [tx.organization_id, conversation_id])).length > 0
}

const forgetStatement = acrossOrganizations(
  'old rows of all organizations are deleted',
  'forget_beginnings',
  `delete from workflow_beginnings where conversation_id = any(array(
     select conversation_id from workflow_beginnings where applied_at < clock_timestamp() - interval '48 hours'
     order by applied_at limit $1))`,
)

/** A call may be repeated with its key for a day. */
export async function forgetBeginnings(executor: Executor, limit: number): Promise<void> {
  await executor.query(forgetStatement, [limit])
}
