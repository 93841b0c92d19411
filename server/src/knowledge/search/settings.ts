// The settings of how near vectors are found.
import type { SettingsGroup } from '../../config/reader.ts'

const choices = ['auto', 'sign_bits', 'pgvector'] as const

export interface SearchConfig {
  vector_index: (typeof choices)[number]
  /** Of signs that a node keeps in memory. */
  sign_bytes: number
}

const name = 'PARLEY_VECTOR_INDEX'
const memory = 'PARLEY_LIMIT_SEARCH_MEMORY_BYTES'

export const searchSettings: SettingsGroup<SearchConfig> = {
  settings: [
    {
      name,
      default: 'auto',
      meaning:
        'How the nearest vectors are found. `sign_bits` reads the signs of all vectors of a dataset and needs no extension. `pgvector` gives each dataset of 20,000 chunks or more an HNSW index, which is read unless the node has the signs of the dataset in memory (`PARLEY_LIMIT_SEARCH_MEMORY_BYTES`), and needs the PostgreSQL extension `vector`, version 0.8 or later. `auto` uses that extension if it is installed. Set it alike on all nodes.',
    },
    {
      name: memory,
      default: String(64 * 1_048_576),
      meaning:
        'How much memory each node uses for the signs of vectors that its searches compare, which it then need not read again: about 105 bytes a chunk of 768 dimensions. `0`: none; the database compares them, which takes longer.',
    },
  ],
  read(read) {
    const given = read.text(name) ?? 'auto'
    const vector_index = choices.find((choice) => choice === given)
    if (!vector_index) read.fault(`${name} must be auto, sign_bits or pgvector, not "${given}"`)
    if (vector_index === 'pgvector' && read.text('DATABASE_URL') === undefined) {
      read.fault(
        `${name}=pgvector requires DATABASE_URL, because the private PostgreSQL has no pgvector; set auto or sign_bits to use that one`,
      )
    }
    return { vector_index: vector_index ?? 'auto', sign_bytes: read.integer(memory, 0, 64 * 1024 ** 3) }
  },
}
