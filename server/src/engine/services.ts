// What carrying out turns needs.
import type { Core } from '../calls/core.ts'
import type { Conversations } from '../conversations/conversations.ts'
import type { ModelCatalog } from '../models/catalog.ts'
import type { McpListings } from './tools/mcp/listings.ts'

export interface EngineServices extends Core {
  readonly conversations: Conversations
  readonly models: ModelCatalog
  /** Which tools remote servers have. */
  readonly mcp_listings: McpListings
}
