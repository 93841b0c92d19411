// The manifest of webhooks.
import { webhookOperations } from '@parley/contract'
import { bindRoom } from '../calls/context.ts'
import type { Core } from '../calls/core.ts'
import type { Room } from '../calls/room.ts'
import { startDeliveries } from './deliver.ts'
import { deliveries } from './metrics.ts'
import * as operations from './operations.ts'
import { webhooksWork } from './work.ts'
import { purges } from './purge.ts'

export function createWebhooks(core: Core): Room<typeof webhookOperations> {
  core.metrics.declare(deliveries)
  return {
    name: 'webhooks',
    purges,
    operations: bindRoom(null, webhookOperations, operations),
    work: [webhooksWork(core.database)],
    async start() {
      const running = startDeliveries(core, core.log)
      return { [Symbol.asyncDispose]: () => running.stop() }
    },
  }
}
