// What clients of the AnyReach API rely on in conversations: creating, listing, reading, sending messages.
import { type Exchange, type Line, type Shape, fields, is } from './exchange.ts'
import {
  createAgent,
  createConversation,
  createVersion,
  detail,
  detailIs,
  faultAt,
  publishAgent,
  quiet,
  send,
} from './steps.ts'

const safe = {
  id: 'uuid',
  organization_id: is('<organization_id>'),
  direction: is('inbound'),
  channel: is('text'),
  status: is('in_progress'),
  user_id: 'filled',
  agent_id: is('<agent_id>'),
  agent_version_id: is('<agent_version_id>'),
  agent_number: 'text?',
  web_widget_id: 'text?',
  trunk_id: 'text?',
  duration: 'null',
  user_turn_count: 'integer',
  created_at: 'time',
  updated_at: 'time',
  agent: fields({ id: is('<agent_id>'), name: is('Riverside Dental Scheduler') }),
} satisfies Record<string, Shape>

const list = (query: string, answer: Shape, more: Partial<Exchange> = {}): Exchange => ({
  method: 'GET',
  path: `/core/conversations?${query}`,
  status: 200,
  answer,
  ...more,
})
const found: Shape = { entries: [fields({ id: is('<conversation_id>') })] }
const nothing: Shape = { entries: [] }
const read: Exchange = { method: 'GET', path: '/core/conversations/<conversation_id>', status: 200 }
const begun = [...publishAgent(quiet), createConversation()]
const refusedCreation = (body: object, status: number, answer: Shape): Exchange => ({
  ...createConversation(body),
  status,
  answer,
  keep: {},
})

/** The limit that the server is configured with. A page has transcripts of four times as much. */
export const answer_bytes = 8192
const long_reply = 'x'.repeat(3 * answer_bytes)

export const conversationLines: Line[] = [
  {
    name: 'create: the conversation with its safe and sensitive fields, and the greeting as text',
    exchanges: [
      ...publishAgent({ ...quiet, starting_message: 'Good morning!' }),
      {
        ...createConversation({ initial_context: 'Came from the website.', custom_metadata: { plan: 'pro' } }),
        answer: fields({
          conversation: fields({
            ...safe,
            summary: 'null',
            initial_context: is('Came from the website.'),
            custom_metadata: is({ plan: 'pro' }),
          }),
          starting_message: is('Good morning!'),
        }),
      },
    ],
  },
  {
    name: 'create: `starting_message` is null without a greeting; by `agent_version_id`, by `agent_config`, with `version`',
    exchanges: [
      ...publishAgent(quiet),
      { ...createConversation(), answer: fields({ starting_message: 'null' }) },
      createConversation({ version: 'latest' }),
      createConversation({ version: 1 }),
      createConversation({ agent_id: null, agent_version_id: '<agent_version_id>' }),
      createConversation({ agent_id: null, agent_config: { instructions: 'Be brief.' } }),
    ],
  },
  {
    name: 'create: none or two of `agent_id`, `agent_version_id`, `agent_config` are 422, as is a missing `user_id` or `channel`',
    exchanges: [
      ...publishAgent(quiet),
      refusedCreation({ agent_id: null }, 422, detail),
      refusedCreation({ agent_config: {} }, 422, detail),
      refusedCreation({ user_id: undefined }, 422, faultAt('user_id')),
      refusedCreation({ channel: undefined }, 422, faultAt('channel')),
      refusedCreation({ channel: 'sms' }, 422, faultAt('channel')),
    ],
  },
  {
    name: 'create: an unknown or malformed `agent_id` is 404; one without a published version, and a draft, are 400',
    exchanges: [
      createAgent,
      createVersion({}),
      refusedCreation({}, 400, detail),
      refusedCreation({ agent_id: null, agent_version_id: '<agent_version_id>' }, 400, detail),
      refusedCreation({ agent_id: '01890a5d-ac96-774b-bcce-b302099a8057' }, 404, detailIs('Agent not found')),
      refusedCreation({ agent_id: 'not-an-id' }, 404, detailIs('Agent not found')),
    ],
  },
  {
    name: 'create: a channel that is not configured is 400 and says so',
    exchanges: [
      ...publishAgent(quiet),
      refusedCreation({ channel: 'email' }, 400, detailIs('The email channel is not configured.')),
    ],
  },
  {
    name: 'list: a bare array, newest first; `cursor` is the Base64 of the last `created_at`',
    exchanges: [
      ...begun,
      {
        ...createConversation(),
        keep: { newer_id: 'conversation.id', newer_created_at: 'conversation.created_at' },
      },
      list('agent_id=<agent_id>', {
        entries: [fields({ ...safe, id: is('<newer_id>') }), fields({ ...safe, id: is('<conversation_id>') })],
      }),
      list('agent_id=<agent_id>&limit=1', { entries: [fields({ id: is('<newer_id>') })] }),
      list('agent_id=<agent_id>&limit=1&cursor=<base64:newer_created_at>', found),
    ],
  },
  {
    name: 'list: exact filters, and substrings of `user_id` whatever their case',
    exchanges: [
      ...begun,
      list('agent_id=<agent_id>&direction=inbound&channel=text&status=in_progress', found),
      list('agent_id=<agent_id>&direction=outbound', nothing),
      list('agent_id=<agent_id>&channel=telephone', nothing),
      list('agent_id=<agent_id>&status=completed', nothing),
      list('agent_version_id=<agent_version_id>', found),
      list('agent_id=<agent_id>&user_id=STOMER-47', found),
      list('agent_id=<agent_id>&user_id=%25', nothing),
      list('agent_id=<agent_id>&user_turn_count_above=0&user_turn_count_below=0', found),
      list('agent_id=<agent_id>&user_turn_count_above=1', nothing),
      list('agent_id=<agent_id>&duration_above=0', nothing),
      list('status=sleeping', faultAt('status'), { status: 422 }),
    ],
  },
  {
    name: 'list: `created_after`, `created_before`, `updated_after`, `updated_before` are inclusive',
    exchanges: [
      ...begun,
      { ...read, keep: { updated_at: 'updated_at' } },
      list('agent_id=<agent_id>&created_after=<created_at>&created_before=<created_at>', found),
      list('agent_id=<agent_id>&updated_after=<updated_at>&updated_before=<updated_at>', found),
      list('agent_id=<agent_id>&updated_after=2999-01-01T00:00:00Z', nothing),
      list('agent_id=<agent_id>&updated_before=2020-01-01T00:00:00Z', nothing),
      list('updated_after=yesterday', faultAt('updated_after'), { status: 422 }),
    ],
  },
  {
    name: 'list: `custom_metadata` is a JSON object as text, and needs `conversations:read_sensitive`',
    exchanges: [
      ...publishAgent(quiet),
      createConversation({ custom_metadata: { plan: 'pro', seats: 3 } }),
      list('agent_id=<agent_id>&custom_metadata=%7B%22plan%22%3A%22pro%22%7D', found),
      list('agent_id=<agent_id>&custom_metadata=%7B%22plan%22%3A%22free%22%7D', nothing),
      list('custom_metadata=%7B%7D', detail, { status: 403, headers: { Authorization: 'Bearer <reader>' } }),
    ],
  },
  {
    name: 'list: transcripts with `include=conversation`; any other name is 422',
    exchanges: [
      ...begun,
      send({ text: 'Hello' }, fields({ reply: 'filled' })),
      list('agent_id=<agent_id>', { entries: [{ lacks: ['conversation'] }] }),
      list('agent_id=<agent_id>&include=conversation', {
        entries: [
          fields({ conversation: fields({ items: { each: fields({ type: is('message'), position: 'integer' }) } }) }),
        ],
      }),
      list('include=recordings', detail, { status: 422 }),
    ],
  },
  {
    name: 'list: a page of too many transcripts is cut, with `conversation_omitted: true`',
    model: [long_reply, long_reply],
    exchanges: [
      ...begun,
      send({ text: 'Hello' }, fields({ reply: is(long_reply) })),
      { ...read, keep: { older_id: 'id' } },
      createConversation(),
      send({ text: 'Hello' }, fields({ reply: is(long_reply) })),
      list('agent_id=<agent_id>&include=conversation', {
        entries: [
          {
            all: [
              fields({
                id: is('<conversation_id>'),
                conversation: fields({
                  items: { entries: [fields({ content: is(['Hello']) }), fields({ content: is([long_reply]) })] },
                }),
              }),
              { lacks: ['conversation_omitted'] },
            ],
          },
          {
            all: [fields({ id: is('<older_id>'), conversation_omitted: is(true) }), { lacks: ['conversation'] }],
          },
        ],
      }),
    ],
  },
  {
    name: 'read: the transcript, and the sensitive fields only with `conversations:read_sensitive`',
    exchanges: [
      ...begun,
      send({ text: 'Hello' }, fields({ reply: 'filled' })),
      {
        ...read,
        answer: fields({
          ...safe,
          user_turn_count: is(1),
          conversation: fields({
            items: {
              entries: [
                fields({ role: is('user'), content: is(['Hello']) }),
                fields({ role: is('assistant'), content: { each: 'filled' } }),
              ],
            },
          }),
        }),
      },
      {
        ...read,
        headers: { Authorization: 'Bearer <reader>' },
        answer: {
          all: [
            fields({ ...safe, user_turn_count: is(1) }),
            { lacks: ['summary', 'initial_context', 'custom_metadata', 'conversation', 'recording_details'] },
          ],
        },
      },
    ],
  },
  {
    name: 'read: a malformed id, `%00` and an undecodable one answer what an unknown id answers',
    exchanges: [
      '01890a5d-ac96-774b-bcce-b302099a8057',
      '<other_conversation_id>',
      'not-an-id',
      '%00',
      '%ff',
      '%',
      '01890A5D-AC96-774B-BCCE-B302099A805',
    ].map((id) => ({
      method: 'GET' as const,
      path: `/core/conversations/${id}`,
      status: 404,
      answer: detailIs('Conversation not found'),
    })),
  },
  {
    name: 'messages: `conversation_id`, `reply`, `tool_calls`, and no `widgets` in a plain conversation',
    exchanges: [
      ...begun,
      send(
        { text: 'Hello', interactivity: 'plain' },
        {
          all: [
            fields({ conversation_id: is('<conversation_id>'), reply: 'filled', tool_calls: is([]) }),
            { lacks: ['widgets'] },
          ],
        },
      ),
      send({ text: 'Hello', interactivity: 'rich' }, fields({ widgets: is([]) })),
    ],
  },
  {
    name: 'messages: `tool_calls` pairs each call with its result',
    model: [{ tool_calls: [{ name: 'find_slot', arguments: { day: 'Monday' } }] }, 'Monday at nine is free.'],
    exchanges: [
      ...publishAgent({
        ...quiet,
        tools: [
          {
            name: 'find_slot',
            description: 'Finds a free slot.',
            properties: { day: { type: 'string' } },
            required: ['day'],
            actions: [{ type: 'play_message', message: 'Looking at {{ day }}.' }],
            output: 'Free: {{ day }} 9:00',
          },
        ],
      }),
      createConversation(),
      send(
        { text: 'Monday?' },
        fields({
          reply: is('Looking at Monday.\n\nMonday at nine is free.'),
          tool_calls: {
            entries: [
              fields({
                call_id: 'filled',
                name: is('find_slot'),
                arguments: is({ day: 'Monday' }),
                output: is('Free: Monday 9:00'),
                is_error: is(false),
              }),
            ],
          },
        }),
      ),
    ],
  },
  {
    name: 'messages: a blank `text` and an unknown `interactivity` are 422; what is not text is 409',
    exchanges: [
      ...begun,
      { ...send({ text: ' ' }, faultAt('text')), status: 422 },
      { ...send({}, faultAt('text')), status: 422 },
      { ...send({ text: 'Hi', interactivity: 'loud' }, faultAt('interactivity')), status: 422 },
      {
        ...send({ text: 'Hi' }, detail),
        path: '/core/conversations/<telephone_failed_id>/messages',
        status: 409,
      },
    ],
  },
]
