// Help for the authors of agents: the room's own services.
import type { ModelCatalog } from '../models/models.ts'

export interface AuthoringServices {
  readonly models: ModelCatalog
}
