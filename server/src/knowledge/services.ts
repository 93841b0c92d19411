// What the room of knowledge bases passes to its handlers, work and turn sources.
import type { Blobs } from '../blobs/blobs.ts'
import type { Embeddings } from '../embeddings/embeddings.ts'
import type { EventServices } from '../events/events.ts'

export interface Knowledge extends EventServices {
  blobs: Blobs
  embeddings: Embeddings
}
