// What a build of an attachment begins with. Pure.
import type { AttachmentStatus, ChunkingStrategy, DatasetLanguage, SourceStatus } from '@parley/contract'
import { effectiveChunking } from './chunking.ts'
import { stemmerOf } from './stemmer.ts'
import { type Reason, exhausted, isExhausted } from './tries.ts'

export interface PlannedAttachment {
  status: AttachmentStatus
  chunking: ChunkingStrategy | null
  tries: number
}

export interface PlannedSource {
  source_status: SourceStatus
  source_reason: Reason | null
  source_chunking: ChunkingStrategy | null
  dataset_chunking: ChunkingStrategy | null
  dataset_language: DatasetLanguage
  text_blob_id: string | null
  text_language: string | null
}

export type BuildPlan =
  /** It is over, or the source's conversion asks for it again. */
  | { next: 'nothing' }
  | { next: 'fail'; reason: Reason }
  | { next: 'build'; of: { text_blob_id: string; chunking: ChunkingStrategy; language: string } }

export function planBuild(attachment: PlannedAttachment, source: PlannedSource): BuildPlan {
  const { status, tries } = attachment
  if (status === 'ready' || status === 'failed') return { next: 'nothing' }
  if (source.source_status === 'failed' && source.source_reason) return { next: 'fail', reason: source.source_reason }
  const { text_blob_id } = source
  if (source.source_status !== 'ready' || text_blob_id === null) return { next: 'nothing' }
  if (isExhausted(tries)) return { next: 'fail', reason: exhausted }
  const chunking = effectiveChunking(attachment.chunking, source.source_chunking, source.dataset_chunking)
  const language = stemmerOf(source.dataset_language, source.text_language)
  return { next: 'build', of: { text_blob_id, chunking, language } }
}
