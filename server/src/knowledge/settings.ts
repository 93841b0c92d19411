// The settings of knowledge bases.
import type { SettingsGroup } from '../config/reader.ts'

export interface KnowledgeLimits {
  datasets: number
  sources: number
  chunks_of_organization: number
  chunks_of_source: number
  pages: number
  text_bytes: number
  unpacked_bytes: number
  conversions: number
  conversion_seconds: number
  conversion_memory_bytes: number
}

const mebibyte = 1_048_576

export const knowledgeSettings: SettingsGroup<KnowledgeLimits> = {
  settings: [
    {
      name: 'PARLEY_LIMIT_DATASETS',
      default: '200',
      meaning: 'The most datasets of an organization; a further one gets 409.',
    },
    {
      name: 'PARLEY_LIMIT_SOURCES',
      default: '50000',
      meaning: 'The most sources of an organization, pages of crawls among them; a further one gets 409.',
    },
    {
      name: 'PARLEY_LIMIT_CHUNKS_OF_ORGANIZATION',
      default: '5000000',
      meaning:
        'The most chunks of an organization that searches use or that are being prepared; a source that needs more fails with `quota_exceeded`.',
    },
    {
      name: 'PARLEY_LIMIT_CHUNKS_OF_SOURCE',
      default: '20000',
      meaning: 'The most chunks of a source in a dataset; one that needs more fails with `too_many_chunks`.',
    },
    {
      name: 'PARLEY_LIMIT_PAGES_OF_FILE',
      default: '3000',
      meaning: 'The most pages of a file; one with more fails with `too_many_pages`.',
    },
    {
      name: 'PARLEY_LIMIT_TEXT_BYTES_OF_SOURCE',
      default: String(20 * mebibyte),
      meaning: 'The largest text of a source, as converted; one with more fails with `too_large`.',
    },
    {
      name: 'PARLEY_LIMIT_UNPACKED_BYTES',
      default: String(200 * mebibyte),
      meaning: 'The most bytes that a file such as a DOCX may unpack to; one with more fails with `too_large`.',
    },
    {
      name: 'PARLEY_LIMIT_CONVERSIONS',
      default: '2',
      meaning: 'How many files each node converts at once, each in a process of its own; further ones wait.',
    },
    {
      name: 'PARLEY_LIMIT_CONVERSION_SECONDS',
      default: '120',
      meaning: 'How long the conversion of a file may take; one that takes longer fails with `conversion_timeout`.',
    },
    {
      name: 'PARLEY_LIMIT_CONVERSION_MEMORY_BYTES',
      default: String(768 * mebibyte),
      meaning: 'How much memory the conversion of a file may use; one that needs more fails with `conversion_memory`.',
    },
  ],
  read: (read) => ({
    datasets: read.integer('PARLEY_LIMIT_DATASETS', 1, 100_000),
    sources: read.integer('PARLEY_LIMIT_SOURCES', 1, 10_000_000),
    chunks_of_organization: read.integer('PARLEY_LIMIT_CHUNKS_OF_ORGANIZATION', 1, 1_000_000_000),
    chunks_of_source: read.integer('PARLEY_LIMIT_CHUNKS_OF_SOURCE', 1, 1_000_000),
    pages: read.integer('PARLEY_LIMIT_PAGES_OF_FILE', 1, 1_000_000),
    text_bytes: read.integer('PARLEY_LIMIT_TEXT_BYTES_OF_SOURCE', 1024, 256 * mebibyte),
    unpacked_bytes: read.integer('PARLEY_LIMIT_UNPACKED_BYTES', 1024, 4096 * mebibyte),
    conversions: read.integer('PARLEY_LIMIT_CONVERSIONS', 1, 64),
    conversion_seconds: read.integer('PARLEY_LIMIT_CONVERSION_SECONDS', 1, 3600),
    conversion_memory_bytes: read.integer('PARLEY_LIMIT_CONVERSION_MEMORY_BYTES', 64 * mebibyte, 65_536 * mebibyte),
  }),
}
