// An imported conversation. Each row is validated by itself, so that one bad row does not affect the others.
import type { Static } from 'typebox'
import { Type } from './type.ts'
import { Analysis } from './conversation.ts'
import { authorTypes, handOffBounds } from './hand-off/words.ts'
import { knowledgeBounds } from './knowledge/words.ts'
import { JsonAny, JsonObject, named, nullable, oneOf, uuidText } from './schema.ts'
import {
  analysisStatuses,
  channels,
  conversationStatuses,
  directions,
  endReasons,
  itemTypes,
  messageRoles,
} from './vocabulary.ts'

const time = (description: string) => Type.String({ format: 'date-time', description })
const optional = <T extends Parameters<typeof nullable>[0]>(schema: T) => Type.Optional(nullable(schema))
const text = (maxLength: number) => optional(Type.String({ maxLength }))

const ImportedCitation = Type.Object({
  number: Type.Integer({ minimum: 1, maximum: 999_999 }),
  source_name: Type.String({ maxLength: knowledgeBounds.source_name }),
  url: text(knowledgeBounds.url),
  page: optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
  chunk_id: optional(uuidText()),
  source_id: optional(uuidText()),
})

const ImportedItem = named(
  'ImportedItem',
  Type.Object({
    id: optional(uuidText('Default: a new id.')),
    type: oneOf(itemTypes),
    position: optional(Type.Integer({ description: "If given, it must be the item's index in the list." })),
    role: optional(oneOf(messageRoles)),
    author: optional(
      Type.Object(
        {
          type: oneOf(authorTypes),
          id: text(handOffBounds.external.id),
          name: text(handOffBounds.external.name),
          external: optional(Type.Boolean()),
          shown_name: text(handOffBounds.external.name),
        },
        {
          description:
            'Who wrote the message: `end_user` for role `user`, others for `assistant`. Default: by its role.',
        },
      ),
    ),
    content: optional(Type.Array(Type.String({ maxLength: 200_000 }), { maxItems: 100 })),
    interrupted: optional(Type.Boolean()),
    citations: optional(
      Type.Array(ImportedCitation, {
        maxItems: 1000,
        description: 'Only of role `assistant`. The passages need not exist here.',
      }),
    ),
    call_id: text(256),
    name: text(256),
    arguments: optional(JsonObject),
    output: Type.Optional(JsonAny),
    is_error: optional(Type.Boolean()),
    latency_ms: optional(Type.Integer({ minimum: 0, maximum: 2_147_483_647 })),
    turn_id: optional(uuidText()),
    client_id: optional(uuidText('Only of messages of the end user; needs a `turn_id`.')),
    in_reply_to: text(256),
    values: optional(JsonObject),
    metrics: optional(JsonObject),
    created_at: optional(time("Default: the conversation's.")),
  }),
)
export type ImportedItem = Static<typeof ImportedItem>

export const ImportedConversation = named(
  'ImportedConversation',
  Type.Object({
    id: uuidText(),
    channel: oneOf(channels),
    direction: optional(oneOf(directions, 'Default `inbound`.')),
    status: oneOf(conversationStatuses, 'A text conversation cannot be `token_created`.'),
    user_id: Type.String({ minLength: 1, maxLength: 512 }),
    agent_id: optional(uuidText('May be an agent of the system that the conversation comes from.')),
    agent_version_id: optional(uuidText()),
    agent: optional(Type.Object({ id: text(512), name: text(200) })),
    agent_number: text(1000),
    to_address: text(1000),
    from_address: text(1000),
    subject: text(1000),
    web_widget_id: text(512),
    trunk_id: text(512),
    user_turn_count: optional(
      Type.Integer({
        minimum: 0,
        maximum: 2_147_483_647,
        description: 'If there is a transcript, its user messages are counted instead.',
      }),
    ),
    duration: optional(
      Type.Integer({ minimum: 0, maximum: 2_147_483_647, description: 'Used if `ended_at` is missing.' }),
    ),
    created_at: time('Moved forward by microseconds if another conversation has the same; further where many have.'),
    updated_at: optional(time('Default: `ended_at`, or else `created_at`.')),
    ended_at: optional(time('If it has ended. Default: `created_at` plus `duration`, or else `updated_at`.')),
    end_reason: optional(oneOf(endReasons, 'Default `imported`.')),
    ended_by: optional(JsonObject),
    last_activity_at: optional(time('Default: the time of the last item.')),
    analysis_status: optional(oneOf(analysisStatuses)),
    summary: text(100_000),
    analysis: optional(Analysis),
    initial_context: text(32_000),
    custom_metadata: optional(JsonObject),
    recording_details: optional(JsonObject),
    conversation: optional(Type.Object({ items: Type.Array(ImportedItem, { maxItems: 10_000 }) })),
  }),
)
export type ImportedConversation = Static<typeof ImportedConversation>
