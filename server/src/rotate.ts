// The rotation of the installation's secret key: whatever the old one sealed, in every room, is sealed with the new one.
import { type SecretKeyServices, replaceSecretKey } from './sealing/secret-key.ts'
import type { Executor } from './database/database.ts'
import { resealAnswers } from './idempotency/reseal.ts'
import { type Reseal, createReseal, createSealers } from './sealing/seal.ts'
import { resealWebhookSecrets } from './webhooks/reseal.ts'
import { readSealedAfter, replaceSealed } from './secrets/queries.ts'
import { contextOf } from './secrets/read-secrets.ts'

const batch_size = 500
const before_all = { organization_id: '00000000-0000-0000-0000-000000000000', name: '' }

/** How many of each were sealed anew. */
export interface Rotation {
  secrets: number
  webhooks: number
  answers: number
}

/** One transaction with the change of the key. Running nodes with the old one write nothing sealed from then on, and end. */
export function rotateSecretKey(services: SecretKeyServices): Promise<Rotation> {
  return replaceSecretKey(services, async (tx, { old_key, new_key }) => {
    const { randomBytes } = services.ports
    const from = createSealers(old_key, randomBytes)
    const to = createSealers(new_key, randomBytes)
    return {
      secrets: await resealSecrets(tx, createReseal(from.secret_sealer, to.secret_sealer)),
      webhooks: await resealWebhookSecrets(tx, createReseal(from.webhook_sealer, to.webhook_sealer)),
      answers: await resealAnswers(tx, createReseal(from.sealer, to.sealer)),
    }
  })
}

async function resealSecrets(tx: Executor, reseal: Reseal): Promise<number> {
  let count = 0
  let after = before_all
  // Bounded: each round begins behind the one before.
  for (;;) {
    const sealed = await readSealedAfter(tx, after, batch_size)
    for (const { organization_id, name, value } of sealed) {
      const made = reseal(value, contextOf(organization_id, name))
      if (!made) continue
      await replaceSealed(tx, { organization_id, name, value: made })
      count += 1
    }
    if (sealed.length < batch_size) return count
    after = sealed.at(-1)!
  }
}
