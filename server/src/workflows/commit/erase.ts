// A conversation's part of its executions: when its content is deleted or purged, open ones are cancelled and the payloads of all of them
// are removed, in the same commit. Status and times stay.
import { statement } from '../../database/database.ts'
import type { Store, TransactionStore } from '../../database/store.ts'
import { type ChangeServices, changeWithin } from './change.ts'

const openStatement = statement(
  'open_executions_of_conversation',
  `select id from workflow_executions where organization_id = $1 and conversation_id = $2 and finished_at is null order by id`,
)

const eraseVisitsStatement = statement(
  'erase_visits',
  `update workflow_visits v set input = null, output = null, answers = null, logs = null
   from workflow_executions e where e.organization_id = $1 and e.conversation_id = $2 and v.execution_id = e.id`,
)

const eraseStatement = statement(
  'erase_executions',
  `update workflow_executions set input = null, output = null, is_erased = true, holds_output = false
   where organization_id = $1 and conversation_id = $2`,
)

export async function eraseExecutions(
  services: ChangeServices,
  tx: TransactionStore,
  conversation_id: string,
): Promise<void> {
  const key = [tx.organization_id, conversation_id]
  for (const { id } of await tx.query<{ id: string }>(openStatement, key)) {
    await changeWithin(services, tx, 'cancel', id, { type: 'cancelled', reason: 'conversation_deleted' })
  }
  tx.send(eraseVisitsStatement, key)
  tx.send(eraseStatement, key)
}

const releaseStatement = statement(
  'release_output_of_execution',
  `update workflow_executions set input = null, output = null, is_erased = true, holds_output = false
   where organization_id = $1 and id = $2 and holds_output`,
)

/** Its caller has read the output of an execution whose content is not kept. */
export async function releaseOutput(store: Store, id: string): Promise<void> {
  await store.query(releaseStatement, [store.organization_id, id])
}
