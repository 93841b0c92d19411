// The SQL of ratings (H12): one for each conversation.
import type { Satisfaction } from '@parley/contract'
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'

const insertStatement = statement(
  'insert_rating',
  `insert into conversation_ratings (organization_id, conversation_id, rating, comment, rated_at)
   values ($1, $2, $3, $4, clock_timestamp()) on conflict do nothing returning true`,
)

export interface NewRating {
  rating: number
  comment: string | null
}

/** False: the conversation has one. */
export async function insertRating(
  tx: Store,
  conversation_id: string,
  { rating, comment }: NewRating,
): Promise<boolean> {
  return (await tx.query(insertStatement, [tx.organization_id, conversation_id, rating, comment])).length > 0
}

const findStatement = statement(
  'find_rating',
  'select rating, comment, rated_at from conversation_ratings where organization_id = $1 and conversation_id = $2',
)

export async function findRating(store: Store, conversation_id: string): Promise<Satisfaction | null> {
  const [row] = await store.query<Satisfaction>(findStatement, [store.organization_id, conversation_id])
  return row ?? null
}
