// Which index finds near vectors: sign bits, or for large datasets that of pgvector, if the database has it.
import type { Core } from '../../calls/core.ts'
import { ConfigError } from '../../config/config.ts'
import { type Executor, acrossOrganizations } from '../../database/database.ts'
import { searchSettings } from './settings.ts'

export interface VectorIndex {
  /** Sign bits until the start has asked the database. */
  kind: 'sign_bits' | 'pgvector'
  /** Datasets of fewer chunks need no index: the signs of all are read as quickly. */
  readonly least_chunks: number
}

export const least_indexed_chunks = 20_000

const extensionStatement = acrossOrganizations(
  'an extension belongs to the whole database',
  'find_vector_extension',
  `select extversion as version, to_regtype('halfvec') is not null as is_visible from pg_extension where extname = 'vector'`,
)

interface Extension {
  version: string
  is_visible: boolean
}

/** Throws a `ConfigError` if the settings want an index that the database does not have. */
export async function chooseVectorIndex({
  config,
  database,
}: Pick<Core, 'config' | 'database'>): Promise<VectorIndex['kind']> {
  const { vector_index } = config.of(searchSettings)
  if (vector_index === 'sign_bits') return 'sign_bits'
  const lacks = await findLack(database)
  if (lacks === null) return 'pgvector'
  if (vector_index === 'auto') return 'sign_bits'
  throw new ConfigError([`PARLEY_VECTOR_INDEX=pgvector cannot be used: ${lacks}; or set auto or sign_bits`])
}

/** Null: nothing; the extension can be used. */
async function findLack(database: Executor): Promise<string | null> {
  const [found] = await database.query<Extension>(extensionStatement, [])
  if (!found) return 'the database lacks the extension vector. Create it there with `create extension vector`'
  if (!isRecent(found.version))
    return `the database has version ${found.version} of the extension vector, and 0.8 is needed. Update it with \`alter extension vector update\``
  if (!found.is_visible)
    return 'the extension vector is in a schema that is not in the search_path of the database user'
  return null
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 0 || minor >= 8
}
