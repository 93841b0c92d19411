// Notes of people on a conversation. They stay inside: no end user, prompt, mail or analysis has them, except `for_agent` the prompt.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { defineOperation } from '../operation.ts'
import { Id, Timestamp, idempotencyHeader, named, nullable, pageOf, pageQuery } from '../schema.ts'
import { MessageAuthor, externalPerson } from './objects.ts'
import { answering, conversationPath, handOffTag } from './operations.ts'
import { handOffBounds } from './words.ts'

export const Note = named(
  'Note',
  Type.Object({
    id: Id,
    text: Type.String(),
    author: MessageAuthor,
    for_agent: Type.Boolean({ description: 'Whether the agent sees it after the conversation is returned.' }),
    created_at: Timestamp,
    edited_at: nullable(Type.String({ format: 'date-time', description: 'When its author last changed it.' })),
  }),
)
export type Note = Static<typeof Note>

const notePath = Type.Object({ conversation_id: Type.String(), note_id: Type.String() })
const text = Type.String({ minLength: 1, maxLength: handOffBounds.note, pattern: '\\S' })
const forAgent = Type.Optional(nullable(Type.Boolean({ description: 'Default false.' })))
const tag = handOffTag

export const noteOperations = {
  createConversationNote: defineOperation({
    id: 'createConversationNote',
    method: 'POST',
    path: '/core/conversations/{conversation_id}/notes',
    tag,
    summary: 'Write a note on a conversation',
    description: 'In every status, until the content is purged. The end user never sees notes.',
    access: answering,
    narrowed: true,
    audit: false,
    params: conversationPath,
    headers: Type.Object(idempotencyHeader),
    body: Type.Object({ text, for_agent: forAgent, external: externalPerson }),
    success: { status: 200, description: 'The note.', schema: Note },
    errors: ['not_found', 'content_purged', 'too_many_notes'],
  }),
  listConversationNotes: defineOperation({
    id: 'listConversationNotes',
    method: 'GET',
    path: '/core/conversations/{conversation_id}/notes',
    tag,
    summary: "List a conversation's notes, oldest first",
    access: answering,
    narrowed: true,
    audit: false,
    params: conversationPath,
    query: Type.Object({ ...pageQuery }),
    success: { status: 200, description: 'A page of notes.', schema: pageOf(Note) },
    errors: ['not_found'],
  }),
  updateConversationNote: defineOperation({
    id: 'updateConversationNote',
    method: 'PATCH',
    path: '/core/conversations/{conversation_id}/notes/{note_id}',
    tag,
    summary: 'Change a note',
    description: 'Only its author can; anybody else gets 403.',
    access: answering,
    narrowed: true,
    audit: false,
    params: notePath,
    body: Type.Object({ text: Type.Optional(nullable(text)), for_agent: forAgent, external: externalPerson }),
    success: { status: 200, description: 'The note after the change.', schema: Note },
    errors: ['not_found', 'content_purged'],
  }),
  deleteConversationNote: defineOperation({
    id: 'deleteConversationNote',
    method: 'DELETE',
    path: '/core/conversations/{conversation_id}/notes/{note_id}',
    tag,
    summary: 'Delete a note',
    description: 'Its author can, and callers with `conversations:manage`; anybody else gets 403.',
    access: answering,
    narrowed: true,
    audit: false,
    params: notePath,
    query: Type.Object({
      external_id: Type.Optional(
        Type.String({
          ...{ minLength: 1, maxLength: handOffBounds.external.id, pattern: '\\S' },
          description:
            'For a key that acts for the author: the `id` of the person of another desk who wrote the note. A member acts as themselves and may not send it (422).',
        }),
      ),
    }),
    success: { status: 204, description: 'Deleted.' },
    errors: ['not_found'],
  }),
}
