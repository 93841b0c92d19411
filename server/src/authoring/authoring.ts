// Help for the authors of agents: what the room has for itself.
import type { ModelCatalog } from '../models/catalog.ts'

export interface AuthoringServices {
  readonly models: ModelCatalog
}
