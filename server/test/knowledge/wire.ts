// What is recorded of knowledge bases.
import { walkDatasets } from './ingest/walk.ts'

export const walks = { datasets: walkDatasets }
