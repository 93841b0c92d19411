// Writes how well a reply was rated to answer, and reads the newest ratings. Part of commit.ts.
import { statement } from '../../database/database.ts'
import type { Store } from '../../database/store.ts'

const rateStatement = statement(
  'rate_reply',
  `update transcript_items set metrics = metrics || jsonb_build_object('confidence', $4::double precision)
   where turn_id = $1 and conversation_id = $2 and organization_id = $3 and role = 'assistant' and metrics is not null
     and not metrics ? 'confidence'`,
)

/** Once: a rating never changes. */
export async function rateReply(
  tx: Store,
  conversation_id: string,
  turn_id: string,
  confidence: number,
): Promise<void> {
  await tx.query(rateStatement, [turn_id, conversation_id, tx.organization_id, confidence])
}

const ratingsStatement = statement(
  'newest_ratings',
  `select t.id as turn_id, (
     select (i.metrics ->> 'confidence')::double precision from transcript_items i
     where i.turn_id = t.id and i.conversation_id = t.conversation_id and i.metrics ? 'confidence' limit 1) as confidence
   from turns t where t.conversation_id = $1 and t.organization_id = $2 and t.outcome = 'reply' and t.attempts > 0
     and ($3::timestamptz is null or t.queued_at >= $3)
   order by t.sequence desc limit $4`,
)

interface RatedReply {
  turn_id: string
  /** Null: it was not rated. */
  confidence: number | null
}

/** Of the agent's newest replies since a time, the newest first. */
export function readNewestRatings(
  tx: Store,
  conversation_id: string,
  { since, most }: { since: string | null; most: number },
): Promise<RatedReply[]> {
  return tx.query(ratingsStatement, [conversation_id, tx.organization_id, since, most])
}
