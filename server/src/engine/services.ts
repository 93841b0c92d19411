// The services that carry out turns.
import type { Core } from '../calls/core.ts'
import type { Conversations } from '../conversations/conversations.ts'
import type { ModelCatalog } from '../models/models.ts'

export interface EngineServices extends Core {
  readonly conversations: Conversations
  readonly models: ModelCatalog
}
