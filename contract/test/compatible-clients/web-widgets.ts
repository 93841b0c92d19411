// What clients of the AnyReach API rely on in web widgets.
import { type Exchange, type Line, type Shape, fields, is } from './exchange.ts'
import { detailIs, faultAt, publishAgent, quiet } from './steps.ts'

const record = {
  id: is('<widget_id>'),
  organization_id: 'uuid',
  agent_id: is('<agent_id>'),
  agent_version_id: is('<agent_version_id>'),
  domains: 'list',
  published: 'boolean',
  config: 'object',
  created_at: 'time',
  updated_at: 'time',
} satisfies Record<string, Shape>

const create = (body: object): Exchange => ({
  method: 'POST',
  path: '/core/web-widgets',
  body: { agent_id: '<agent_id>', agent_version_id: '<agent_version_id>', ...body },
  status: 200,
  keep: { widget_id: 'id' },
})
const widget = '/core/web-widgets/<widget_id>'
const unknown_id = '01890a5d-ac96-774b-bcce-b302099a8057'

/** With the keys that AnyReach documents. */
const config = {
  theme: 'system',
  default_mode: 'text',
  start_conversation_on_toggle: true,
  chat: {
    avatar_shape: 'square',
    light_mode: { user_message: { background_color: '#0b5fff', text_color: '#fff' }, controls_button: {} },
    dark_mode: { user_message: { background_color: '', text_color: '' } },
  },
  trigger: { shape: 'circle', size: 56, padding: 12 },
  pre_conversation_form: {
    ...{ id: 'contact', name: 'Contact', title: 'Before we start' },
    fields: [{ id: 'name', label: 'Name', type: 'text', required: true }],
  },
  pre_conversation_show_once: false,
  post_conversation_feedback: { enabled: true, thank_you_text: 'Thank you' },
}

export const webWidgetLines: Line[] = [
  {
    name: 'create: `agent_id` is required; not published, without domains and configuration by default',
    exchanges: [
      { method: 'POST', path: '/core/web-widgets', body: {}, status: 422, answer: faultAt('agent_id') },
      ...publishAgent(quiet),
      {
        ...create({}),
        answer: fields({ agent_id: is('<agent_id>'), domains: is([]), published: is(false), config: is({}) }),
      },
      { method: 'GET', path: widget, status: 200, answer: fields(record) },
      {
        method: 'GET',
        path: '/core/agents/<agent_id>',
        status: 200,
        answer: fields({ web_widgets: { some: fields({ id: is('<widget_id>') }) } }),
      },
    ],
  },
  {
    name: 'create: the documented configuration is kept; domains become scheme and host',
    exchanges: [
      ...publishAgent(quiet),
      {
        ...create({ config, domains: ['example.com', 'http://localhost:3000/path'], published: true }),
        answer: fields({
          ...{ config: is(config), published: is(true) },
          domains: is(['https://example.com', 'http://localhost:3000']),
        }),
      },
    ],
  },
  {
    name: 'create: a version of another agent is refused',
    exchanges: [
      ...publishAgent(quiet),
      { ...create({ agent_version_id: unknown_id }), status: 422, answer: faultAt('agent_version_id'), keep: {} },
    ],
  },
  {
    name: 'list: newest first',
    exchanges: [
      ...publishAgent(quiet),
      create({}),
      {
        method: 'GET',
        path: '/core/web-widgets',
        status: 200,
        answer: fields({ data: { some: fields(record) }, pagination: 'object' }),
      },
    ],
  },
  {
    name: 'update: each field given replaces the stored one whole',
    exchanges: [
      ...publishAgent(quiet),
      create({ config, domains: ['example.com'] }),
      {
        ...{ method: 'PUT', path: widget, body: { config: { theme: 'dark' }, published: true }, status: 200 },
        answer: fields({
          ...record,
          config: is({ theme: 'dark' }),
          domains: is(['https://example.com']),
          published: is(true),
        }),
      },
      {
        method: 'PUT',
        path: widget,
        body: { config: { theme: 'blue' } },
        status: 422,
        answer: faultAt('config.theme'),
      },
    ],
  },
  {
    name: 'delete: 204, then 404',
    exchanges: [
      ...publishAgent(quiet),
      create({}),
      { method: 'DELETE', path: widget, status: 204 },
      { method: 'GET', path: widget, status: 404, answer: detailIs('Web widget not found') },
      { method: 'PUT', path: widget, body: {}, status: 404, answer: detailIs('Web widget not found') },
      { method: 'DELETE', path: widget, status: 404, answer: detailIs('Web widget not found') },
    ],
  },
  {
    name: 'auto-brand: `domain` is required; scheme, `www.` and a trailing slash do not matter',
    exchanges: [
      ...publishAgent(quiet),
      create({}),
      { method: 'POST', path: `${widget}/auto-brand`, body: {}, status: 422, answer: faultAt('domain') },
      {
        method: 'POST',
        path: `${widget}/auto-brand`,
        body: { domain: 'localhost' },
        status: 422,
        answer: faultAt('domain'),
      },
      {
        ...{ method: 'POST', path: `${widget}/auto-brand`, body: { domain: 'https://www.example.com/' }, status: 200 },
        answer: fields({ domain: is('example.com'), title: 'filled', colors: 'list', logos: 'list' }),
      },
    ],
  },
]
