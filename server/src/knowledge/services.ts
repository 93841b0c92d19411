// What the room of knowledge bases passes to its handlers, work and turn sources.
import type { Embeddings } from '../embeddings/embeddings.ts'
import type { EventServices } from '../events/events.ts'

export interface Knowledge extends EventServices {
  embeddings: Embeddings
}
