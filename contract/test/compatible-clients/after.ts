// What clients of the AnyReach API rely on at the end of a conversation.
import { type Line, fields, is } from './exchange.ts'
import { createConversation, detail, detailIs, end, publishAgent, quiet, send } from './steps.ts'

export const afterLines: Line[] = [
  {
    name: 'end: exactly `conversation_id`, `status`, `duration`, `summary`; without a body, with an empty one, and again',
    exchanges: [
      ...publishAgent(quiet),
      createConversation(),
      end,
      { ...end, body: {} },
      { ...end, body: '' },
      {
        method: 'GET',
        path: '/core/conversations/<conversation_id>',
        status: 200,
        answer: fields({ status: is('completed'), duration: 'integer' }),
      },
      { ...send({ text: 'Hello?' }, detail), status: 409 },
    ],
  },
  {
    name: 'end: `summary` is the text of the summary',
    model: ['Your appointment is on Monday.', 'Moved an appointment to Monday.'],
    exchanges: [
      ...publishAgent({ instructions: 'Be brief.' }),
      createConversation(),
      send({ text: 'Monday, please.' }, fields({ reply: 'filled' })),
      {
        ...end,
        answer: {
          only: {
            conversation_id: is('<conversation_id>'),
            status: is('completed'),
            duration: 'integer',
            summary: is('Moved an appointment to Monday.'),
          },
        },
      },
    ],
  },
  {
    name: 'end: an unknown, a malformed, an undecodable id and that of another organization are 404 `Conversation not found`',
    exchanges: [
      '01890a5d-ac96-774b-bcce-b302099a8057',
      '<other_conversation_id>',
      'not-an-id',
      '%00',
      '%ff',
      '%',
      'a%2Fb',
    ].map((id) => ({
      method: 'POST' as const,
      path: `/core/conversations/${id}/end`,
      status: 404,
      answer: detailIs('Conversation not found'),
    })),
  },
  {
    name: 'end: without write access 403, without a credential 401',
    exchanges: [
      ...publishAgent(quiet),
      createConversation(),
      { ...end, headers: { Authorization: 'Bearer <reader>' }, status: 403, answer: detail },
      { ...end, headers: { Authorization: null }, status: 401, answer: detail },
    ],
  },
  {
    name: 'end: what is not text, or has failed, is 409',
    exchanges: ['telephone', 'text'].map((channel) => ({
      method: 'POST' as const,
      path: `/core/conversations/<${channel}_failed_id>/end`,
      status: 409,
      answer: detail,
    })),
  },
]
