// The settings that the loader has with it, so that it makes no request of its own until it is needed. Pure.
import { type WebWidgetConfig, widgetDefaults, widgetLocales } from '@parley/contract'
import type { JsonObject, JsonValue } from '../../base/json.ts'

export interface LoaderWidget {
  id: string
  domains: readonly string[]
  config: WebWidgetConfig
}

type Labels = Readonly<Record<string, Readonly<Record<string, string>>>>

const most_bytes = 4096

/** Where they grow beyond 4 KiB, texts are left out that the loader can do without; never the sites. */
export function settingsOfLoader(widget: LoaderWidget, origin: string, labels: Labels): JsonObject {
  const whole = describe(widget, origin, labels)
  const { default_locale } = whole
  const fewer: ((settings: JsonObject) => JsonObject)[] = [
    (settings) => ({ ...settings, labels: onlyOf(settings['labels'], ['en', String(default_locale)]) }),
    ({ questions: _, ...settings }) => settings,
    ({ greeting: _, ...settings }) => settings,
  ]
  return fewer.reduce((settings, reduce) => (bytesOf(settings) > most_bytes ? reduce(settings) : settings), whole)
}

const bytesOf = (settings: JsonObject) => Buffer.byteLength(JSON.stringify(settings))

function describe({ id, domains, config }: LoaderWidget, origin: string, labels: Labels): JsonObject {
  const { chat, trigger, greeting, theme, storage, default_locale, suggested_questions } = config
  const locales = config.locales ?? [...widgetLocales]
  return withoutNulls({
    ...{ id, origin, domains: [...domains] },
    theme: theme ?? widgetDefaults.theme,
    trigger: withoutNulls(trigger ?? {}),
    chat: withoutNulls({ width: chat?.width, height: chat?.height, radius: chat?.radius, title: chat?.title }),
    launcher: {
      light: withoutNulls(chat?.light_mode?.launcher ?? {}),
      dark: withoutNulls(chat?.dark_mode?.launcher ?? {}),
    },
    questions: (suggested_questions ?? []).map(textOf),
    greeting: greeting ? { ...widgetDefaults.greeting, ...withoutNulls(greeting) } : undefined,
    storage: storage ?? widgetDefaults.storage,
    locales: [...locales],
    default_locale,
    labels: labelsOf(locales, labels, config.texts ?? {}),
  })
}

function textOf(question: NonNullable<WebWidgetConfig['suggested_questions']>[number]): string {
  return typeof question === 'string' ? question : (question.text ?? question.question ?? '')
}

const replaceable = ['open', 'close', 'unread', 'chat'] as const

/** The site's own words replace those of the build. */
function labelsOf(locales: readonly string[], labels: Labels, texts: object): JsonObject {
  const own = texts as Record<string, Record<string, string> | null | undefined>
  const labelled = locales.filter((locale) => Object.hasOwn(labels, locale))
  return Object.fromEntries(
    labelled.map((locale) => {
      const words = replaceable.flatMap((name) => {
        const replaced = own[locale]?.[`launcher_${name}`] ?? labels[locale]![name]
        return replaced === undefined ? [] : [[name, replaced] as const]
      })
      return [locale, Object.fromEntries(words)]
    }),
  )
}

function onlyOf(values: JsonValue | undefined, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries((values ?? {}) as JsonObject).filter(([name]) => names.includes(name)))
}

function withoutNulls(values: object): JsonObject {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value != null)) as JsonObject
}
