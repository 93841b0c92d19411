// The public side of web widgets: what the frame calls for a visitor. No credential of an organization is needed; cookies are ignored.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { QuickAction } from '../agent-config-parts.ts'
import { Conversation } from '../conversation.ts'
import { defineOperation } from '../operation.ts'
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
  shownAs,
} from '../schema.ts'
import { conversationPermissions, conversationStatuses } from '../vocabulary.ts'
import { WebWidget, WebWidgetCaptcha } from './objects.ts'
import { widgetLimits } from './words.ts'

const tag = 'Web widgets: visitors'

const widgetPath = { web_widget_id: Type.String() }
const conversationPath = { ...widgetPath, conversation_id: Type.String() }

const { id, organization_id, agent_id, agent_version_id, domains, published, config, created_at, updated_at } =
  WebWidget.properties

export const PublicWebWidget = named(
  'PublicWebWidget',
  Type.Object({
    ...{ id, organization_id, agent_id, agent_version_id, domains, published, config, created_at, updated_at },
    agent: Type.Object({ id: Id, name: Type.String() }, { description: 'Ours.' }),
    quick_actions: Type.Array(QuickAction, { description: 'Ours. Those of the version.' }),
    captcha: Type.Unsafe<Pick<WebWidgetCaptcha, 'provider' | 'site_key'> | null>({
      ...nullable(Type.Pick(WebWidgetCaptcha, ['provider', 'site_key'])),
      description: 'Ours. What a start may ask for; null: nothing.',
    }),
    message_characters: Type.Integer({ description: 'Ours. The longest message.' }),
  }),
)
export type PublicWebWidget = Static<typeof PublicWebWidget>

const claimed = (what: string) => Type.Optional(nullable(Type.String({ maxLength: 200, description: what })))

const started = {
  conversation: Conversation,
  starting_message: nullable(Type.String({ description: 'The greeting.' })),
  token: Type.String({ description: 'A conversation token, valid for an hour. Ours, as what follows.' }),
  permissions: Type.Array(oneOf(conversationPermissions)),
  expires_at: { ...Timestamp, description: 'Of the token.' },
  resumed: Type.Boolean({ description: 'Whether the visitor had this conversation already.' }),
}
export const StartedConversation = named('StartedConversation', Type.Object(started))
export type StartedConversation = Static<typeof StartedConversation>

const Page = Type.Object(
  {
    url: Type.Optional(nullable(Type.String({ maxLength: 8192 }))),
    title: Type.Optional(nullable(Type.String({ maxLength: 1000 }))),
    referrer: Type.Optional(nullable(Type.String({ maxLength: 8192 }))),
  },
  {
    description: 'The visitor’s page. Addresses are stored without query and fragment, each text up to 500 characters.',
  },
)

const Client = Type.Unsafe<Record<string, unknown>>({
  ...JsonObject,
  description: 'Anything that the page says, at most 8 KiB. It is claimed, not verified.',
})

const Identity = Type.Object(
  {
    token: Type.Optional(
      nullable(
        Type.String({
          description:
            'A JWT, signed with HS256 by an identity key, of at most 16 KiB: `sub` or `user_id`, `exp` at most seven days ahead, and optionally `name`, `email`, `phone` and `metadata`.',
        }),
      ),
    ),
    user_id: Type.Optional(nullable(Type.String())),
    user_hash: Type.Optional(
      nullable(Type.String({ description: 'HMAC-SHA256 of `user_id` by an identity key, in hexadecimal digits.' })),
    ),
  },
  { description: 'Either `token`, or `user_id` and `user_hash` if the widget allows that.' },
)

const feedbackFields = {
  rating: shownAs(
    "number | 'up' | 'down' | null",
    Type.Optional(
      Type.Unsafe<number | 'up' | 'down' | null>({
        anyOf: [{ type: 'integer' }, { type: 'string' }, { type: 'null' }],
        description: '1 to 5, or `up` and `down`, as the widget asks.',
      }),
    ),
  ),
  data: Type.Optional(
    nullable(Type.Unsafe<Record<string, unknown>>({ ...JsonObject, description: 'By the id of the form’s fields.' })),
  ),
}
const accepted = {
  status: 200 as const,
  description: 'It is stored.',
  schema: Type.Object({ accepted: Type.Literal(true) }),
}
const visitorErrors = ['not_found', 'unauthorized', 'origin_not_allowed', 'rate_limited'] as const
const feedbackErrors = [
  ...visitorErrors,
  'conversation_active',
  'feedback_given',
  'feedback_closed',
  'content_purged',
] as const
const by_visitor = { access: { by: 'visitor' }, narrowed: false, audit: false, from_sites: true } as const

export const publicWidgetOperations = {
  getPublicWebWidget: defineOperation({
    id: 'getPublicWebWidget',
    method: 'GET',
    path: '/core/public/web-widgets/{web_widget_id}',
    tag,
    summary: 'Get what pages show of a web widget',
    description: 'Widgets that are not live and unknown ones are both not found.',
    access: 'public',
    narrowed: false,
    audit: false,
    from_sites: true,
    params: Type.Object(widgetPath),
    success: { status: 200, description: 'The widget.', schema: PublicWebWidget },
    errors: ['not_found', 'rate_limited'],
  }),
  enterWebWidget: defineOperation({
    id: 'enterWebWidget',
    method: 'POST',
    path: '/core/public/web-widgets/{web_widget_id}/visitors',
    tag,
    summary: 'Enter a web widget as a visitor',
    description:
      'Makes a visitor token, or renews one. Nothing is stored, but a guest whom an identity verifies is linked to that user, once. The answer’s token replaces the one before.',
    access: 'public',
    narrowed: false,
    audit: false,
    from_sites: true,
    changes_nothing: true,
    params: Type.Object(widgetPath),
    body: Type.Object({
      embed_token: Type.Optional(
        nullable(
          Type.String({
            description: 'From the frame’s HTML. A site of `PARLEY_CORS_ORIGINS` that the widget lists needs none.',
          }),
        ),
      ),
      visitor_token: Type.Optional(nullable(Type.String({ description: 'That this browser has, if any.' }))),
      identity: Type.Optional(nullable(Identity)),
    }),
    success: {
      status: 200,
      description: 'The visitor.',
      schema: Type.Object({
        visitor_token: Type.String(),
        expires_at: Timestamp,
        visitor: Type.Object({
          id: Id,
          user_id: Type.String({ description: '`guest_…`, or the verified one.' }),
          verified: Type.Boolean(),
          name: nullable(Type.String({ description: 'As the site signed it.' })),
        }),
        active: nullable(StartedConversation),
      }),
    },
    errors: ['not_found', 'origin_not_allowed', 'identity_invalid', 'identity_required', 'rate_limited'],
  }),
  startWebWidgetConversation: defineOperation({
    id: 'startWebWidgetConversation',
    method: 'POST',
    path: '/core/public/web-widgets/{web_widget_id}/conversations',
    tag,
    summary: 'Start a conversation, or resume the active one',
    description:
      'A visitor has at most one active conversation in a widget. Checked in this order: live, origin, token, block, identity, body; then an active conversation is the answer; then limits, CAPTCHA and what `createConversation` checks.',
    ...by_visitor,
    waits: true,
    params: Type.Object(widgetPath),
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({
      id: Type.Optional(nullable(uuidText('Of the new conversation. An id that is taken is a 409.'))),
      form: Type.Optional(
        nullable(
          Type.Unsafe<Record<string, unknown>>({ ...JsonObject, description: 'Answers to `pre_conversation_form`.' }),
        ),
      ),
      visitor: Type.Optional(
        nullable(
          Type.Object(
            { name: claimed('Claimed.'), email: claimed('Claimed.'), phone: claimed('Claimed.') },
            { description: 'What a visitor says about themselves; it never replaces what the site signed.' },
          ),
        ),
      ),
      client: Type.Optional(nullable(Client)),
      page: Type.Optional(nullable(Page)),
      locale: Type.Optional(nullable(Type.String({ maxLength: 35, pattern: '^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$' }))),
      captcha_token: Type.Optional(nullable(Type.String({ maxLength: 16_384 }))),
    }),
    body_optional: true,
    success: { status: 200, description: 'The conversation, with a token for it.', schema: StartedConversation },
    errors: [
      ...visitorErrors,
      'visitor_blocked',
      'identity_required',
      'widget_cap_reached',
      'captcha_required',
      'captcha_failed',
      'captcha_unavailable',
      'conversation_id_taken',
      'agent_inactive',
      'version_not_published',
      'channel_not_configured',
      'template_failed',
      'model_failed',
      'model_timed_out',
    ],
  }),
  listVisitorConversations: defineOperation({
    id: 'listVisitorConversations',
    method: 'GET',
    path: '/core/public/web-widgets/{web_widget_id}/conversations',
    tag,
    summary: 'List the conversations of the visitor, newest first',
    ...by_visitor,
    params: Type.Object(widgetPath),
    query: Type.Object(pageQuery),
    success: {
      status: 200,
      description: 'A page of conversations.',
      schema: pageOf(
        Type.Object({
          id: Id,
          status: oneOf(conversationStatuses),
          created_at: Timestamp,
          ended_at: nullable(Timestamp),
          last_activity_at: Timestamp,
          last_text: nullable(Type.String({ description: 'The beginning of the last message, 120 characters.' })),
          unread: Type.Integer({ description: 'Messages of the agent that the visitor has not seen; at most 100.' }),
          feedback_given: Type.Boolean(),
        }),
      ),
    },
    errors: visitorErrors,
  }),
  createVisitorConversationToken: defineOperation({
    id: 'createVisitorConversationToken',
    method: 'POST',
    path: '/core/public/web-widgets/{web_widget_id}/conversations/{conversation_id}/token',
    tag,
    summary: 'Get a fresh token for a conversation of the visitor',
    ...by_visitor,
    params: Type.Object(conversationPath),
    headers: Type.Object(idempotencyHeader),
    success: {
      status: 200,
      description: 'The token, valid for an hour. That of an ended conversation permits `read` and `rate` only.',
      schema: Type.Object({
        token: Type.String(),
        permissions: Type.Array(oneOf(conversationPermissions)),
        expires_at: Timestamp,
      }),
    },
    errors: visitorErrors,
  }),
  updateVisitorConversation: defineOperation({
    id: 'updateVisitorConversation',
    method: 'PATCH',
    path: '/core/public/web-widgets/{web_widget_id}/conversations/{conversation_id}',
    tag,
    summary: 'Say what has changed on the visitor’s page',
    ...by_visitor,
    params: Type.Object(conversationPath),
    body: Type.Object({
      client: Type.Optional(nullable({ ...Client, description: 'Merged into `client` (RFC 7396).' })),
      page: Type.Optional(nullable(Page)),
    }),
    success: { status: 204, description: 'It is stored.' },
    errors: [...visitorErrors, 'content_purged'],
  }),
  readVisitorConversation: defineOperation({
    id: 'readVisitorConversation',
    method: 'PUT',
    path: '/core/public/web-widgets/{web_widget_id}/conversations/{conversation_id}/read',
    tag,
    summary: 'Say how far the visitor has read',
    ...by_visitor,
    params: Type.Object(conversationPath),
    body: Type.Object({
      position: Type.Integer({
        minimum: 0,
        maximum: 2_147_483_647,
        description: 'Of the last item that they have seen, on any device. It only rises.',
      }),
    }),
    success: { status: 204, description: 'It is stored.' },
    errors: visitorErrors,
  }),
  giveConversationFeedback: defineOperation({
    id: 'giveConversationFeedback',
    method: 'POST',
    path: '/core/public/web-widgets/{web_widget_id}/conversations/{conversation_id}/feedback',
    tag,
    summary: 'Give feedback on an ended conversation, once',
    ...by_visitor,
    params: Type.Object(conversationPath),
    headers: Type.Object(idempotencyHeader),
    body: Type.Object(feedbackFields),
    success: accepted,
    errors: feedbackErrors,
  }),
  giveFeedback: defineOperation({
    id: 'giveFeedback',
    method: 'POST',
    path: '/core/public/web-widgets/{web_widget_id}/feedback',
    tag,
    summary: 'Give feedback, naming the conversation in the body',
    ...by_visitor,
    params: Type.Object(widgetPath),
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({ conversation_id: Type.String({ maxLength: 100 }), ...feedbackFields }),
    success: accepted,
    errors: feedbackErrors,
  }),
}

const date = (description: string) => Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description }))

const refusals = Object.fromEntries(Object.keys(widgetLimits).map((name) => [name, Type.Optional(Type.Integer())]))

export const widgetStatisticsOperations = {
  getWebWidgetStatistics: defineOperation({
    id: 'getWebWidgetStatistics',
    method: 'GET',
    path: '/core/web-widgets/{web_widget_id}/statistics',
    tag: 'Web widgets',
    summary: 'Count what happened in a web widget, by day',
    access: ['web_widgets:read', 'web_widgets:manage'],
    narrowed: true,
    audit: false,
    params: Type.Object(widgetPath),
    query: Type.Object({
      from: date('The first day in UTC, such as 2026-01-31. Default: 29 days before `to`.'),
      to: date('The last day. Default: today. At most 366 days.'),
    }),
    success: {
      status: 200,
      description: 'Each day on which something happened, oldest first.',
      schema: Type.Object({
        data: Type.Array(
          Type.Object({
            date: Type.String(),
            conversations: Type.Integer(),
            messages: Type.Integer({ description: 'Of visitors.' }),
            tokens: Type.Integer({ description: 'Of input and output.' }),
            refusals: Type.Object(refusals, { description: 'By limit.' }),
            feedback: Type.Object({
              count: Type.Integer(),
              average: nullable(
                Type.Number({
                  description: 'Of ratings from 1 to 5, where `up` is 5 and `down` is 1; null without any.',
                }),
              ),
            }),
          }),
        ),
      }),
    },
    errors: ['not_found'],
  }),
}
