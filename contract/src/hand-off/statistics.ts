// Statistics of hand-offs: how many were asked for and taken, how long people took, how they were rated.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { defineOperation } from '../operation.ts'
import { conversationReadAccess } from '../scopes.ts'
import { Timestamp, named, nullable, oneOf, timestampFilter } from '../schema.ts'
import { bucketUnits } from '../vocabulary.ts'

const Seconds = Type.Object({
  p50: Type.Number({ description: 'Median in seconds.' }),
  p95: Type.Number({ description: '95th percentile in seconds.' }),
})

export const HandlingStatisticsRow = named(
  'HandlingStatisticsRow',
  Type.Object({
    from: Timestamp,
    to: { ...Timestamp, description: 'Exclusive.' },
    team: nullable(Type.String({ description: 'The key of the team; null: none, or all.' })),
    user_id: nullable(Type.String({ description: 'The member; null: nobody, or all.' })),
    requested: Type.Integer({ description: 'How often a person was asked for.' }),
    taken: Type.Integer({ description: 'How often a person took a conversation.' }),
    declined: Type.Integer({ description: 'Requests and offers that were declined.' }),
    expired: Type.Integer({ description: 'Offers and waits that were over before anybody took the conversation.' }),
    abandoned: Type.Integer({ description: 'Conversations that ended while they waited.' }),
    wait: nullable({ ...Seconds, description: 'From the request until a person took it.' }),
    first_response: nullable({ ...Seconds, description: 'From the request until a person answered.' }),
    ratings: Type.Object({
      count: Type.Integer(),
      average: nullable(Type.Number({ description: '1 to 5.' })),
    }),
  }),
)
export type HandlingStatisticsRow = Static<typeof HandlingStatisticsRow>

export const handlingStatisticsOperations = {
  getHandlingStatistics: defineOperation({
    id: 'getHandlingStatistics',
    method: 'GET',
    path: '/core/statistics/handling',
    tag: 'Statistics',
    summary: 'Count hand-offs, waits, answers and ratings over time',
    description:
      'The range is widened to whole buckets in UTC. Deleting a conversation changes no count. Rows without any count are left out.',
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
      by: Type.Optional(
        oneOf(['none', 'team', 'user'] as const, 'What has rows of its own in a bucket. Default `none`.'),
      ),
      team: Type.Optional(Type.String({ maxLength: 63, description: 'Count only this team.' })),
      user_id: Type.Optional(Type.String({ maxLength: 512, description: 'Count only this member.' })),
    }),
    success: {
      status: 200,
      description: 'The counts, by bucket, oldest first.',
      schema: Type.Object({ data: Type.Array(HandlingStatisticsRow) }),
    },
    errors: [],
  }),
}
