// The configuration of a web widget (`config.v1`): what it looks like, what it says and how it behaves. This schema validates it.
import type { Static, TSchema, TUnsafe } from 'typebox'
import { Type } from '../type.ts'
import { named, nullable, oneOf } from '../schema.ts'
import { FormDefinition } from '../widgets.ts'
import {
  coloredParts,
  feedbackRatings,
  greetingFrequencies,
  triggerDevices,
  triggerPositions,
  widgetBounds,
  widgetDefaults,
  widgetLocales,
  widgetModes,
  widgetShapes,
  widgetStorages,
  widgetThemes,
} from './words.ts'

const optional = <T extends TSchema>(schema: T) => Type.Optional(nullable(schema))
const flag = (value: boolean, description = '') =>
  optional(Type.Boolean({ description: `${description}${description && ' '}Default ${value}.` }))
const pixels = ({ least, most }: { least: number; most: number }, value: number | null, ours = true) =>
  optional(
    Type.Number({
      minimum: least,
      maximum: most,
      description: `Pixels.${value === null ? '' : ` Default ${value}.`}${ours ? ' Ours.' : ''}`,
    }),
  )
const text = (maxLength: number, description?: string) =>
  optional(Type.String({ maxLength, ...(description ? { description } : {}) }))
const picture = (description: string) =>
  optional(
    Type.String({
      maxLength: widgetBounds.picture_url,
      pattern: '^https://[^\\s"\'<>\\\\`]+$',
      description: `The https address of a picture. ${description} Ours.`,
    }),
  )

const color = (description: string) =>
  optional(
    Type.String({
      pattern: '^(?:#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8}))?$',
      description: `${description}: \`#rgb\`, \`#rrggbb\`, \`#rrggbbaa\`, or empty for the built-in color.`,
    }),
  )

const ColorPair = Type.Object({ background_color: color('Background'), text_color: color('Text') })
const pairs = Object.fromEntries(coloredParts.map((part) => [part, optional(ColorPair)])) as Record<
  (typeof coloredParts)[number],
  ReturnType<typeof optional<typeof ColorPair>>
>
const ColorMode = Type.Object(pairs, {
  description: '`user_message` and `controls_button` are those of AnyReach; the others are ours.',
})

const { chat, trigger } = widgetBounds

const ChatWindow = Type.Object({
  light_mode: optional(ColorMode),
  dark_mode: optional(ColorMode),
  avatar_shape: optional(oneOf(widgetShapes, 'Default: the shape of the trigger.')),
  title: text(widgetBounds.title, 'Default: the name of the agent. Ours.'),
  subtitle: text(widgetBounds.title, 'Ours.'),
  avatar_url: picture('Shown beside what the agent says.'),
  width: pixels(chat.width, widgetDefaults.chat.width),
  height: pixels(chat.height, widgetDefaults.chat.height),
  radius: pixels(chat.radius, widgetDefaults.chat.radius),
})

const paths = (description: string) =>
  optional(Type.Array(Type.String({ minLength: 1, maxLength: trigger.path }), { maxItems: trigger.paths, description }))

/** `bottom_right` and `bottom_left` are accepted too; the stored form has a hyphen. */
const acceptedPositions = [...triggerPositions, 'bottom_right', 'bottom_left'] as const

const Trigger = Type.Object({
  shape: optional(oneOf(widgetShapes, `Default \`${widgetDefaults.trigger.shape}\`.`)),
  size: pixels(trigger.size, widgetDefaults.trigger.size, false),
  padding: pixels(trigger.padding, null, false),
  position: optional(
    oneOf(
      acceptedPositions,
      `Default \`${widgetDefaults.trigger.position}\`. An underscore is stored as a hyphen. Ours.`,
    ),
  ),
  offset_x: pixels(trigger.offset, widgetDefaults.trigger.offset_x),
  offset_y: pixels(trigger.offset, widgetDefaults.trigger.offset_y),
  icon_url: picture('Shown in the launcher.'),
  label: text(trigger.label, 'Shown beside the icon. Ours.'),
  z_index: optional(
    Type.Integer({
      minimum: trigger.z_index.least,
      maximum: trigger.z_index.most,
      description: `Default ${widgetDefaults.trigger.z_index}. Ours.`,
    }),
  ),
  hidden: flag(widgetDefaults.trigger.hidden, 'Whether the site opens the widget by itself, without a launcher. Ours.'),
  devices: optional(
    oneOf(triggerDevices, `Where the launcher is. Default \`${widgetDefaults.trigger.devices}\`. Ours.`),
  ),
  paths: optional(
    Type.Object(
      {
        include: paths('Globs such as `/help/**`. Default: every path.'),
        exclude: paths('Wins over `include`.'),
      },
      { description: 'The paths of the site that have the launcher. Ours.' },
    ),
  ),
})

const question = Type.String({ maxLength: widgetBounds.suggested_question })
type Question = string | { text?: string | null; question?: string | null }

/** AnyReach has both forms of an item. Stored as texts. */
const Questions = Type.Array(
  Type.Unsafe<Question>({
    anyOf: [
      { ...question, minLength: 1 },
      { type: 'object', properties: { text: nullable(question), question: nullable(question) } },
    ],
  }),
  {
    maxItems: widgetBounds.suggested_questions,
    description: 'What a visitor can ask with one press. Items `{text}` and `{question}` are accepted too.',
  },
)

const Greeting = Type.Object(
  {
    text: Type.String({ minLength: 1, maxLength: widgetBounds.greeting.text }),
    delay_seconds: optional(
      Type.Number({
        minimum: widgetBounds.greeting.delay_seconds.least,
        maximum: widgetBounds.greeting.delay_seconds.most,
        description: `Default ${widgetDefaults.greeting.delay_seconds}.`,
      }),
    ),
    frequency: optional(
      oneOf(greetingFrequencies, `\`once\`: in each browser. Default \`${widgetDefaults.greeting.frequency}\`.`),
    ),
  },
  { description: 'A bubble at the closed launcher. Ours.' },
)

const Feedback = Type.Object({
  enabled: flag(widgetDefaults.post_conversation_feedback.enabled),
  thank_you_text: text(widgetBounds.thank_you_text),
  form: optional(FormDefinition),
  rating: optional(
    oneOf(
      feedbackRatings,
      `\`stars\`: 1 to 5; \`thumbs\`: \`up\` or \`down\`. Default \`${widgetDefaults.post_conversation_feedback.rating}\`. Ours.`,
    ),
  ),
})

/** Texts by key, instead of those that the widget has. */
const Texts: TUnsafe<Record<string, string>> = Type.Unsafe<Record<string, string>>({
  type: 'object',
  maxProperties: widgetBounds.texts,
  propertyNames: { pattern: '^[a-z][a-z0-9_.]{0,63}$' },
  additionalProperties: { type: 'string', maxLength: widgetBounds.text },
})
const textsOfLocales = Object.fromEntries(widgetLocales.map((locale) => [locale, optional(Texts)])) as Record<
  (typeof widgetLocales)[number],
  ReturnType<typeof optional<typeof Texts>>
>

export const WebWidgetConfig = named(
  'WebWidgetConfig',
  Type.Object(
    {
      theme: optional(oneOf(widgetThemes, `Default \`${widgetDefaults.theme}\`.`)),
      default_mode: optional(
        oneOf(widgetModes, `Default \`${widgetDefaults.default_mode}\`. \`voice\` acts as \`text\`, with a warning.`),
      ),
      start_conversation_on_toggle: flag(
        widgetDefaults.start_conversation_on_toggle,
        'Whether opening the widget starts a conversation; otherwise the form or the first message does.',
      ),
      chat: optional(ChatWindow),
      trigger: optional(Trigger),
      suggested_questions: optional(Questions),
      suggestedQuestions: optional({ ...Questions, description: 'Another name of `suggested_questions`.' }),
      greeting: optional(Greeting),
      pre_conversation_form: optional(FormDefinition),
      pre_conversation_show_once: flag(
        widgetDefaults.pre_conversation_show_once,
        'Whether a browser that has filled in the form skips it, until its fields change.',
      ),
      post_conversation_feedback: optional(Feedback),
      locales: optional(
        Type.Array(oneOf(widgetLocales), {
          minItems: 1,
          maxItems: widgetLocales.length,
          description: 'The languages that visitors can have. Default: all. Ours.',
        }),
      ),
      default_locale: optional(
        oneOf(widgetLocales, 'Default null: the browser’s, else `en` or the first of `locales`. Ours.'),
      ),
      texts: optional(
        Type.Object(textsOfLocales, {
          description: 'Texts by language and key, instead of those that the widget has. Ours.',
        }),
      ),
      image_hosts: optional(
        Type.Array(Type.String({ minLength: 1, maxLength: 260 }), {
          maxItems: widgetBounds.image_hosts,
          description:
            'Hosts whose https pictures load in cards, such as `cdn.example.com`; `["*"]`: any. Others are shown as a link. Default: none. Ours.',
        }),
      ),
      end_button: flag(widgetDefaults.end_button, 'Ours.'),
      stop_button: flag(widgetDefaults.stop_button, 'Ours.'),
      person_button: flag(widgetDefaults.person_button, 'Shown if the version hands off. Ours.'),
      history: flag(widgetDefaults.history, 'Ours.'),
      transcript_download: flag(widgetDefaults.transcript_download, 'Ours.'),
      sounds: flag(widgetDefaults.sounds, 'Ours.'),
      storage: optional(
        oneOf(
          widgetStorages,
          `Where the browser keeps the visitor’s token. \`host_page\`: in the storage of the page, whose scripts can read it. Default \`${widgetDefaults.storage}\`. Ours.`,
        ),
      ),
    },
    {
      description:
        'Known keys are validated. Unknown keys, at any depth, are stored, returned and listed in `warnings`, but have no effect.',
    },
  ),
)
export type WebWidgetConfig = Static<typeof WebWidgetConfig>
