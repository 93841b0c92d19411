// How a text is cut, from what callers write. Pure.
import { type ChunkingStrategy, chunkingMethods, knowledgeBounds, knowledgeDefaults } from '@parley/contract'
import type { FieldFault } from '../../base/faults.ts'

const { chunk_size: size } = knowledgeBounds
const aliases: Record<string, string> = { fixed: 'fixed_size', default: 'fixed_size' }
const methods: readonly string[] = [...chunkingMethods, ...Object.keys(aliases)]

/**
 * The strategy that an input means: the method, or an object with any of its fields; what is missing or null has its default. Says every
 * fault, each with its path below `path`.
 */
export function readChunking(
  input: unknown,
  path = 'chunking_strategy',
): { strategy: ChunkingStrategy } | { faults: FieldFault[] } {
  const asked = typeof input === 'string' ? { method: input } : input
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) {
    return { faults: [{ path, message: 'must be the name of a method, or an object' }] }
  }
  const fields = asked as { method?: unknown; chunk_size?: unknown; chunk_overlap?: unknown }
  const defaults = knowledgeDefaults.chunking
  const method = fields.method ?? defaults.method
  const chunk_size = fields.chunk_size ?? defaults.chunk_size
  const chunk_overlap = fields.chunk_overlap ?? defaults.chunk_overlap
  const faults: FieldFault[] = []
  if (typeof method !== 'string' || !methods.includes(method)) {
    const message = `must be one of ${methods.join(', ')}`
    faults.push({ path: typeof input === 'string' ? path : `${path}.method`, message })
  }
  const isSize = isBetween(chunk_size, size.least, size.most)
  if (!isSize) {
    faults.push({ path: `${path}.chunk_size`, message: `must be a whole number from ${size.least} to ${size.most}` })
  }
  const most = Math.floor((isSize ? chunk_size : size.most) / 2)
  if (!isBetween(chunk_overlap, 0, most)) {
    const message = `must be a whole number from 0 to ${most}, which is half of chunk_size`
    faults.push({ path: `${path}.chunk_overlap`, message })
  }
  if (faults.length > 0) return { faults }
  const name = method as string
  return {
    strategy: { method: aliases[name] ?? name, chunk_size, chunk_overlap } as ChunkingStrategy,
  }
}

function isBetween(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
}
