// What is recorded of knowledge bases.
import { walkEmbeddings } from './embed/walk.ts'
import { walkDatasets } from './ingest/walk.ts'
import { walkRetrievals } from './turn/walk.ts'

export const walks = { datasets: walkDatasets, embeddings: walkEmbeddings, retrievals: walkRetrievals }
