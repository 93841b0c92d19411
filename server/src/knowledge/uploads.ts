// The upload of a file: how its bytes become the content of their source.
import type { Ports } from '../base/ports.ts'
import type { TransactionStore } from '../database/store.ts'

/** Its bytes are there and the source is locked: they become its next content. */
export async function completeUpload(
  _tx: TransactionStore,
  _ports: Pick<Ports, 'newId'>,
  _source_id: string,
): Promise<void> {
  throw new Error('not built')
}
