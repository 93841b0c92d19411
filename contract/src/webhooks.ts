// Webhook endpoints, their deliveries, and the operations on both. Deliveries follow Standard Webhooks.
import type { Static } from 'typebox'
import { Type } from './type.ts'
import { ConversationEvent } from './events.ts'
import { defineOperation } from './operation.ts'
import {
  Id,
  JsonObject,
  Timestamp,
  idempotencyHeader,
  named,
  nullable,
  oneOf,
  pageOf,
  pageQuery,
  uuidText,
} from './schema.ts'
import { deliveryStatuses, disabledReasons, webhookEventTypes, workflowEventTypes } from './vocabulary.ts'

const about = {
  organization_id: Id,
  agent_id: nullable(Id),
}

/** The body of every delivery. */
export const WebhookEvent = named(
  'WebhookEvent',
  Type.Unsafe<Record<string, unknown>>({
    description: 'An event as in the event stream, with its organization and agent.',
    anyOf: [
      { allOf: [ConversationEvent, Type.Object(about)] },
      Type.Object(
        {
          ...about,
          id: Id,
          conversation_id: Type.Null(),
          sequence: Type.Null(),
          occurred_at: Timestamp,
          type: oneOf([...webhookEventTypes, ...workflowEventTypes]),
          data: JsonObject,
        },
        {
          description:
            'Events of the organization. `webhook.test` was requested. `webhook.disabled` tells the other endpoints that the server disabled one; `data` has its `webhook_id`, `url` and `reason`. Those about datasets, sources and sources in datasets (`dataset_source`) have ids, names, reasons and counts, never text. Those of executions of workflows have the `data` of `WorkflowExecutionEvent`; of one execution they are delivered in order, and of tests none is.',
        },
      ),
    ],
  }),
)

const endpointFields = {
  url: Type.String({
    minLength: 1,
    maxLength: 2048,
    description:
      'An http or https address without a user name; surrounding white space is removed. Private addresses are refused at delivery.',
  }),
  events: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
    minItems: 1,
    maxItems: 50,
    description: 'Event types, patterns such as `conversation.*`, or `*` for all.',
  }),
  description: nullable(Type.String({ maxLength: 1000 })),
  active: Type.Boolean({
    description: 'An inactive endpoint gets no new events. Its pending deliveries continue when it is active again.',
  }),
  agent_id: nullable(uuidText('Only deliver events of this agent’s conversations; null: of all agents.')),
}

const endpointRecord = {
  id: Id,
  organization_id: Id,
  ...endpointFields,
  agent_id: nullable(Id),
  failing_since: nullable(
    Type.String({ format: 'date-time', description: 'The time since which every attempt has failed.' }),
  ),
  disabled_at: nullable(Type.String({ format: 'date-time', description: 'When the server disabled the endpoint.' })),
  disabled_reason: nullable(
    oneOf(disabledReasons, '`gone`: the endpoint answered 410; `failing`: every attempt failed for five days.'),
  ),
  previous_secret_expires_at: nullable(
    Type.String({ format: 'date-time', description: 'Deliveries are signed with both secrets until this time.' }),
  ),
  created_at: Timestamp,
  updated_at: Timestamp,
}

export const WebhookEndpoint = named('WebhookEndpoint', Type.Object(endpointRecord))

export const NewWebhookEndpoint = named(
  'NewWebhookEndpoint',
  Type.Object({
    ...endpointRecord,
    secret: Type.String({ description: 'The signing key, `whsec_…`. Shown only once.' }),
  }),
)

export const WebhookTry = named(
  'WebhookTry',
  Type.Object({
    started_at: Timestamp,
    latency_ms: Type.Integer(),
    status: nullable(Type.Integer({ description: 'HTTP status of the response; null without a response.' })),
    error: nullable(Type.String({ description: 'Why the attempt failed.' })),
    response_body: nullable(
      Type.String({
        description: 'The first 1024 bytes of the response. Null without `conversations:read_sensitive`.',
      }),
    ),
  }),
)
export type WebhookTry = Static<typeof WebhookTry>

export const WebhookDelivery = named(
  'WebhookDelivery',
  Type.Object({
    id: Id,
    webhook_id: Id,
    event_id: Type.String({ description: 'The `webhook-id` of every attempt, and the `id` of the event.' }),
    event_type: Type.String(),
    conversation_id: nullable(Id),
    sequence: nullable(Type.Integer({ description: 'The number of the event in its conversation.' })),
    status: oneOf(deliveryStatuses),
    tries: Type.Array(WebhookTry, { description: 'The newest 16 attempts, oldest first.' }),
    created_at: Timestamp,
    finished_at: nullable(Timestamp),
  }),
)

const endpointPath = Type.Object({ webhook_id: Type.String() })
const tag = 'Webhooks'
const read = ['webhooks:read', 'webhooks:manage'] as const
const manage = ['webhooks:manage'] as const

export const webhookOperations = {
  listWebhookEndpoints: defineOperation({
    id: 'listWebhookEndpoints',
    method: 'GET',
    path: '/core/webhooks',
    tag,
    summary: 'List webhook endpoints, newest first',
    access: read,
    narrowed: false,
    not_for_views: true,
    audit: false,
    query: Type.Object(pageQuery),
    success: { status: 200, description: 'A page of endpoints.', schema: pageOf(WebhookEndpoint) },
    errors: [],
  }),
  createWebhookEndpoint: defineOperation({
    id: 'createWebhookEndpoint',
    method: 'POST',
    path: '/core/webhooks',
    tag,
    summary: 'Create a webhook endpoint',
    description:
      'Each matching event is sent as a POST according to Standard Webhooks, with `webhook-id` (the same in each attempt), `webhook-timestamp` and `webhook-signature`. Any 2xx accepts it, regardless of the body. Redirects are not followed, and an attempt has 15 seconds. Delivery is in order within each conversation and at least once, with up to 8 attempts over about a day; 410 disables the endpoint. Deleting a conversation also deletes its undelivered events, except `conversation.deleted`. Because events include the content of conversations, this also needs `conversations:read_sensitive`.',
    access: manage,
    narrowed: false,
    audit: { target: 'webhook_endpoint', id: 'id', name: 'url' },
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      url: endpointFields.url,
      events: endpointFields.events,
      description: Type.Optional(endpointFields.description),
      active: Type.Optional(nullable(endpointFields.active)),
      agent_id: Type.Optional(endpointFields.agent_id),
    }),
    success: { status: 200, description: 'The endpoint, with its secret.', schema: NewWebhookEndpoint },
    errors: ['too_many_webhooks'],
  }),
  getWebhookEndpoint: defineOperation({
    id: 'getWebhookEndpoint',
    method: 'GET',
    path: '/core/webhooks/{webhook_id}',
    tag,
    summary: 'Read a webhook endpoint',
    access: read,
    narrowed: false,
    not_for_views: true,
    audit: false,
    params: endpointPath,
    success: { status: 200, description: 'The endpoint, without its secret.', schema: WebhookEndpoint },
    errors: ['not_found'],
  }),
  updateWebhookEndpoint: defineOperation({
    id: 'updateWebhookEndpoint',
    method: 'PUT',
    path: '/core/webhooks/{webhook_id}',
    tag,
    summary: 'Change the given fields of a webhook endpoint',
    description: '`active: true` enables an endpoint again that the server disabled.',
    access: manage,
    narrowed: false,
    audit: { target: 'webhook_endpoint', id: 'webhook_id', name: 'url' },
    params: endpointPath,
    body: Type.Object({
      url: Type.Optional(nullable(endpointFields.url)),
      events: Type.Optional(nullable(endpointFields.events)),
      description: Type.Optional(endpointFields.description),
      active: Type.Optional(nullable(endpointFields.active)),
      agent_id: Type.Optional(endpointFields.agent_id),
    }),
    success: { status: 200, description: 'The endpoint after the change.', schema: WebhookEndpoint },
    errors: ['not_found'],
  }),
  deleteWebhookEndpoint: defineOperation({
    id: 'deleteWebhookEndpoint',
    method: 'DELETE',
    path: '/core/webhooks/{webhook_id}',
    tag,
    summary: 'Delete a webhook endpoint and its deliveries',
    access: manage,
    narrowed: false,
    audit: { target: 'webhook_endpoint', id: 'webhook_id', name: 'url' },
    params: endpointPath,
    success: { status: 204, description: 'Deleted.' },
    errors: ['not_found'],
  }),
  rotateWebhookSecret: defineOperation({
    id: 'rotateWebhookSecret',
    method: 'POST',
    path: '/core/webhooks/{webhook_id}/rotate-secret',
    tag,
    summary: 'Rotate the secret of a webhook endpoint',
    description: 'For a limited time, deliveries have a signature with each of the two secrets.',
    access: manage,
    narrowed: false,
    audit: { target: 'webhook_endpoint', id: 'webhook_id', name: 'url' },
    params: endpointPath,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      previous_valid_seconds: Type.Optional(
        nullable(
          Type.Integer({
            minimum: 0,
            maximum: 604_800,
            default: 86_400,
            description: 'How long the old secret remains valid; 0 ends it immediately.',
          }),
        ),
      ),
    }),
    body_optional: true,
    success: { status: 200, description: 'The endpoint, with the new secret.', schema: NewWebhookEndpoint },
    errors: ['not_found'],
  }),
  testWebhookEndpoint: defineOperation({
    id: 'testWebhookEndpoint',
    method: 'POST',
    path: '/core/webhooks/{webhook_id}/test',
    tag,
    summary: 'Send a test event',
    description: 'Sends `webhook.test`, regardless of the patterns. The list of deliveries shows its outcome.',
    access: manage,
    narrowed: false,
    audit: { target: 'webhook_endpoint', id: 'webhook_id', name: 'url' },
    params: endpointPath,
    headers: Type.Object(idempotencyHeader),
    success: { status: 202, description: 'The pending delivery.', schema: WebhookDelivery },
    errors: ['not_found', 'webhook_inactive'],
  }),
  listWebhookDeliveries: defineOperation({
    id: 'listWebhookDeliveries',
    method: 'GET',
    path: '/core/webhooks/{webhook_id}/deliveries',
    tag,
    summary: 'List an endpoint’s deliveries of the last 30 days, newest first',
    description:
      'Deliveries of a deleted conversation are removed, whether delivered or not, except that of `conversation.deleted`.',
    access: read,
    narrowed: false,
    not_for_views: true,
    audit: false,
    params: endpointPath,
    query: Type.Object({ status: Type.Optional(oneOf(deliveryStatuses)), ...pageQuery }),
    success: { status: 200, description: 'A page of deliveries.', schema: pageOf(WebhookDelivery) },
    errors: ['not_found'],
  }),
  listConversationDeliveries: defineOperation({
    id: 'listConversationDeliveries',
    method: 'GET',
    path: '/core/conversations/{conversation_id}/deliveries',
    tag,
    summary: 'List the deliveries of a conversation’s events to all endpoints, newest event first',
    access: read,
    narrowed: false,
    not_for_views: true,
    audit: false,
    params: Type.Object({ conversation_id: Type.String() }),
    query: Type.Object({ status: Type.Optional(oneOf(deliveryStatuses)), ...pageQuery }),
    success: { status: 200, description: 'A page of deliveries.', schema: pageOf(WebhookDelivery) },
    errors: ['not_found'],
  }),
  redeliverWebhookDelivery: defineOperation({
    id: 'redeliverWebhookDelivery',
    method: 'POST',
    path: '/core/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver',
    tag,
    summary: 'Send a delivery again',
    description:
      'Uses the same `webhook-id` and starts a new series of attempts. A pending delivery is attempted immediately.',
    access: manage,
    narrowed: false,
    audit: { target: 'webhook_endpoint', id: 'webhook_id', name: 'url' },
    params: Type.Object({ webhook_id: Type.String(), delivery_id: Type.String() }),
    headers: Type.Object(idempotencyHeader),
    success: { status: 202, description: 'The pending delivery.', schema: WebhookDelivery },
    errors: ['not_found', 'webhook_inactive'],
  }),
  redeliverWebhookDeliveries: defineOperation({
    id: 'redeliverWebhookDeliveries',
    method: 'POST',
    path: '/core/webhooks/{webhook_id}/redeliver',
    tag,
    summary: 'Send the deliveries of a time range again',
    description: 'Pending deliveries continue unchanged. At most 10,000 per call, oldest first.',
    access: manage,
    narrowed: false,
    audit: { target: 'webhook_endpoint', id: 'webhook_id', name: 'url' },
    params: endpointPath,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      after: Type.String({ format: 'date-time', description: 'Earliest creation time of the deliveries, inclusive.' }),
      before: Type.Optional(
        nullable(Type.String({ format: 'date-time', description: 'Latest creation time, inclusive. Default: now.' })),
      ),
      only_failed: Type.Optional(nullable(Type.Boolean({ default: false }))),
    }),
    success: {
      status: 202,
      description: 'The number of deliveries that will be sent again.',
      schema: Type.Object({
        redelivered: Type.Integer(),
        continue_after: nullable(
          Type.String({
            format: 'date-time',
            description: 'If set, there may be more: call again with this as `after`.',
          }),
        ),
      }),
    },
    errors: ['not_found', 'webhook_inactive'],
  }),
}
