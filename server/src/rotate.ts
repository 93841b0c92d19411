// Rotates the installation's secret key: in every room, seals everything again that the old key sealed.
import { byCommand, secretChange, tell } from './access/audit.ts'
import type { Ports } from './base/ports.ts'
import type { Database } from './database/database.ts'
import { type KeyReplacement, type SecretKeyServices, replaceSecretKey } from './sealing/secret-key.ts'
import { resealAnswers } from './idempotency/reseal.ts'
import { createReseal, createSealers } from './sealing/seal.ts'
import { resealWebhookSecrets } from './webhooks/reseal.ts'
import { resealSecrets } from './secrets/reseal.ts'
import { resealHookTokens } from './workflows/triggers/tokens.ts'
import { resealIdentityKeys } from './web-widgets/identity-key-rows.ts'

/** The number of each that were sealed again. */
export interface Rotation {
  secrets: number
  webhooks: number
  identity_keys: number
  hooks: number
  answers: number
}

interface RotationServices extends SecretKeyServices {
  ports: Pick<Ports, 'newId' | 'randomBytes'>
}

/** Runs in one transaction with the change of the key. Running nodes with the old key then write nothing sealed, and end. */
export function rotateSecretKey(services: RotationServices): Promise<Rotation> {
  return replaceSecretKey(services, async (tx, keys) => {
    const rotation = await resealAll(tx, services, keys)
    const target = { type: 'installation', id: null, name: null } as const
    const changes = [secretChange('secret_key')]
    await tell(tx, services.ports, null, byCommand('parley secret-key rotate', target, changes))
    return rotation
  })
}

async function resealAll(tx: Database, { ports }: SecretKeyServices, { old_key, new_key }: KeyReplacement) {
  const { randomBytes } = ports
  const from = createSealers(old_key, randomBytes)
  const to = createSealers(new_key, randomBytes)
  return {
    secrets: await resealSecrets(tx, createReseal(from.secret_sealer, to.secret_sealer)),
    webhooks: await resealWebhookSecrets(tx, createReseal(from.webhook_sealer, to.webhook_sealer)),
    identity_keys: await resealIdentityKeys(tx, createReseal(from.identity_key_sealer, to.identity_key_sealer)),
    hooks: await resealHookTokens(tx, createReseal(from.hook_sealer, to.hook_sealer)),
    answers: await resealAnswers(tx, createReseal(from.sealer, to.sealer)),
  }
}
