// The secrets of webhook endpoints under a new secret key of the installation.
import type { Executor } from '../database/database.ts'
import type { Reseal } from '../sealing/seal.ts'

const batch_size = 500
const before_all = '00000000-0000-0000-0000-000000000000'

/** Answers how many endpoints there were. Those that the old key cannot open stay as they are: their secrets are to be rotated. */
export async function resealWebhookSecrets(tx: Executor, reseal: Reseal): Promise<number> {
  let count = 0
  let after = before_all
  // Bounded: each round begins behind the one before.
  for (;;) {
    const sealed = await readSealedAfter(tx, after, batch_size)
    for (const endpoint of sealed) {
      const made = resealEndpoint(endpoint, reseal)
      if (!made) continue
      await replaceSealed(tx, made)
      count += 1
    }
    if (sealed.length < batch_size) return count
    after = sealed.at(-1)!.id
  }
}

interface SealedEndpoint {
  id: string
  secret: Buffer
  previous_secret: Buffer | null
}

function readSealedAfter({ kysely }: Executor, after: string, limit: number): Promise<SealedEndpoint[]> {
  return kysely
    .selectFrom('webhook_endpoints')
    .select(['id', 'secret', 'previous_secret'])
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
}

async function replaceSealed({ kysely }: Executor, { id, ...secrets }: SealedEndpoint): Promise<void> {
  await kysely.updateTable('webhook_endpoints').set(secrets).where('id', '=', id).execute()
}

function resealEndpoint({ id, secret, previous_secret }: SealedEndpoint, reseal: Reseal): SealedEndpoint | null {
  const made = reseal(secret, id)
  return made && { id, secret: made, previous_secret: previous_secret && reseal(previous_secret, id) }
}
