// The events of an organization that belong to no conversation, as pages and as a stream.
import { Type } from './type.ts'
import { type OrganizationEventData, organizationEventData } from './events.ts'
import { defineOperation } from './operation.ts'
import { Id, Timestamp, named } from './schema.ts'
import { type OrganizationEventType, organizationEventTypes } from './vocabulary.ts'

const fields = {
  id: Id,
  organization_id: Id,
  sequence: Type.Integer({ description: '1, 2, 3 … within the organization, without gaps.' }),
  occurred_at: Timestamp,
}

interface Fields {
  id: string
  organization_id: string
  sequence: number
  occurred_at: string
}

/** `data` depends on `type`. */
export type OrganizationEvent = {
  [T in OrganizationEventType]: Fields & { type: T; data: OrganizationEventData<T> }
}[OrganizationEventType]

export const OrganizationEvent = named(
  'OrganizationEvent',
  Type.Unsafe<OrganizationEvent>({
    oneOf: organizationEventTypes.map((type) =>
      Type.Object({ ...fields, type: Type.Literal(type), data: organizationEventData[type] }),
    ),
  }),
)

/** An event of the stream. Its `id` is the event's `sequence`. */
export type OrganizationStreamEvent = {
  [T in OrganizationEventType]: { event: T; id: number; data: Extract<OrganizationEvent, { type: T }> }
}[OrganizationEventType]

const streamData = Object.fromEntries(organizationEventTypes.map((type) => [type, OrganizationEvent]))

export const organizationEventOperations = {
  listOrganizationEvents: defineOperation({
    id: 'listOrganizationEvents',
    method: 'GET',
    path: '/admin/events',
    tag: 'Webhooks',
    summary: 'List or stream the events of the organization',
    description:
      'What happened to what belongs to no conversation, such as datasets, their sources and webhook endpoints: ids, names, reasons and counts, never text. Webhook endpoints receive the same events. They are kept for 30 days: if the first `sequence` is not the one after `after`, those between are gone. With `Accept: text/event-stream` the response is an open-ended stream of the events after `after`, then of new ones within about a second. The server closes it after some minutes; a client that resumes with `Last-Event-ID` misses nothing.',
    access: ['organizations:manage'],
    narrowed: false,
    audit: false,
    query: Type.Object({
      after: Type.Optional(
        Type.Integer({
          minimum: 0,
          description:
            'The last `sequence` that the client has seen. `Last-Event-ID` takes precedence. Default 0: from the oldest event on.',
        }),
      ),
    }),
    headers: Type.Object({
      last_event_id: Type.Optional(
        Type.String({ pattern: '^\\d{0,15}$', description: '`EventSource` sends it when it reconnects.' }),
      ),
    }),
    success: {
      status: 200,
      description: 'Events, oldest first, at most 200.',
      schema: Type.Object({
        data: Type.Array(OrganizationEvent),
        last_sequence: Type.Integer({ description: 'Of the newest event. As `after` it means: only what comes next.' }),
        has_more: Type.Boolean({ description: 'Whether there are more events after the last of `data`.' }),
      }),
    },
    answer: { kind: 'events', data: streamData },
    errors: ['too_many_streams'],
  }),
}
