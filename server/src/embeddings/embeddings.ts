// The face of embeddings: which model a dataset's vectors come from, vectors of queries, stored vectors of texts, the rerank model.
// A text is embedded once in an organization and space, whatever it is part of.
export { EmbeddingFailed, type EmbeddingFault } from './failure.ts'
export type { DescribedModel, EmbeddedText, Embeddings, Space, TextSource, WantedModel } from './port.ts'
export { RerankFailed, rerank_bounds } from './rerank.ts'
export { embeddingSettings } from './settings.ts'
export {
  type OldVector,
  eraseVectors,
  findSourcesOfLeftVectors,
  forgetClaims,
  giveUpClaims,
  keepLeftVectors,
  keepVectors,
  leaveVectors,
  listLeftTexts,
  listOldVectors,
  removeVectors,
} from './vectors.ts'
