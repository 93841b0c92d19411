// What webhooks have of an organization that is deleted.
import { type Purge, purgeBelow } from '../database/purge.ts'

export const purges: readonly Purge[] = [
  purgeBelow({
    parent: 'webhook_endpoints',
    children: [
      ['webhook_arrivals', 'endpoint_id'],
      ['webhook_lanes', 'endpoint_id'],
      ['webhook_deliveries', 'endpoint_id'],
    ],
  }),
]
