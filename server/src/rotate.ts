// The rotation of the installation's secret key: whatever the old one sealed, in every room, is sealed with the new one.
import { type SecretKeyServices, replaceSecretKey } from './sealing/secret-key.ts'
import { resealAnswers } from './idempotency/reseal.ts'
import { createReseal, createSealers } from './sealing/seal.ts'
import { resealWebhookSecrets } from './webhooks/reseal.ts'
import { resealSecrets } from './secrets/reseal.ts'

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
