// Help for the authors of agents: what the room has for itself.
import type { ModelCatalog } from '../models/models.ts'

export interface AuthoringServices {
  readonly models: ModelCatalog
}
