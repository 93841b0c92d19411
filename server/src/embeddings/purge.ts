// What embeddings has of an organization that is deleted.
import { type Purge, purgeBelow } from '../database/purge.ts'

export const purges: readonly Purge[] = [
  purgeBelow({
    parent: 'embedding_spaces',
    children: [
      ['embedding_claims', 'space_id'],
      ['vectors', 'space_id'],
    ],
  }),
]
