// What is recorded of knowledge bases.
import { walkChunk } from './console/walk.ts'
import { walkEmbeddings } from './embed/walk.ts'
import { walkDatasets } from './ingest/walk.ts'
import { walkRetrievals } from './turn/walk.ts'

export const walks = {
  chunks: walkChunk,
  datasets: walkDatasets,
  embeddings: walkEmbeddings,
  retrievals: walkRetrievals,
}
