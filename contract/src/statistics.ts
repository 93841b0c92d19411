// Statistics: counts and latencies in buckets of time.
import type { Static, TSchema } from 'typebox'
import { Type } from './type.ts'
import { defineOperation } from './operation.ts'
import { conversationReadAccess } from './scopes.ts'
import { Timestamp, named, nullable, oneOf, timestampFilter } from './schema.ts'
import { bucketUnits, endReasons, turnOutcomes } from './vocabulary.ts'

/** Numbers by name; a name whose number would be 0 is absent. */
function countsBy<const Names extends readonly string[]>(names: Names, description: string) {
  const properties = Object.fromEntries(names.map((name) => [name, Type.Optional(Type.Integer())]))
  return Type.Unsafe<Partial<Record<Names[number], number>>>({ ...Type.Object(properties), description } as TSchema)
}

const Percentiles = named(
  'Percentiles',
  Type.Object({
    p50_ms: Type.Integer({ description: 'Median in milliseconds, within 5 %.' }),
    p95_ms: Type.Integer({ description: '95th percentile in milliseconds, within 5 %.' }),
  }),
)

const Latency = named(
  'Latency',
  Type.Object({
    turns: Type.Integer({ description: 'Replies whose latency was measured.' }),
    first_text: nullable(Percentiles),
    total: nullable(Percentiles),
    model_share: nullable(Type.Number({ description: 'Share of their total time spent in model calls, 0 to 1.' })),
    tools_share: nullable(Type.Number({ description: 'Share of their total time spent in tool calls, 0 to 1.' })),
  }),
)

const counts = {
  conversations: Type.Integer({ description: 'Conversations that began; those with status `token_created` have not.' }),
  user_messages: Type.Integer({ description: 'Accepted messages of end users.' }),
  replies: Type.Integer({ description: 'Turns that ended with a reply.' }),
  failed_turns: Type.Integer(),
  cancelled_turns: Type.Integer(),
  outcomes: countsBy(turnOutcomes, 'Turns that became final, by outcome; an outcome without turns is absent.'),
  ended: Type.Integer({ description: 'Conversations that ended.' }),
  end_reasons: countsBy(endReasons, 'Conversations that ended, by reason; a reason without conversations is absent.'),
  average_duration: nullable(
    Type.Number({ description: 'Average length in seconds of the conversations that ended.' }),
  ),
  input_tokens: Type.Integer(),
  output_tokens: Type.Integer(),
  latency: nullable(Latency),
}

const StatisticsCounts = named('StatisticsCounts', Type.Object(counts))
export type StatisticsCounts = Static<typeof StatisticsCounts>

const Statistics = named(
  'Statistics',
  Type.Object({
    from: Timestamp,
    to: Timestamp,
    bucket: oneOf(bucketUnits),
    time_zone: oneOf(['UTC'] as const, 'Time zone of the buckets.'),
    active_conversations: Type.Integer({ description: 'Conversations that are active now, regardless of the range.' }),
    totals: StatisticsCounts,
    buckets: Type.Array(Type.Object({ starts_at: Timestamp, ...counts }), {
      description: 'Every bucket of the range, including empty ones, oldest first.',
    }),
  }),
)

export const statisticsOperations = {
  getStatistics: defineOperation({
    id: 'getStatistics',
    method: 'GET',
    path: '/core/statistics',
    tag: 'Statistics',
    summary: 'Count conversations, replies, failures, latencies and tokens over time',
    description:
      'The range is widened to whole buckets in UTC. Everything counts at the time it happened: a conversation when it was created and when it ended, a turn when it became final, tokens when they were used. Deleting a conversation changes no count. Of imported conversations, the creation, the end and the user messages count, at the times given in the import. The response includes everything committed before the request.',
    access: conversationReadAccess,
    narrowed: true,
    audit: false,
    query: Type.Object({
      from: timestampFilter('Default: 7 days before `to`.'),
      to: timestampFilter('Exclusive. Default: now.'),
      bucket: Type.Optional(
        oneOf(
          bucketUnits,
          'At most 744 hours or 366 days. Default: hours for a range of up to 3 days, otherwise days.',
        ),
      ),
      agent_id: Type.Optional(
        Type.String({ maxLength: 512, description: 'Count only this agent. An unknown agent has no counts.' }),
      ),
    }),
    success: { status: 200, description: 'The counts, in total and by bucket.', schema: Statistics },
    errors: [],
  }),
}
