// What is recorded of knowledge bases.
import { walkDatasets } from './ingest/walk.ts'
import { walkRetrievals } from './turn/walk.ts'

export const walks = { datasets: walkDatasets, retrievals: walkRetrievals }
