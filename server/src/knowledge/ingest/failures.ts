// Marks attachments as failed. What they serve stays; what was being built is erased.
import { statement } from '../../database/database.ts'
import type { TransactionStore } from '../../database/store.ts'
import { addOrganizationEvent } from '../../events/events.ts'
import type { Reason } from '../rules/tries.ts'
import type { IdPort } from './detach.ts'
import { requestErasing } from './requests.ts'

export interface FailedAttachment {
  id: string
  dataset_id: string
  source_id: string
  name: string
  tries: number
}

const fail = (name: string, which: string) =>
  statement(
    name,
    `with failing as (
       select a.id, s.name from dataset_sources a join sources s on s.id = a.source_id
       where a.organization_id = $1 and ${which} order by a.id for update of a
     )
     update dataset_sources a
     set status = 'failed', reason_code = $3, reason = $4, next_try_at = null, updated_at = clock_timestamp(),
         tries = greatest(a.tries, $5)
     from failing where a.organization_id = $1 and a.id = failing.id
     returning a.id, a.dataset_id, a.source_id, a.tries, failing.name`,
  )

const waitingStatement = fail(
  'fail_waiting_dataset_sources',
  `a.source_id = $2 and a.status not in ('ready', 'failed')`,
)
const oneStatement = fail('fail_dataset_source', `a.id = $2 and a.status not in ('ready', 'failed')`)

/** All of the source that are not ready. The source is locked. */
export async function failWaitingAttachments(
  tx: TransactionStore,
  ports: IdPort,
  source_id: string,
  reason: Reason,
  tries: number,
): Promise<void> {
  const values = [tx.organization_id, source_id, reason.code, reason.message, tries]
  await end(tx, ports, reason, await tx.query<FailedAttachment>(waitingStatement, values))
}

/** One that is not ready. */
export async function failAttachment(tx: TransactionStore, ports: IdPort, id: string, reason: Reason): Promise<void> {
  const values = [tx.organization_id, id, reason.code, reason.message, 0]
  await end(tx, ports, reason, await tx.query<FailedAttachment>(oneStatement, values))
}

const abandonStatement = statement(
  'abandon_failed_builds',
  `update generations set state = 'gone', ended_at = clock_timestamp()
   where organization_id = $1 and dataset_source_id = any($2::uuid[]) and state = 'building' returning id`,
)

async function end(
  tx: TransactionStore,
  { newId }: IdPort,
  reason: Reason,
  failed: readonly FailedAttachment[],
): Promise<void> {
  if (failed.length === 0) return
  const { organization_id } = tx
  const abandoned = await tx.query(abandonStatement, [organization_id, failed.map(({ id }) => id)])
  if (abandoned.length > 0) requestErasing(tx)
  for (const { id, dataset_id, source_id, name, tries } of failed) {
    const data = { dataset_source_id: id, dataset_id, source_id, name, reason: { ...reason }, tries }
    addOrganizationEvent(tx, { id: newId(), organization_id, type: 'dataset_source.failed', subject: id, data })
  }
}
