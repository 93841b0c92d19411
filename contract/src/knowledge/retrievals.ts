// What was asked of knowledge bases in the turns of conversations, what the model was shown of them, and what a reply cites.
import type { Static } from 'typebox'
import { Type } from '../type.ts'
import { Id, Timestamp, named, nullable, oneOf } from '../schema.ts'
import { degradations, retrievalKinds, retrievalModes, retrievalOutcomes } from './words.ts'

const ofPassage = {
  source_name: Type.String(),
  url: nullable(Type.String({ description: 'Of a page of the web.' })),
  page: nullable(Type.Integer({ description: 'Of a PDF, from 1.' })),
}

/** A passage that a search found for a conversation. */
export const RetrievedChunk = named(
  'RetrievedChunk',
  Type.Object({
    number: Type.Integer({
      description: 'The number under which the model is shown it; numbers run on through the turn.',
    }),
    chunk_id: Id,
    dataset_id: Id,
    source_id: Id,
    ...ofPassage,
    score: Type.Number({ description: '0 to 1.' }),
    shown: Type.Boolean({
      description:
        'Whether the model was given it, or a part of it: false if there was no room, a tool left it out of its result, or the turn ended before.',
    }),
  }),
)
export type RetrievedChunk = Static<typeof RetrievedChunk>

const found = {
  kind: oneOf(retrievalKinds, '`implicit`: before the model was called; `action`, `tool`: by a call of it.'),
  retrieval_mode: nullable(oneOf(retrievalModes, 'Null: nothing was searched.')),
  degraded: Type.Array(oneOf(degradations), { description: 'What the search had to do without.' }),
  outcome: oneOf(
    retrievalOutcomes,
    '`skipped`: the query has fewer than two letters or digits. `failed`, `timed_out`: no dataset could be searched.',
  ),
  latency_ms: Type.Integer(),
}

const query = nullable(Type.String({ description: 'Redacted like the transcript.' }))
const call_id = nullable(Type.String({ description: 'The tool call that asked; null if it was implicit.' }))

/** The record without what the end user said. */
export const retrievalFields = {
  id: Id,
  call_id,
  ...found,
  chunks: Type.Array(RetrievedChunk, { description: 'Best first.' }),
}

/** What was asked of knowledge bases in a turn, and what the model was given. */
export const Retrieval = named('Retrieval', Type.Object({ ...retrievalFields, query }))
export type Retrieval = Static<typeof Retrieval>

export const DatasetRetrieval = named(
  'DatasetRetrieval',
  Type.Object({
    id: Id,
    conversation_id: Id,
    turn_id: Id,
    call_id,
    query,
    ...found,
    chunks: Type.Array(RetrievedChunk, { description: 'Those of this dataset, best first.' }),
    best_score: nullable(Type.Number({ description: 'The highest score of these; null without any.' })),
    created_at: Timestamp,
  }),
)
export type DatasetRetrieval = Static<typeof DatasetRetrieval>

/** What a text of the agent refers to by `[number]`. */
export const Citation = named(
  'Citation',
  Type.Object({
    number: Type.Integer({ description: 'As in the text: `[2]`.' }),
    ...ofPassage,
    chunk_id: Type.Optional({ ...Id, description: 'Absent for a conversation token, as are `source_id` and `page`.' }),
    source_id: Type.Optional(Id),
    page: Type.Optional(ofPassage.page),
  }),
)
export type Citation = Static<typeof Citation>
