// The filters of the list, the count and the export of conversations.
import type { Static } from 'typebox'
import { Type } from './type.ts'
import { handOffBounds, handlers } from './hand-off/words.ts'
import { oneOf, timestampFilter } from './schema.ts'
import { channels, conversationStatuses, directions, endReasons, unansweredOutcomes } from './vocabulary.ts'

export const conversationFilters = {
  direction: Type.Optional(oneOf(directions)),
  channel: Type.Optional(oneOf(channels)),
  status: Type.Optional(
    oneOf(conversationStatuses, 'Conversations with `token_created` are listed only with this filter.'),
  ),
  user_id: Type.Optional(
    Type.String({ maxLength: 512, description: 'Case-insensitive substring, without wildcards.' }),
  ),
  agent_number: Type.Optional(
    Type.String({ maxLength: 512, description: 'Case-insensitive substring, without wildcards.' }),
  ),
  agent_id: Type.Optional(Type.String({ maxLength: 512 })),
  agent_version_id: Type.Optional(Type.String({ maxLength: 512 })),
  web_widget_id: Type.Optional(Type.String({ maxLength: 512 })),
  duration_above: Type.Optional(Type.Number({ description: 'Seconds, inclusive.' })),
  duration_below: Type.Optional(Type.Number({ description: 'Seconds, inclusive.' })),
  user_turn_count_above: Type.Optional(Type.Number({ description: 'Inclusive.' })),
  user_turn_count_below: Type.Optional(Type.Number({ description: 'Inclusive.' })),
  custom_metadata: Type.Optional(
    Type.String({
      maxLength: 16_384,
      description:
        'A JSON object as text: matches conversations whose metadata contain it. Needs `conversations:read_sensitive`.',
    }),
  ),
  created_after: timestampFilter('Inclusive.'),
  created_before: timestampFilter('Inclusive.'),
  updated_after: timestampFilter('Inclusive.'),
  updated_before: timestampFilter('Inclusive.'),
  parley_end_reason: Type.Optional(oneOf(endReasons, 'Why the conversation ended.')),
  parley_turn_outcome: Type.Optional(
    oneOf(unansweredOutcomes, 'Matches conversations with a turn that failed or was cancelled for this reason.'),
  ),
  parley_handled_by: Type.Optional(
    oneOf(handlers, 'Who answers. `queue` and `person` match only active conversations.'),
  ),
  parley_assignee: Type.Optional(
    Type.String({
      maxLength: handOffBounds.external.id,
      description:
        'Active conversations that this person holds or is offered: an id, `me`, or `none` for those that wait and are offered to nobody.',
    }),
  ),
  parley_team: Type.Optional(
    Type.String({
      maxLength: 63,
      description: 'Active conversations that wait or are held in the team with this key.',
    }),
  ),
  parley_tag: Type.Optional(
    Type.String({ maxLength: handOffBounds.tag, description: 'Active conversations with this tag.' }),
  ),
}
export const ConversationFilters = Type.Object(conversationFilters)
export type ConversationFilters = Static<typeof ConversationFilters>
