// What the room of knowledge bases passes to its handlers, work and turn sources.
import type { Blobs } from '../blobs/blobs.ts'
import type { Embeddings } from '../embeddings/embeddings.ts'
import type { Searches } from './search/searches.ts'

export interface Knowledge {
  blobs: Blobs
  embeddings: Embeddings
  searches: Searches
}
