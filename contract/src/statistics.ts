// What happened over time: counts and latencies in buckets.
import { Type, type Static, type TSchema } from 'typebox'
import { defineOperation } from './operation.ts'
import { conversationReadAccess } from './scopes.ts'
import { Timestamp, named, nullable, oneOf, timestampFilter } from './schema.ts'
import { bucketUnits, endReasons, turnOutcomes } from './vocabulary.ts'

/** Numbers by name; a name is absent where its number would be 0. */
function countsBy<const Names extends readonly string[]>(names: Names, description: string) {
  const properties = Object.fromEntries(names.map((name) => [name, Type.Optional(Type.Integer())]))
  return Type.Unsafe<Partial<Record<Names[number], number>>>({ ...Type.Object(properties), description } as TSchema)
}

const Percentiles = named(
  'Percentiles',
  Type.Object({
    p50_ms: Type.Integer({ description: 'Half of them took no longer; milliseconds, within 5 %.' }),
    p95_ms: Type.Integer({ description: '95 % of them took no longer; milliseconds, within 5 %.' }),
  }),
)

const Latency = named(
  'Latency',
  Type.Object({
    turns: Type.Integer({ description: 'Replies whose time was taken.' }),
    first_text: nullable(Percentiles),
    total: nullable(Percentiles),
    model_share: nullable(Type.Number({ description: 'Of the time of all of them: in model calls, 0 to 1.' })),
    tools_share: nullable(Type.Number({ description: 'Of the time of all of them: in tool calls, 0 to 1.' })),
  }),
)

const counts = {
  conversations: Type.Integer({ description: 'Begun; `token_created` ones are not yet.' }),
  user_messages: Type.Integer({ description: 'Accepted.' }),
  replies: Type.Integer({ description: 'Turns that ended with a reply.' }),
  failed_turns: Type.Integer(),
  cancelled_turns: Type.Integer(),
  outcomes: countsBy(turnOutcomes, 'Turns that became final, by outcome; absent: none.'),
  ended: Type.Integer({ description: 'Conversations that ended.' }),
  end_reasons: countsBy(endReasons, 'Conversations that ended, by reason; absent: none.'),
  average_duration: nullable(Type.Number({ description: 'Seconds, over the conversations that ended.' })),
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
    time_zone: oneOf(['UTC'] as const, 'Of the buckets.'),
    active_conversations: Type.Integer({ description: 'Now, whatever the range.' }),
    totals: StatisticsCounts,
    buckets: Type.Array(Type.Object({ starts_at: Timestamp, ...counts }), {
      description: 'Every bucket of the range, oldest first; also those in which nothing happened.',
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
      'The range is widened to whole buckets, in UTC. What is counted is what happened, when it happened: a conversation when it was created and when it ended, a turn when it became final, tokens when they were used. Nothing of it goes when a conversation is deleted. Of conversations that were brought in, their creation, their end and their user messages count, at the times that they name. The numbers are those of everything that was committed before.',
    access: conversationReadAccess,
    narrowed: true,
    query: Type.Object({
      from: timestampFilter('Default: 7 days before `to`.'),
      to: timestampFilter('Not in the range. Default: now.'),
      bucket: Type.Optional(
        oneOf(
          bucketUnits,
          'At most 744 hours or 366 days. Default: hours for a range of up to 3 days, days for a longer one.',
        ),
      ),
      agent_id: Type.Optional(
        Type.String({ maxLength: 512, description: 'Of one agent; one that is not there has nothing.' }),
      ),
    }),
    success: { status: 200, description: 'The counts, in all and in buckets.', schema: Statistics },
    errors: [],
  }),
}
