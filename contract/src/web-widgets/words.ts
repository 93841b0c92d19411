// The words, defaults and bounds of web widgets as plain data, for schemas, server, console and the widget itself. It imports nothing.

export const widgetThemes = ['system', 'light', 'dark'] as const
export const widgetModes = ['text', 'voice'] as const
/** What a color belongs to, in each mode. */
export const coloredParts = [
  'user_message',
  'controls_button',
  'agent_message',
  'surface',
  'header',
  'launcher',
  'link',
] as const
export type ColoredPart = (typeof coloredParts)[number]
export const widgetShapes = ['circle', 'square'] as const
export const triggerPositions = ['bottom-right', 'bottom-left'] as const
export const triggerDevices = ['all', 'desktop', 'mobile'] as const
export const greetingFrequencies = ['once', 'always'] as const
export const feedbackRatings = ['stars', 'thumbs', 'none'] as const
export const widgetStorages = ['frame', 'host_page'] as const
/** The languages that the widget speaks. */
export const widgetLocales = ['en', 'de', 'fr', 'es', 'pt', 'it', 'nl', 'pl', 'tr', 'ar', 'ja', 'zh'] as const
export type WidgetLocale = (typeof widgetLocales)[number]

/** Whether a widget answers visitors, and why it does not. */
export const liveReasons = ['live', 'not_published', 'version_not_published', 'agent_inactive'] as const
export type LiveReason = (typeof liveReasons)[number]

export const captchaProviders = ['turnstile', 'hcaptcha'] as const
export const captchaOccasions = ['always', 'suspicious'] as const

/** Ids that no field of a widget's form may have: conversations keep something else under these names. */
export const reservedFieldIds = ['visitor', 'verified', 'client', 'page', 'locale', 'feedback_form', 'rating'] as const
export const reservedFieldPrefixes = ['parley_', 'anyreach_'] as const

/** What a widget limits, with the default and the range of each. `tokens_per_day` can be null: no limit. */
export const widgetLimits = {
  conversations_per_address_hour: { default: 20, least: 1, most: 1000 },
  conversations_per_visitor_day: { default: 20, least: 1, most: 1000 },
  messages_per_address_minute: { default: 60, least: 1, most: 6000 },
  messages_per_conversation_minute: { default: 12, least: 1, most: 6000 },
  messages_per_conversation: { default: 200, least: 1, most: 10_000 },
  message_characters: { default: 4000, least: 1, most: 32_000 },
  conversations_per_day: { default: 5000, least: 1, most: 1_000_000 },
  active_conversations: { default: 1000, least: 1, most: 100_000 },
  tokens_per_day: { default: 2_000_000, least: 1000, most: 1_000_000_000_000 },
} as const
export type WidgetLimit = keyof typeof widgetLimits

/** What an event says that changed: fields of the widget, and what it has. */
export const widgetChanges = [
  'agent_id',
  'agent_version_id',
  'name',
  'domains',
  'published',
  'config',
  'limits',
  'identity',
  'captcha',
  'identity_keys',
  'blocks',
  'revoked_before',
] as const
export type WidgetChange = (typeof widgetChanges)[number]

/** The settings of a widget whose configuration does not mention them. */
export const widgetDefaults = {
  theme: 'system',
  default_mode: 'text',
  start_conversation_on_toggle: false,
  chat: { width: 400, height: 640, radius: 16 },
  trigger: {
    shape: 'circle',
    size: 56,
    position: 'bottom-right',
    offset_x: 20,
    offset_y: 20,
    z_index: 2_147_483_000,
    hidden: false,
    devices: 'all',
  },
  greeting: { delay_seconds: 3, frequency: 'once' },
  pre_conversation_show_once: true,
  post_conversation_feedback: { enabled: true, rating: 'stars' },
  end_button: true,
  stop_button: true,
  person_button: true,
  history: true,
  transcript_download: true,
  sounds: false,
  storage: 'frame',
} as const

/** Maximum entries of lists and characters of texts, and ranges of numbers. */
export const widgetBounds = {
  name: 200,
  domains: 50,
  /** Of all entries together: proxies bound the length of headers. */
  domain_characters: 2500,
  title: 80,
  picture_url: 2000,
  chat: {
    width: { least: 320, most: 640 },
    height: { least: 400, most: 900 },
    radius: { least: 0, most: 24 },
  },
  trigger: {
    size: { least: 40, most: 72 },
    padding: { least: 0, most: 40 },
    offset: { least: 0, most: 200 },
    z_index: { least: 0, most: 2_147_483_647 },
    label: 40,
    paths: 20,
    path: 200,
  },
  suggested_questions: 6,
  suggested_question: 200,
  greeting: { text: 300, delay_seconds: { least: 0, most: 600 } },
  thank_you_text: 1000,
  texts: 300,
  text: 300,
  image_hosts: 50,
  identity_keys: 2,
  block: { hours: { default: 720, least: 1, most: 8760 }, reason: 500 },
  statistics_days: 366,
} as const
