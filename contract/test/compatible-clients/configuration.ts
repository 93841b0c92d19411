// What clients of the AnyReach API rely on in the configuration of an agent: kinds, tools, widgets, forms, unknown keys.
import { type Exchange, type Line, type Shape, fields, is } from './exchange.ts'
import { createAgent, createConversation, createVersion, faultAt, publishAgent, quiet, send } from './steps.ts'

const refusedVersion = (config: object, answer: Shape): Exchange => ({
  ...createVersion(config),
  status: 422,
  answer,
  keep: {},
})
const warned = (config: object, ...warnings: string[]): Exchange => ({
  ...createVersion(config),
  answer: fields({ config: is(config), warnings: is(warnings) }),
})
const unknown = (path: string) => `config.${path} is not known; it is stored but has no effect`
const later = (path: string) => `config.${path} is not supported yet; it is stored but has no effect`
const tool = (...actions: object[]) => ({ name: 'act', description: 'Acts.', actions })
const act = { tool_calls: [{ name: 'act', arguments: {} }] }
const rich = (answer: Shape) => send({ text: 'Show me.', interactivity: 'rich' }, answer)
const shown = (type: string, data: object): Shape => fields({ widgets: is([{ type, data }]) })

/** The agent shows this widget. */
const showing = (name: string, type: string, data: object): Line => ({
  name,
  model: [{ tool_calls: [{ name: `show_${type}_widget`, arguments: data }] }, 'Here.'],
  exchanges: [
    ...publishAgent({ ...quiet, built_in_tools: { widgets: { allowed: [type] } } }),
    createConversation(),
    rich(shown(type, data)),
  ],
})

const form = (field: object) => ({ forms: [{ id: 'contact_info', name: 'Contact info', fields: [field] }] })

/** What the model is told about the tool of a form with these fields. */
const formTool = (name: string, more: object, description: string): Line => {
  const [contact] = form({ id: 'a', label: 'A', type: 'text' }).forms
  return {
    name,
    exchanges: [
      ...publishAgent({ ...quiet, forms: [{ ...contact, ...more }] }),
      createConversation(),
      rich(fields({ widgets: is([]) })),
    ],
    tools: { entries: [fields({ name: is('show_form_contact_info'), description: is(description) })] },
  }
}

const fieldLine = (field: { type: string }): Line => ({
  name: `forms: fields of the type \`${field.type}\``,
  model: [{ tool_calls: [{ name: 'show_form_contact_info', arguments: {} }] }, 'Please fill it in.'],
  exchanges: [
    ...publishAgent({ ...quiet, ...form({ id: 'a', label: 'A', ...field }) }),
    createConversation(),
    rich(shown('form', form({ id: 'a', label: 'A', ...field }).forms[0]!)),
  ],
})

export const configurationLines: Line[] = [
  {
    name: 'kind: `static_prompt`; any other is 422 and names the kinds that this server runs',
    exchanges: [
      createAgent,
      createVersion({ kind: 'static_prompt' }),
      refusedVersion(
        { kind: 'flow' },
        fields({ errors: { entries: [fields({ path: is('config.kind'), message: { matches: /static_prompt/ } })] } }),
      ),
    ],
  },
  ...[null, '', ' '].map((condition): Line => ({
    name: `tools: the condition ${JSON.stringify(condition)} of an action means always`,
    model: [act, 'Done.'],
    exchanges: [
      ...publishAgent({ ...quiet, tools: [tool({ type: 'play_message', message: 'One moment.', condition })] }),
      createConversation(),
      send({ text: 'Go.' }, fields({ reply: is('One moment.\n\nDone.') })),
    ],
  })),
  {
    name: 'tools: `condition` decides whether an action runs; its results are seen by later ones and by `output`',
    model: [{ tool_calls: [{ name: 'act', arguments: { day: 'Monday' } }] }, 'Done.'],
    exchanges: [
      ...publishAgent({
        ...quiet,
        tools: [
          {
            ...tool(
              { type: 'play_message', message: 'Never.', condition: "day == 'Tuesday'" },
              { type: 'play_message', message: 'On {{ day }}.', condition: "day == 'Monday'" },
            ),
            properties: { day: { type: 'string' } },
            required: ['day'],
            output: 'Said: {{ message }}',
          },
        ],
      }),
      createConversation(),
      send(
        { text: 'Go.' },
        fields({
          reply: is('On Monday.\n\nDone.'),
          tool_calls: { entries: [fields({ output: is('Said: On Monday.'), is_error: is(false) })] },
        }),
      ),
    ],
  },
  {
    name: 'tools: a `workflow` action with an inline `definition`, `initial_step`, `reject_on_error`',
    model: [act, 'Sorry.'],
    exchanges: [
      ...publishAgent({
        ...quiet,
        tools: [
          tool({
            type: 'workflow',
            definition: {
              nodes: [
                {
                  id: 'n1',
                  type: 'input',
                  config: { fields: [{ name: 'what', type: 'string' }] },
                  next: { default: 'n2' },
                },
                {
                  id: 'n2',
                  type: 'output',
                  config: {
                    output_data: [{ name: 'said', type: 'string', value: 'Said: {{ n1.what ? n1.what : "none" }}.' }],
                  },
                },
              ],
            },
            initial_step: 'n1',
            reject_on_error: true,
          }),
        ],
      }),
      createConversation(),
      send(
        { text: 'Go.' },
        fields({
          tool_calls: { entries: [fields({ is_error: is(false), output: fields({ said: { matches: /^Said: / } }) })] },
        }),
      ),
    ],
  },
  {
    name: 'tools: a `workflow` action names a workflow or defines one, not both and not neither',
    exchanges: [
      createAgent,
      createVersion({ tools: [tool({ type: 'workflow', workflow_id: 'w', workflow_version: 'latest' })] }),
      refusedVersion({ tools: [tool({ type: 'workflow' })] }, faultAt('config.tools.0.actions.0.workflow_id')),
      refusedVersion(
        { tools: [tool({ type: 'workflow', workflow_id: 'w', definition: {} })] },
        faultAt('config.tools.0.actions.0.definition'),
      ),
    ],
  },
  {
    name: 'tools: every type of action is accepted; on text those of calls are skipped',
    model: [act, 'Done.'],
    exchanges: [
      ...publishAgent({
        ...quiet,
        tools: [
          tool(
            ...['play_audio', 'cold_transfer', 'warm_transfer', 'conference', 'dtmf'].map((type) => ({ type })),
            ...['wait', 'hangup', 'leave_room', 'stop_audio', 'update_endpointing'].map((type) => ({ type })),
            { type: 'play_message', message: 'Hello.' },
          ),
        ],
      }),
      createConversation(),
      send(
        { text: 'Go.' },
        fields({ reply: is('Hello.\n\nDone.'), tool_calls: { entries: [fields({ is_error: is(false) })] } }),
      ),
    ],
  },
  ...[{}, { allowed: null }].map((widgets): Line => ({
    name: `built_in_tools.widgets ${JSON.stringify(widgets)} allows all kinds`,
    model: [
      {
        tool_calls: [
          {
            name: 'show_order_tracker_widget',
            arguments: { order_number: 'A1', steps: [{ label: 'Packed', state: 'done' }] },
          },
        ],
      },
      'Here.',
    ],
    exchanges: [
      ...publishAgent({ ...quiet, built_in_tools: { widgets } }),
      createConversation(),
      rich(fields({ widgets: { entries: [fields({ type: is('order_tracker') })] } })),
    ],
  })),
  showing('widgets: `detail` has title, image, text, price and a source link', 'detail', {
    title: 'Brown Betty',
    image: 'https://shop.example/betty.jpg',
    text: 'A teapot for two.',
    price: '38.00 EUR',
    source: 'https://shop.example/betty',
  }),
  showing('widgets: `detail` has a Markdown body', 'detail', {
    title: 'Brown Betty',
    body: '# A teapot\n\n- for **two**',
  }),
  showing(
    'widgets: `detail` with the earlier fields `subtitle`, `description`, `image_url`, `fields`, `actions`',
    'detail',
    {
      title: 'Room 204',
      subtitle: 'Sea view',
      description: 'Our quietest room.',
      image_url: 'https://hotel.example/rooms/204.jpg',
      fields: [{ label: 'Beds', value: '2' }],
      actions: [{ label: 'Book', message: 'I would like to book room 204.' }],
    },
  ),
  showing('widgets: items of a `carousel` with the earlier fields `subtitle`, `description`, `image_url`', 'carousel', {
    items: [
      { title: 'Room 204', subtitle: 'Sea view', description: 'Quiet.', image_url: 'https://hotel.example/1.jpg' },
    ],
  }),
  showing('widgets: `info` with `text` only', 'info', { text: 'We are closed on public holidays.' }),
  showing('widgets: items of a `carousel` have image, price, rating and a button that adds to the cart', 'carousel', {
    items: [
      {
        title: 'Brown Betty',
        image: 'https://shop.example/betty.jpg',
        price: '38.00 EUR',
        rating: 4.5,
        add_to_cart: { label: 'Add to cart', message: 'Please add a Brown Betty to my cart.' },
      },
    ],
  }),
  showing('widgets: `info` has rows of a key and a value', 'info', {
    title: 'Opening hours',
    rows: [{ label: 'Monday', value: 'closed' }],
  }),
  ...[
    { type: 'rating' },
    { type: 'number' },
    { type: 'date' },
    { type: 'multiselect', options: ['One', 'Two'] },
    { type: 'checkbox' },
    { type: 'hidden' },
    // Those of this server before it was compatible stay valid.
    ...['text', 'textarea', 'email', 'phone', 'time'].map((type) => ({ type })),
    ...['select', 'multi_select', 'radio'].map((type) => ({ type, options: ['One', 'Two'] })),
  ].map(fieldLine),
  formTool(
    'forms: the default description of the tool',
    {},
    "Show the 'Contact info' form to collect structured data from the user.",
  ),
  formTool(
    'forms: `description` replaces the default description of the tool',
    { description: 'Ask for it politely.' },
    'Ask for it politely.',
  ),
  {
    name: 'warnings: unknown keys are kept at any depth, and named',
    exchanges: [
      createAgent,
      warned(
        {
          llm: { provider: 'openai', model: 'gpt-4o', top_k: 5 },
          voice_id: 'calm',
          ...form({ id: 'a', label: 'A', type: 'text', placeholder: 'x' }),
        },
        unknown('forms.0.fields.0.placeholder'),
        unknown('llm.top_k'),
        unknown('voice_id'),
      ),
    ],
  },
  {
    name: 'warnings: keys of voice actions',
    exchanges: [
      createAgent,
      warned(
        { tools: [tool({ type: 'cold_transfer', transfer_number: '+15551234567', music: 'jazz' })] },
        unknown('tools.0.actions.0.music'),
        later('tools.0.actions.0.transfer_number'),
      ),
    ],
  },
  {
    name: 'warnings: `sms` and what other channels have in `channel_overrides` and `channel_properties`',
    exchanges: [
      createAgent,
      warned(
        {
          channel_overrides: { sms: { instructions: 'Short.' }, webrtc: { tone: 'warm' } },
          channel_properties: { sms: { channel: 'sms', enabled: true }, telephone: { enabled: true, ring: 3 } },
        },
        unknown('channel_overrides.sms'),
        unknown('channel_overrides.webrtc.tone'),
        unknown('channel_properties.sms'),
        unknown('channel_properties.telephone.ring'),
      ),
    ],
  },
  {
    name: 'configuration: a knowledge base that does not exist is kept, with a warning',
    exchanges: [
      createAgent,
      warned(
        { knowledge_bases: [{ dataset_id: 'faq', top_n: 5 }] },
        'config.knowledge_bases.0.dataset_id is not a dataset of this organization; it finds nothing',
      ),
    ],
  },
  {
    name: 'configuration: a workflow around conversations that does not exist is kept, with a warning',
    exchanges: [
      createAgent,
      warned(
        { pre_conversation_workflow: { type: 'workflow', workflow_id: 'w' } },
        'config.pre_conversation_workflow.workflow_id is not the id of a workflow, so it cannot be executed',
      ),
    ],
  },
  {
    name: 'configuration: what is compatible and not there yet is kept, with a warning',
    exchanges: [
      createAgent,
      warned(
        {
          recording: { enabled: true },
          stt_llm_tts: { stt: { provider: 'deepgram' } },
          voicemail_detection: { enabled: true },
        },
        ...['recording', 'stt_llm_tts', 'voicemail_detection'].map(later),
      ),
    ],
  },
]
