// The configuration of a web widget with all defaults, for the server, the widget and the console.
import type { FormDefinition } from '../widgets.ts'
import type { WebWidgetConfig } from './config.ts'
import {
  type ColoredPart,
  type WidgetLocale,
  coloredParts,
  type feedbackRatings,
  type greetingFrequencies,
  type triggerDevices,
  type triggerPositions,
  widgetDefaults,
  widgetLocales,
  type widgetShapes,
  type widgetStorages,
  type widgetThemes,
} from './words.ts'

type OneOf<T extends readonly string[]> = T[number]

/** Null: the built-in color. */
export interface ColorPair {
  background_color: string | null
  text_color: string | null
}
export type ColorMode = Record<ColoredPart, ColorPair>

export interface ResolvedChat {
  light_mode: ColorMode
  dark_mode: ColorMode
  avatar_shape: OneOf<typeof widgetShapes>
  /** Null: the name of the agent. */
  title: string | null
  subtitle: string | null
  avatar_url: string | null
  width: number
  height: number
  radius: number
}

export interface ResolvedTrigger {
  shape: OneOf<typeof widgetShapes>
  size: number
  /** Null: what suits the size. */
  padding: number | null
  position: OneOf<typeof triggerPositions>
  offset_x: number
  offset_y: number
  icon_url: string | null
  label: string | null
  z_index: number
  hidden: boolean
  devices: OneOf<typeof triggerDevices>
  /** None included: every path. */
  paths: { include: string[]; exclude: string[] }
}

export interface ResolvedWidgetConfig {
  theme: OneOf<typeof widgetThemes>
  start_conversation_on_toggle: boolean
  chat: ResolvedChat
  trigger: ResolvedTrigger
  suggested_questions: string[]
  greeting: { text: string; delay_seconds: number; frequency: OneOf<typeof greetingFrequencies> } | null
  pre_conversation_form: FormDefinition | null
  pre_conversation_show_once: boolean
  post_conversation_feedback: {
    enabled: boolean
    thank_you_text: string | null
    form: FormDefinition | null
    rating: OneOf<typeof feedbackRatings>
  }
  locales: WidgetLocale[]
  /** Null: the browser's. */
  default_locale: WidgetLocale | null
  texts: Partial<Record<WidgetLocale, Record<string, string>>>
  image_hosts: string[]
  end_button: boolean
  stop_button: boolean
  person_button: boolean
  history: boolean
  transcript_download: boolean
  sounds: boolean
  storage: OneOf<typeof widgetStorages>
}

/** Of a configuration in its stored form. Null means the default. */
export function resolveWidgetConfig(stored: Record<string, unknown>): ResolvedWidgetConfig {
  const config = stored as WebWidgetConfig
  const { post_conversation_feedback: feedback } = config
  const trigger = resolveTrigger(config.trigger ?? {})
  return {
    theme: config.theme ?? widgetDefaults.theme,
    start_conversation_on_toggle: config.start_conversation_on_toggle ?? widgetDefaults.start_conversation_on_toggle,
    chat: resolveChat(config.chat ?? {}, trigger),
    trigger,
    suggested_questions: (config.suggested_questions ?? []) as string[],
    greeting: config.greeting
      ? {
          text: config.greeting.text,
          delay_seconds: config.greeting.delay_seconds ?? widgetDefaults.greeting.delay_seconds,
          frequency: config.greeting.frequency ?? widgetDefaults.greeting.frequency,
        }
      : null,
    pre_conversation_form: config.pre_conversation_form ?? null,
    pre_conversation_show_once: config.pre_conversation_show_once ?? widgetDefaults.pre_conversation_show_once,
    post_conversation_feedback: {
      enabled: feedback?.enabled ?? widgetDefaults.post_conversation_feedback.enabled,
      thank_you_text: feedback?.thank_you_text ?? null,
      form: feedback?.form ?? null,
      rating: feedback?.rating ?? widgetDefaults.post_conversation_feedback.rating,
    },
    locales: config.locales ?? [...widgetLocales],
    default_locale: config.default_locale ?? null,
    texts: resolveTexts(config.texts ?? {}),
    image_hosts: config.image_hosts ?? [],
    end_button: config.end_button ?? widgetDefaults.end_button,
    stop_button: config.stop_button ?? widgetDefaults.stop_button,
    person_button: config.person_button ?? widgetDefaults.person_button,
    history: config.history ?? widgetDefaults.history,
    transcript_download: config.transcript_download ?? widgetDefaults.transcript_download,
    sounds: config.sounds ?? widgetDefaults.sounds,
    storage: config.storage ?? widgetDefaults.storage,
  }
}

function resolveChat(chat: NonNullable<WebWidgetConfig['chat']>, trigger: ResolvedTrigger): ResolvedChat {
  return {
    light_mode: resolveColors(chat.light_mode ?? {}),
    dark_mode: resolveColors(chat.dark_mode ?? {}),
    avatar_shape: chat.avatar_shape ?? trigger.shape,
    title: chat.title || null,
    subtitle: chat.subtitle || null,
    avatar_url: chat.avatar_url ?? null,
    width: chat.width ?? widgetDefaults.chat.width,
    height: chat.height ?? widgetDefaults.chat.height,
    radius: chat.radius ?? widgetDefaults.chat.radius,
  }
}

type Colors = NonNullable<NonNullable<WebWidgetConfig['chat']>['light_mode']>

function resolveColors(colors: Colors): ColorMode {
  const pairs = coloredParts.map((part) => {
    const pair = colors[part]
    return [part, { background_color: pair?.background_color || null, text_color: pair?.text_color || null }]
  })
  return Object.fromEntries(pairs) as ColorMode
}

function resolveTrigger(trigger: NonNullable<WebWidgetConfig['trigger']>): ResolvedTrigger {
  const { trigger: defaults } = widgetDefaults
  return {
    shape: trigger.shape ?? defaults.shape,
    size: trigger.size ?? defaults.size,
    padding: trigger.padding ?? null,
    position: (trigger.position ?? defaults.position) as ResolvedTrigger['position'],
    offset_x: trigger.offset_x ?? defaults.offset_x,
    offset_y: trigger.offset_y ?? defaults.offset_y,
    icon_url: trigger.icon_url ?? null,
    label: trigger.label || null,
    z_index: trigger.z_index ?? defaults.z_index,
    hidden: trigger.hidden ?? defaults.hidden,
    devices: trigger.devices ?? defaults.devices,
    paths: { include: trigger.paths?.include ?? [], exclude: trigger.paths?.exclude ?? [] },
  }
}

function resolveTexts(texts: NonNullable<WebWidgetConfig['texts']>): ResolvedWidgetConfig['texts'] {
  const given = widgetLocales.flatMap((locale) => (texts[locale] ? [[locale, texts[locale]]] : []))
  return Object.fromEntries(given) as ResolvedWidgetConfig['texts']
}
