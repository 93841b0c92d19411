// The room's own services.
import type { RateDecision } from '../calls/rate-limit.ts'
import type { OutboundClient } from '../outbound/client.ts'

export interface WebWidgets {
  /** For pages of sites: hosts that are open to tools are not open here. */
  readonly outbound: OutboundClient
  /** Counts an auto-brand of the organization, on this node. */
  takeBrand(organization_id: string): RateDecision
}
