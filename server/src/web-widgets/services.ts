// The room's own services.
import type { RateDecision } from '../calls/rate-limit.ts'
import type { Conversations } from '../conversations/conversations.ts'
import type { OutboundClient } from '../outbound/client.ts'
import type { Captcha } from './captcha.ts'
import type { Counting } from './counting.ts'
import type { VisitorDoor } from './visitor-access.ts'
import type { VisitorTokens } from './visitor-tokens.ts'

export interface WebWidgets {
  readonly conversations: Conversations
  readonly tokens: VisitorTokens
  readonly door: VisitorDoor
  readonly counting: Counting
  readonly captcha: Captcha
  readonly sites: Sites
}

/** The addresses where the first page of a domain may be, in the order in which they are asked. */
export type FirstPages = (domain: string) => string[]

/** What looks at websites. */
export interface Sites {
  readonly first_pages: FirstPages
  /** Hosts that are open to tools are not open here. */
  readonly outbound: OutboundClient
  /** Counts an auto-brand of the organization, on this node. */
  takeBrand(organization_id: string): RateDecision
}
