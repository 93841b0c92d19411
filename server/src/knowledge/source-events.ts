// Events of sources, in the commit of the change. What becomes of a content is told by the events of its attachments.
import type { SourceType } from '@parley/contract'
import type { Ports } from '../base/ports.ts'
import type { TransactionStore } from '../database/store.ts'
import { addOrganizationEvent } from '../events/events.ts'

export function reportSource(
  tx: TransactionStore,
  { newId }: Pick<Ports, 'newId'>,
  type: 'source.created' | 'source.updated' | 'source.deleted',
  source: { id: string; type: SourceType; name: string },
): void {
  const { id, name } = source
  const data = { source_id: id, type: source.type, name }
  addOrganizationEvent(tx, { id: newId(), organization_id: tx.organization_id, type, subject: id, data })
}
