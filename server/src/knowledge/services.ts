// What the room of knowledge bases passes to its handlers, work and turn sources.
import type { Blobs } from '../blobs/blobs.ts'
import type { RootStore } from '../database/store.ts'
import type { Embeddings } from '../embeddings/embeddings.ts'
import type { EventServices } from '../events/events.ts'
import type { Found, SearchRequest } from './search/request.ts'
import type { Searches } from './search/searches.ts'

export interface Knowledge extends Pick<EventServices, 'open_streams'> {
  blobs: Blobs
  embeddings: Embeddings
  searches: Searches
  /** See `search/search.ts`. */
  search(store: RootStore, request: SearchRequest, signal: AbortSignal): Promise<Found>
}
