// How a caller writes a chunking strategy, and which one counts. Pure.
import { type ChunkingInput, type ChunkingMethod, type ChunkingStrategy, knowledgeDefaults } from '@parley/contract'
import type { FieldFault } from '../../base/faults.ts'

const methods: Record<string, ChunkingMethod> = {
  __proto__: null as never,
  fixed_size: 'fixed_size',
  fixed: 'fixed_size',
  default: 'fixed_size',
  structure_based: 'structure_based',
}

/** The whole strategy; null: none was given. The schema has checked its fields. */
export function readChunking(input: ChunkingInput | null | undefined): ChunkingStrategy | null {
  if (input === null || input === undefined) return null
  const given = typeof input === 'string' ? { method: input } : input
  const { chunking } = knowledgeDefaults
  return {
    method: methods[given.method ?? chunking.method] ?? chunking.method,
    chunk_size: given.chunk_size ?? chunking.chunk_size,
    chunk_overlap: given.chunk_overlap ?? chunking.chunk_overlap,
  }
}

export function faultsOfChunking(strategy: ChunkingStrategy | null, path = 'chunking_strategy'): FieldFault[] {
  if (strategy === null || strategy.chunk_overlap <= strategy.chunk_size / 2) return []
  return [{ path: `${path}.chunk_overlap`, message: 'must be at most half of chunk_size' }]
}

/** The attachment's, else the source's, else the dataset's. */
export function effectiveChunking(...given: (ChunkingStrategy | null)[]): ChunkingStrategy {
  return given.find((strategy) => strategy !== null) ?? { ...knowledgeDefaults.chunking }
}

export function isSameChunking(one: ChunkingStrategy | null, other: ChunkingStrategy | null): boolean {
  if (one === null || other === null) return one === other
  return one.method === other.method && one.chunk_size === other.chunk_size && one.chunk_overlap === other.chunk_overlap
}
