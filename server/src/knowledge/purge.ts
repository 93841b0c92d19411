// What knowledge bases have of an organization that is deleted.
import { type Executor, acrossOrganizations, statement } from '../database/database.ts'
import { type Purge, purgeBelow, purgeTable } from '../database/purge.ts'

const findIndexesStatement = statement(
  'purge_find_vector_indexes',
  'select number from vector_indexes where organization_id = $1 limit 10',
)
const dropIndexStatement = acrossOrganizations('its number identifies it', 'purge_vector_index', 'select drop_vector_index($1)')

/** Each has a table of its own. */
const vectorIndexes: Purge = {
  tables: ['vector_indexes'],
  async run(tx) {
    const found = await tx.query<{ number: number }>(findIndexesStatement, [tx.organization_id])
    const executor: Executor = tx
    for (const { number } of found) await executor.query(dropIndexStatement, [number])
    return found.length > 0
  },
}

export const purges: readonly Purge[] = [
  vectorIndexes,
  purgeBelow({
    parent: 'crawls',
    children: [['crawl_addresses', 'crawl_id']],
  }),
  purgeBelow({
    parent: 'dataset_sources',
    children: [],
  }),
  purgeBelow({
    parent: 'generations',
    children: [
      ['chunk_signs', 'generation', 'number'],
      ['word_groups', 'generation', 'number'],
      ['signed_generations', 'generation', 'number'],
      ['searched_generations', 'generation_id'],
      ['generation_spaces', 'generation_id'],
      ['chunks', 'generation_id'],
    ],
  }),
  purgeTable('held_chunks'),
  purgeTable('vector_centres'),
  purgeBelow({
    parent: 'sources',
    children: [
      ['crawled_pages', 'source_id'],
      ['source_contents', 'source_id'],
    ],
  }),
  purgeBelow({ parent: 'datasets', children: [['dataset_words', 'dataset_id']] }),
]
