// The widgets and forms that an agent shows in rich conversations. The schema of each type is also that of its tool's arguments.
import type { Static, TSchema } from 'typebox'
import { Type } from './type.ts'
import { Id, named, nullable, oneOf } from './schema.ts'
import { type WidgetType, agentBounds, agentDefaults, formFieldTypes } from './agent-words.ts'

const strict = { additionalProperties: false } as const
const shortText = (description: string, maxLength = 200) => Type.String({ minLength: 1, maxLength, description })
const longText = (description: string) => Type.String({ minLength: 1, maxLength: 4000, description })
const title = Type.Optional(shortText('Heading.'))

/** A model may use no other scheme. */
const httpsUrl = (description: string) =>
  Type.Optional(Type.String({ maxLength: 2000, pattern: '^https://[^\\s]+$', description }))
const imageUrl = httpsUrl('An https address of a picture.')
const price = Type.Optional(shortText('As shown to the end user, with its currency.', 80))
const rows = (description: string) =>
  Type.Optional(
    Type.Array(Type.Object({ label: shortText('Name.', 80), value: shortText('Value.', 1000) }, strict), {
      maxItems: 30,
      description,
    }),
  )

/** A button that sends a message as the end user, or opens an address. */
const action = Type.Object(
  {
    label: shortText('What the button says.', 80),
    message: Type.Optional(shortText('Sent as the end user when it is pressed.', 1000)),
    url: Type.Optional(
      Type.String({
        maxLength: 2000,
        pattern: '^(https://|mailto:|tel:)[^\\s]+$',
        description: 'Opened when it is pressed: https, mailto or tel.',
      }),
    ),
  },
  strict,
)
const actions = Type.Optional(Type.Array(action, { maxItems: 6, description: 'Buttons.' }))

const card = {
  title: shortText('Heading.'),
  subtitle: Type.Optional(shortText('Below the heading.')),
  description: Type.Optional(longText('A paragraph.')),
  image: imageUrl,
  image_url: httpsUrl('The same as `image`, which comes first.'),
  price,
  actions,
}

const rating = Type.Number({ minimum: 0, maximum: 5, description: 'Stars, from 0 to 5.' })

const example = <T extends TSchema>(schema: T, ...values: [Static<T>, ...Static<T>[]]): T =>
  Object.assign(schema, { examples: values })

/**
 * The data of each type, with an example. `detail`, `carousel` and `info` show what the widgets of these types show on AnyReach, which
 * does not document the names of their fields.
 */
export const widgetData = {
  detail: example(
    Type.Object(
      {
        ...card,
        text: Type.Optional(longText('A paragraph, shown as it is.')),
        body: Type.Optional(
          longText('Longer text in Markdown. Its links are https, mailto or tel; HTML is shown as text.'),
        ),
        source: httpsUrl('The https address that this comes from, shown as a link.'),
        fields: rows('Rows of a label and a value.'),
      },
      { ...strict, description: 'One thing in detail.' },
    ),
    {
      title: 'Room 204',
      subtitle: 'Sea view',
      image: 'https://hotel.example/rooms/204.jpg',
      text: 'Our quietest room, on the second floor.',
      body: 'Free **breakfast** until 10:30:\n\n- bread from the [bakery next door](https://bakery.example/)\n- eggs',
      price: '120 EUR',
      source: 'https://hotel.example/rooms/204',
      fields: [{ label: 'Beds', value: '2' }],
      actions: [{ label: 'Book', message: 'I would like to book room 204.' }],
    },
  ),
  carousel: example(
    Type.Object(
      {
        title,
        items: Type.Array(
          Type.Object(
            {
              ...card,
              rating: Type.Optional(rating),
              add_to_cart: Type.Optional({ ...action, description: 'The button that adds it to the cart.' }),
            },
            strict,
          ),
          { minItems: 1, maxItems: 20, description: 'The cards.' },
        ),
      },
      { ...strict, description: 'Several cards side by side.' },
    ),
    {
      title: 'Teapots',
      items: [
        {
          title: 'Brown Betty',
          image: 'https://shop.example/betty.jpg',
          price: '38.00 EUR',
          rating: 4.5,
          add_to_cart: { label: 'Add to cart', message: 'Please add a Brown Betty to my cart.' },
        },
        { title: 'Kyusu', subtitle: 'For green tea' },
      ],
    },
  ),
  info: example(
    Type.Object(
      {
        title,
        text: Type.Optional(longText('What to know. Needed if there are no `rows`.')),
        rows: rows('Rows of a label and a value. Needed if there is no `text`.'),
        level: Type.Optional(oneOf(['info', 'success', 'warning', 'error'] as const, 'Default `info`.')),
      },
      { ...strict, description: 'A notice, as text or as rows of a label and a value.' },
    ),
    {
      title: 'Opening hours',
      text: 'We are closed on public holidays.',
      rows: [
        { label: 'Monday', value: 'closed' },
        { label: 'Tuesday to Sunday', value: '9:00 to 18:00' },
      ],
      level: 'warning',
    },
  ),
  list: example(
    Type.Object(
      {
        title,
        items: Type.Array(
          Type.Object(
            {
              title: shortText('Of the row.'),
              description: Type.Optional(shortText('Below it.', 1000)),
              value: Type.Optional(shortText('At the end of the row.', 80)),
              image_url: imageUrl,
              action: Type.Optional(action),
            },
            strict,
          ),
          { minItems: 1, maxItems: 50, description: 'The rows.' },
        ),
      },
      { ...strict, description: 'Rows below each other.' },
    ),
    { title: 'Your bookings', items: [{ title: 'Room 204', value: '3 May' }] },
  ),
  action_grid: example(
    Type.Object(
      { title, actions: Type.Array(action, { minItems: 1, maxItems: 12, description: 'The buttons.' }) },
      { ...strict, description: 'A grid of buttons.' },
    ),
    { title: 'What can I do for you?', actions: [{ label: 'Book a room', message: 'I would like to book a room.' }] },
  ),
  collect_otp: example(
    Type.Object(
      {
        title,
        prompt: Type.Optional(shortText('What is asked for.', 500)),
        length: Type.Optional(Type.Integer({ minimum: 4, maximum: 10, description: 'Digits; default 6.' })),
        submit_label: Type.Optional(shortText('Of the button.', 80)),
      },
      { ...strict, description: 'A field for a one-time code.' },
    ),
    { prompt: 'Please enter the code that we sent you.', length: 6 },
  ),
  collect_phone_number: example(
    Type.Object(
      {
        title,
        prompt: Type.Optional(shortText('What is asked for.', 500)),
        default_country: Type.Optional(
          Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2, as in `DE`.' }),
        ),
        submit_label: Type.Optional(shortText('Of the button.', 80)),
      },
      { ...strict, description: 'A field for a phone number.' },
    ),
    { prompt: 'Where may we call you?', default_country: 'DE' },
  ),
  order_tracker: example(
    Type.Object(
      {
        order_number: shortText('As the end user knows it.', 100),
        status: Type.Optional(shortText('In a few words.')),
        steps: Type.Array(
          Type.Object(
            {
              label: shortText('What happens.'),
              state: oneOf(['done', 'current', 'upcoming'] as const),
              at: Type.Optional(shortText('When, as shown to the end user.', 80)),
            },
            strict,
          ),
          { minItems: 1, maxItems: 20, description: 'In order.' },
        ),
        carrier: Type.Optional(shortText('Who delivers.')),
        tracking_url: Type.Optional(Type.String({ maxLength: 2000, pattern: '^https://[^\\s]+$' })),
        estimated_delivery: Type.Optional(shortText('As shown to the end user.', 80)),
      },
      { ...strict, description: 'How far an order has come.' },
    ),
    {
      order_number: 'A-1001',
      status: 'On its way',
      steps: [
        { label: 'Packed', state: 'done', at: '2 May' },
        { label: 'On its way', state: 'current' },
        { label: 'Delivered', state: 'upcoming' },
      ],
    },
  ),
  comparison: example(
    Type.Object(
      {
        title,
        columns: Type.Array(shortText('What is compared.', 80), { minItems: 2, maxItems: 5 }),
        rows: Type.Array(
          Type.Object(
            {
              label: shortText('By what.', 80),
              values: Type.Array(Type.String({ maxLength: 500 }), { minItems: 2, maxItems: 5 }),
            },
            strict,
          ),
          { minItems: 1, maxItems: 30, description: 'One value for each column.' },
        ),
      },
      { ...strict, description: 'A table that compares.' },
    ),
    { columns: ['Room 204', 'Room 305'], rows: [{ label: 'Price', values: ['120 EUR', '140 EUR'] }] },
  ),
} as const satisfies Record<WidgetType, TSchema>

const { form: bounds, form_field: field_bounds } = agentBounds

export const FormDefinition = named(
  'FormDefinition',
  Type.Object(
    {
      id: Type.String({ pattern: `^[A-Za-z0-9_-]{1,${bounds.id}}$`, description: 'Its tool is `show_form_<id>`.' }),
      name: Type.Optional(nullable(Type.String({ maxLength: bounds.name, description: 'A name for authors.' }))),
      title: Type.Optional(nullable(Type.String({ maxLength: bounds.title }))),
      description: Type.Optional(
        nullable(
          Type.String({
            maxLength: bounds.description,
            description: `Shown below the title, and the description of the form's tool. Default of the tool, as on AnyReach: "Show the '<name>' form to collect structured data from the user."`,
          }),
        ),
      ),
      submit_label: Type.Optional(nullable(Type.String({ maxLength: bounds.submit_label }))),
      fields: Type.Array(
        Type.Object({
          id: Type.String({ minLength: 1, maxLength: field_bounds.id, description: 'Unique within the form.' }),
          label: Type.String({ minLength: 1, maxLength: field_bounds.label }),
          type: oneOf(
            formFieldTypes,
            '`multiselect` means the same as `multi_select`. The end user does not see `hidden`.',
          ),
          required: Type.Optional(nullable(Type.Boolean({ description: 'Default false.' }))),
          options: Type.Optional(
            nullable(
              Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
                maxItems: 200,
                description: 'For `select`, `multi_select` and `radio`.',
              }),
            ),
          ),
          min: Type.Optional(nullable(Type.Number({ description: 'Of `number`: the smallest value.' }))),
          max: Type.Optional(
            nullable(
              Type.Number({
                description: `Of \`number\`: the largest value. Of \`rating\`: how many stars, ${field_bounds.stars.least} to ${field_bounds.stars.most}; default ${agentDefaults.form_field.stars}.`,
              }),
            ),
          ),
          value: Type.Optional(
            nullable(
              Type.String({
                maxLength: field_bounds.value,
                description: 'Of `hidden`: what is sent with the answers.',
              }),
            ),
          ),
        }),
        { minItems: 1, maxItems: bounds.fields },
      ),
    },
    { description: 'A form that the agent can show in rich conversations.' },
  ),
)
export type FormDefinition = Static<typeof FormDefinition>

const { fields } = FormDefinition.properties

/** A form as it is shown, with any further fields from its author. */
const ShownForm = Type.Unsafe<FormDefinition>({
  ...FormDefinition,
  properties: {
    ...FormDefinition.properties,
    fields: { ...fields, items: { ...fields.items, additionalProperties: true } },
  },
  additionalProperties: true,
})

/** What a rich conversation shows besides the text; `data` depends on `type`. */
export type Widget =
  | { [T in WidgetType]: { type: T; data: Static<(typeof widgetData)[T]> } }[WidgetType]
  | { type: 'form'; data: FormDefinition }

const shapes: [string, TSchema][] = [...Object.entries(widgetData), ['form', ShownForm]]

export const Widget = named(
  'Widget',
  Type.Unsafe<Widget>({
    oneOf: shapes.map(([type, data]) => Type.Object({ type: Type.Literal(type), data })),
    description: 'What a rich conversation shows besides the text.',
  }),
)

/** A widget in the stream of a turn. */
export const TurnWidget = Type.Unsafe<Widget & { turn_id: string }>({
  oneOf: shapes.map(([type, data]) => Type.Object({ turn_id: Id, type: Type.Literal(type), data })),
})

/** A widget in the log of a conversation: its place in the transcript, and the call that its answer names. */
export const ShownWidget = Type.Unsafe<Widget & { turn_id: string; call_id: string; position: number }>({
  oneOf: shapes.map(([type, data]) =>
    Type.Object({
      turn_id: Id,
      call_id: Type.String({ description: 'What `in_reply_to` of an answer names.' }),
      position: Type.Integer({ description: 'Of the tool’s result in the transcript.' }),
      type: Type.Literal(type),
      data,
    }),
  ),
  description: 'A tool showed the end user a widget.',
})
