// Creates one agent or workflow for a key, even when two runs do so at once.
import { type Client, ApiError } from '@parley/sdk'
import { ClientError } from '../client/faults.ts'
import { keyOf, metadataFor } from './key.ts'
import type { Described, Kind, Resource } from './kind.ts'
import { readAll } from './names.ts'

/** How often one key can be created and deleted within 24 hours, the lifetime of an idempotency key. */
const max_creations = 50

/**
 * The idempotency key is derived from the key. If what an idempotency key created was deleted since, the next idempotency key is
 * tried.
 */
export async function createOnce<D extends Described, R extends Resource>(
  client: Client,
  kind: Kind<D, R>,
  definition: D,
): Promise<R> {
  const { key } = definition
  for (let count = 0; count < max_creations; count += 1) {
    let wasReplayed = false
    const repeated = {
      idempotency_key: `parley-${kind.noun}s-apply:${key}:${count}`,
      onReplay: () => (wasReplayed = true),
    }
    try {
      const created = await kind.create(client, definition, metadataFor(definition, null), repeated)
      if (!wasReplayed) return created
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'idempotency_key_reused') throw error
    }
    const found = (await readAll(kind.noun, (page) => kind.list(client, page))).find((one) => keyOf(one) === key)
    if (found) return found
  }
  throw new ClientError(
    `${key} was created and deleted more than ${max_creations} times within 24 hours; use another key`,
  )
}
