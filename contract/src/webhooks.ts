// Webhook endpoints, what is delivered to them, and the operations on both. Deliveries follow Standard Webhooks.
import { Type, type Static } from 'typebox'
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
import { deliveryStatuses, disabledReasons, webhookEventTypes } from './vocabulary.ts'

const about = {
  organization_id: Id,
  agent_id: nullable(Id),
}

/** The body of every delivery. */
export const WebhookEvent = named(
  'WebhookEvent',
  Type.Unsafe<Record<string, unknown>>({
    description: 'An event as the event stream has it, with the organization and the agent that it belongs to.',
    anyOf: [
      { allOf: [ConversationEvent, Type.Object(about)] },
      Type.Object(
        {
          ...about,
          id: Id,
          conversation_id: Type.Null(),
          sequence: Type.Null(),
          occurred_at: Timestamp,
          type: oneOf(webhookEventTypes),
          data: JsonObject,
        },
        {
          description:
            'About endpoints: `webhook.test` was asked for; `webhook.disabled` tells the other endpoints that the server has switched one off, in `data` its `webhook_id`, `url` and `reason`.',
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
      'http or https, without a user name; white space around it is left out. Private addresses are refused when it is called.',
  }),
  events: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
    minItems: 1,
    maxItems: 50,
    description: 'Types of events, families such as `conversation.*`, or `*` for all.',
  }),
  description: nullable(Type.String({ maxLength: 1000 })),
  active: Type.Boolean({
    description: 'An inactive endpoint gets no new events; what was waiting for it goes on when it is active again.',
  }),
  agent_id: nullable(uuidText('Only events of this agent’s conversations; null: of all.')),
}

const endpointRecord = {
  id: Id,
  organization_id: Id,
  ...endpointFields,
  agent_id: nullable(Id),
  failing_since: nullable(Type.String({ format: 'date-time', description: 'Since when every try has failed.' })),
  disabled_at: nullable(Type.String({ format: 'date-time', description: 'When the server switched it off.' })),
  disabled_reason: nullable(
    oneOf(disabledReasons, '`gone`: it answered 410; `failing`: five days of nothing but failures.'),
  ),
  previous_secret_expires_at: nullable(
    Type.String({ format: 'date-time', description: 'Until then deliveries are signed with both secrets.' }),
  ),
  created_at: Timestamp,
  updated_at: Timestamp,
}

export const WebhookEndpoint = named('WebhookEndpoint', Type.Object(endpointRecord))

export const NewWebhookEndpoint = named(
  'NewWebhookEndpoint',
  Type.Object({
    ...endpointRecord,
    secret: Type.String({ description: '`whsec_…`, the key of the signatures. Shown this once.' }),
  }),
)

export const WebhookTry = named(
  'WebhookTry',
  Type.Object({
    started_at: Timestamp,
    latency_ms: Type.Integer(),
    status: nullable(Type.Integer({ description: 'Of the answer; null when there was none.' })),
    error: nullable(Type.String({ description: 'Why the try failed.' })),
    response_body: nullable(
      Type.String({ description: 'Its first 1024 bytes; only with `conversations:read_sensitive`, else null.' }),
    ),
  }),
)
export type WebhookTry = Static<typeof WebhookTry>

export const WebhookDelivery = named(
  'WebhookDelivery',
  Type.Object({
    id: Id,
    webhook_id: Id,
    event_id: Type.String({ description: 'The `webhook-id` of every try, and the `id` of the event.' }),
    event_type: Type.String(),
    conversation_id: nullable(Id),
    sequence: nullable(Type.Integer({ description: 'Of the event in its conversation.' })),
    status: oneOf(deliveryStatuses),
    tries: Type.Array(WebhookTry, { description: 'The newest 16, oldest first.' }),
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
      'Each event that matches is sent as a POST by the rules of Standard Webhooks: `webhook-id` (the same on each try), `webhook-timestamp` and `webhook-signature`. Any 2xx accepts, whatever becomes of the body; redirects are not followed; a try has 15 seconds. In order for each conversation, at least once, in up to 8 tries over about a day; 410 switches the endpoint off. Deleting a conversation deletes its undelivered events too, all but `conversation.deleted`. Events tell what was said: it needs `conversations:read_sensitive` too.',
    access: manage,
    narrowed: false,
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
    params: endpointPath,
    success: { status: 200, description: 'The endpoint, without its secret.', schema: WebhookEndpoint },
    errors: ['not_found'],
  }),
  updateWebhookEndpoint: defineOperation({
    id: 'updateWebhookEndpoint',
    method: 'PUT',
    path: '/core/webhooks/{webhook_id}',
    tag,
    summary: 'Change the fields that are given',
    description: '`active: true` switches one on again that the server has switched off.',
    access: manage,
    narrowed: false,
    params: endpointPath,
    body: Type.Object({
      url: Type.Optional(nullable(endpointFields.url)),
      events: Type.Optional(nullable(endpointFields.events)),
      description: Type.Optional(endpointFields.description),
      active: Type.Optional(nullable(endpointFields.active)),
      agent_id: Type.Optional(endpointFields.agent_id),
    }),
    success: { status: 200, description: 'The endpoint as it is now.', schema: WebhookEndpoint },
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
    params: endpointPath,
    success: { status: 204, description: 'Deleted.' },
    errors: ['not_found'],
  }),
  rotateWebhookSecret: defineOperation({
    id: 'rotateWebhookSecret',
    method: 'POST',
    path: '/core/webhooks/{webhook_id}/rotate-secret',
    tag,
    summary: 'Give an endpoint a new secret',
    description: 'For a while deliveries carry a signature with each of both.',
    access: manage,
    narrowed: false,
    params: endpointPath,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      previous_valid_seconds: Type.Optional(
        nullable(
          Type.Integer({
            minimum: 0,
            maximum: 604_800,
            default: 86_400,
            description: 'How long the secret until now goes on; 0 ends it at once.',
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
    description: 'A `webhook.test`, whatever the patterns are. What becomes of it is in the list of deliveries.',
    access: manage,
    narrowed: false,
    params: endpointPath,
    headers: Type.Object(idempotencyHeader),
    success: { status: 202, description: 'The delivery, which is about to be made.', schema: WebhookDelivery },
    errors: ['not_found', 'webhook_inactive'],
  }),
  listWebhookDeliveries: defineOperation({
    id: 'listWebhookDeliveries',
    method: 'GET',
    path: '/core/webhooks/{webhook_id}/deliveries',
    tag,
    summary: 'List an endpoint’s deliveries of the last 30 days, newest first',
    description:
      'Those of a deleted conversation are gone, delivered or not, all but that of `conversation.deleted`: nothing of it may be sent any more.',
    access: read,
    narrowed: false,
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
      'With the same `webhook-id`, and as many tries as at first. One that is still waiting is tried at once.',
    access: manage,
    narrowed: false,
    params: Type.Object({ webhook_id: Type.String(), delivery_id: Type.String() }),
    headers: Type.Object(idempotencyHeader),
    success: { status: 202, description: 'The delivery, which is about to be made.', schema: WebhookDelivery },
    errors: ['not_found', 'webhook_inactive'],
  }),
  redeliverWebhookDeliveries: defineOperation({
    id: 'redeliverWebhookDeliveries',
    method: 'POST',
    path: '/core/webhooks/{webhook_id}/redeliver',
    tag,
    summary: 'Send the deliveries of a range of time again',
    description: 'Those that are still waiting go on as they are. At most 10,000 in one call, oldest first.',
    access: manage,
    narrowed: false,
    params: endpointPath,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      after: Type.String({ format: 'date-time', description: 'When the deliveries were created; inclusive.' }),
      before: Type.Optional(
        nullable(Type.String({ format: 'date-time', description: 'Inclusive; without it up to now.' })),
      ),
      only_failed: Type.Optional(nullable(Type.Boolean({ default: false }))),
    }),
    success: {
      status: 202,
      description: 'How many are about to be sent again.',
      schema: Type.Object({
        redelivered: Type.Integer(),
        continue_after: nullable(
          Type.String({ format: 'date-time', description: 'There may be more: call again with this as `after`.' }),
        ),
      }),
    },
    errors: ['not_found', 'webhook_inactive'],
  }),
}
