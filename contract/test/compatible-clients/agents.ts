// What clients of the AnyReach API rely on in agents and their versions.
import { type Exchange, type Line, type Shape, fields, is } from './exchange.ts'
import {
  createAgent,
  createConversation,
  createVersion,
  detail,
  detailIs,
  end,
  faultAt,
  publish,
  publishAgent,
  quiet,
} from './steps.ts'

const agent_record = {
  id: is('<agent_id>'),
  agent_id: is('<agent_id>'),
  name: 'filled',
  description: 'text?',
  active: 'boolean',
  is_demo: 'boolean',
  metadata: 'object',
  created_at: 'time',
  updated_at: 'time',
} satisfies Record<string, Shape>

const version_record = {
  id: 'uuid',
  agent_id: is('<agent_id>'),
  version: 'integer',
  published: 'boolean',
  created_at: 'time',
  updated_at: 'time',
} satisfies Record<string, Shape>

const get = (path: string, answer: Shape, more: Partial<Exchange> = {}): Exchange => ({
  method: 'GET',
  path,
  status: 200,
  answer,
  ...more,
})
const latest = '/core/agents/<agent_id>/versions/latest'
const page = (data: Shape): Shape => fields({ data, pagination: 'object' })
const unknown_id = '01890a5d-ac96-774b-bcce-b302099a8057'
/** A wrong value publishes nothing. */
const refusedPublish = (body: object, path: string): Exchange[] => [
  { ...publish, body, status: 422, answer: faultAt(path) },
  get('/core/agents/<agent_id>/versions/<version>', fields({ published: is(false), published_at: 'null' })),
]

export const agentLines: Line[] = [
  {
    name: 'create: `name` is required; `active` true, `is_demo` false, `metadata` {} by default; both `id` and `agent_id`',
    exchanges: [
      { method: 'POST', path: '/core/agents', body: {}, status: 422, answer: faultAt('name') },
      {
        ...createAgent,
        body: { name: 'Scheduler' },
        keep: { agent_id: 'agent_id' },
        answer: fields({ id: 'uuid', agent_id: 'uuid', active: is(true), is_demo: is(false), metadata: is({}) }),
      },
      get('/core/agents/<agent_id>', fields({ ...agent_record, description: 'null' })),
    ],
  },
  {
    name: 'list: filters `name`, `active`, `is_demo`, `metadata`, dates; `limit` and `cursor`',
    exchanges: [
      {
        ...createAgent,
        body: { name: 'Zebra crossing', is_demo: true, metadata: { region: 'north' } },
        keep: { agent_id: 'agent_id', created_at: 'created_at' },
      },
      get('/core/agents?name=zebra&limit=5', page({ entries: [fields(agent_record)] })),
      get('/core/agents?name=zebra&active=true&is_demo=true', page({ entries: [fields(agent_record)] })),
      get('/core/agents?name=zebra&active=false', page({ entries: [] })),
      get('/core/agents?metadata=%7B%22region%22%3A%22north%22%7D', page({ entries: [fields(agent_record)] })),
      get(
        '/core/agents?name=zebra&created_after=<created_at>&created_before=<created_at>',
        page({ entries: [fields(agent_record)] }),
      ),
      get('/core/agents?name=zebra&updated_before=2020-01-01T00:00:00Z', page({ entries: [] })),
    ],
  },
  {
    name: 'read: adds `versions`, `phone_numbers`, `web_widgets`, `statistics`',
    exchanges: [
      ...publishAgent(quiet),
      get(
        '/core/agents/<agent_id>',
        fields({
          ...agent_record,
          versions: { entries: [fields({ ...version_record, published: is(true) })] },
          phone_numbers: is([]),
          web_widgets: is([]),
          statistics: fields({
            conversations: 'integer',
            active_conversations: 'integer',
            user_turns: 'integer',
            average_duration: 'number?',
          }),
        }),
      ),
    ],
  },
  {
    name: 'update: any of the five fields',
    exchanges: [
      createAgent,
      {
        method: 'PUT',
        path: '/core/agents/<agent_id>',
        body: { active: false },
        status: 200,
        answer: fields({ ...agent_record, active: is(false), name: is('Riverside Dental Scheduler') }),
      },
      {
        method: 'PUT',
        path: '/core/agents/<agent_id>',
        body: { name: 'Renamed', description: null, is_demo: true, metadata: { a: 1 } },
        status: 200,
        answer: fields({ ...agent_record, name: is('Renamed'), description: 'null', metadata: is({ a: 1 }) }),
      },
    ],
  },
  {
    name: 'delete: 409 with active conversations, then 204, then 404',
    exchanges: [
      ...publishAgent(quiet),
      createConversation(),
      { method: 'DELETE', path: '/core/agents/<agent_id>', status: 409, answer: detail },
      end,
      { method: 'DELETE', path: '/core/agents/<agent_id>', status: 204 },
      get('/core/agents/<agent_id>', detailIs('Agent not found'), { status: 404 }),
    ],
  },
  {
    name: 'read: an unknown, malformed or undecodable id, and that of another organization, are 404 `Agent not found`',
    exchanges: [unknown_id, '<other_agent_id>', 'not-an-id', '%00', '%ff', '%'].map((id) =>
      get(`/core/agents/${id}`, detailIs('Agent not found'), { status: 404 }),
    ),
  },
  {
    name: 'versions: created from exactly one of `config` and `base_version`, as a draft',
    exchanges: [
      createAgent,
      createVersion({ instructions: 'One.' }),
      {
        method: 'POST',
        path: '/core/agents/<agent_id>/versions',
        body: { base_version: 1 },
        status: 200,
        answer: fields({ ...version_record, version: is(2), config: is({ instructions: 'One.' }) }),
      },
      ...[{}, { config: {}, base_version: 1 }].map((body) => ({
        method: 'POST' as const,
        path: '/core/agents/<agent_id>/versions',
        body,
        status: 422,
        answer: detail,
      })),
      get(
        '/core/agents/<agent_id>/versions?published=false&limit=1',
        page({ entries: [fields({ ...version_record, version: is(2), config: 'object' })] }),
      ),
      get('/core/agents/<agent_id>/versions?version=1', page({ entries: [fields({ version: is(1) })] })),
    ],
  },
  {
    name: 'versions: a draft changes, a published one is 400',
    exchanges: [
      createAgent,
      createVersion({ instructions: 'One.' }),
      {
        method: 'PUT',
        path: '/core/agents/<agent_id>/versions/<version>',
        body: { config: { instructions: 'Two.' }, instruction_builder_inputs: { goal: 'Book.' } },
        status: 200,
        answer: fields({
          ...version_record,
          config: is({ instructions: 'Two.' }),
          instruction_builder_inputs: is({ goal: 'Book.' }),
        }),
      },
      publish,
      {
        method: 'PUT',
        path: '/core/agents/<agent_id>/versions/<version>',
        body: { config: {} },
        status: 400,
        answer: detail,
      },
    ],
  },
  {
    name: 'versions/latest: makes sure that a draft exists, for readers too',
    exchanges: [
      ...publishAgent({ instructions: 'One.' }),
      get(
        latest,
        fields({ ...version_record, version: is(2), published: is(false), config: is({ instructions: 'One.' }) }),
        {
          headers: { Authorization: 'Bearer <reader>' },
          keep: { draft_id: 'id' },
        },
      ),
      get(latest, fields({ id: is('<draft_id>') })),
    ],
  },
  {
    name: 'versions/latest: an agent without a version gets an empty draft',
    exchanges: [
      createAgent,
      get(latest, fields({ ...version_record, version: is(1), published: is(false), config: is({}) })),
    ],
  },
  {
    name: 'publish: without a body, and again; a list of the changed numbers',
    exchanges: [
      createAgent,
      createVersion({}),
      publish,
      publish,
      get('/core/agents/<agent_id>/versions/<version>', fields({ published: is(true), published_at: 'time' })),
    ],
  },
  {
    name: 'publish: `phone_numbers` is a list of strings; a wrong value publishes nothing',
    exchanges: [
      createAgent,
      createVersion({}),
      ...refusedPublish({ phone_numbers: '+15551234567' }, 'phone_numbers'),
      ...refusedPublish({ phone_numbers: [15551234567] }, 'phone_numbers.0'),
      { ...publish, body: { phone_numbers: ['+15551234567', '+15559876543'] } },
    ],
  },
  {
    name: 'publish: `unassign_phone_numbers` is a list of strings; a wrong value publishes nothing',
    exchanges: [
      createAgent,
      createVersion({}),
      ...refusedPublish({ unassign_phone_numbers: true }, 'unassign_phone_numbers'),
      ...refusedPublish({ unassign_phone_numbers: [null] }, 'unassign_phone_numbers.0'),
      { ...publish, body: { unassign_phone_numbers: ['+15551234567'] } },
    ],
  },
  {
    name: 'publish: `direction` is `inbound`, `outbound` or `both`; a wrong value publishes nothing',
    exchanges: [
      createAgent,
      createVersion({}),
      ...refusedPublish({ direction: 'sideways' }, 'direction'),
      ...['inbound', 'outbound', 'both'].map((direction) => ({
        ...publish,
        body: { phone_numbers: ['+15551234567'], direction },
      })),
    ],
  },
  {
    name: 'compare: `from_version`, `to_version`; text/plain',
    model: ['The second version is shorter.'],
    exchanges: [
      createAgent,
      createVersion({ instructions: 'Be brief, and friendly.' }),
      createVersion({ instructions: 'Be brief.' }),
      {
        method: 'POST',
        path: '/core/agents/<agent_id>/versions/compare',
        body: { from_version: 1, to_version: 2 },
        status: 200,
        media_type: 'text/plain',
        answer: is('The second version is shorter.'),
      },
    ],
  },
  {
    name: 'agent-config-schema: a JSON Schema',
    exchanges: [get('/core/agent-config-schema', fields({ type: is('object'), properties: 'object' }))],
  },
]
