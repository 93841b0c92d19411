// What is recorded of knowledge bases.
import { walkEmbeddings } from './embed/walk.ts'
import { walkDatasets } from './ingest/walk.ts'

export const walks = { datasets: walkDatasets, embeddings: walkEmbeddings }
