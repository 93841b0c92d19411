// The settings that the loader has with it, so that it makes no request of its own until it is needed; the server writes them into the
// script, and the console's sample page makes them from what is not saved yet. Pure.
import type { WebWidgetConfig } from './config.ts'
import { readableText } from './contrast.ts'
import { widgetDefaults, widgetLocales } from './words.ts'

type Settings = Record<string, unknown>

export interface LoaderWidget {
  id: string
  domains: readonly string[]
  config: WebWidgetConfig
}

type Labels = Readonly<Record<string, Readonly<Record<string, string>>>>

const most_bytes = 4096

/** Where they grow beyond 4 KiB, texts are left out that the loader can do without; never the sites. */
export function settingsOfLoader(widget: LoaderWidget, origin: string, labels: Labels): Settings {
  const whole = describe(widget, origin, labels)
  const { default_locale } = whole
  const fewer: ((settings: Settings) => Settings)[] = [
    (settings) => ({ ...settings, labels: onlyOf(settings['labels'], ['en', String(default_locale)]) }),
    ({ questions: _questions, ...settings }) => settings,
    ({ greeting: _greeting, ...settings }) => settings,
  ]
  return fewer.reduce((settings, reduce) => (bytesOf(settings) > most_bytes ? reduce(settings) : settings), whole)
}

const bytesOf = (settings: Settings) => new TextEncoder().encode(JSON.stringify(settings)).length

function describe({ id, domains, config }: LoaderWidget, origin: string, labels: Labels): Settings {
  const { chat, trigger, greeting, theme, default_locale, suggested_questions } = config
  const locales = config.locales ?? [...widgetLocales]
  const { icon_url, label, hidden, devices, paths } = trigger ?? {}
  return withoutNulls({
    ...{ id, origin, domains: [...domains] },
    theme: theme ?? widgetDefaults.theme,
    title: chat?.title,
    box: describeBox(config),
    icon: icon_url,
    label,
    hidden: hidden === true ? true : undefined,
    devices: devices === 'all' ? undefined : devices,
    include: patternOf(paths?.include),
    exclude: patternOf(paths?.exclude),
    questions: (suggested_questions ?? []).map(textOf),
    greeting: greeting ? { ...widgetDefaults.greeting, ...withoutNulls(greeting) } : undefined,
    default_locale,
    labels: labelsOf(locales, labels, config.texts ?? {}),
  })
}

/**
 * A regular expression for globs, in which `*` stands for any text, also across slashes. Each part is looked for once, from left to
 * right: what a lookahead has found is not given up, so that no path takes long.
 */
export function patternOf(globs: readonly string[] | null | undefined): string | undefined {
  if (!globs || globs.length === 0) return undefined
  let groups = 0
  const escape = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  const patterns = globs.map((glob) => {
    const [first, ...rest] = glob.split(/\*+/).map(escape)
    const last = rest.pop()
    if (last === undefined) return first
    const within = rest.map((part) => `(?=([^]*?${part}))\\${(groups += 1)}`)
    return `${first}${within.join('')}[^]*${last}`
  })
  return `^(?:${patterns.join('|')})$`
}

/** Of the launcher that nobody has given colors: background and text. */
const own_launcher = { light: ['#17535b', '#ffffff'], dark: ['#8ad4d8', '#0d2427'] } as const

/** Sizes, side and colors as custom properties of the loader's style sheet. All are numbers, or colors that were read: nothing else gets in. */
function describeBox({ chat, trigger }: WebWidgetConfig): string {
  const { trigger: places, chat: sizes } = widgetDefaults
  const size = trigger?.size ?? places.size
  const [x, y] = [trigger?.offset_x ?? places.offset_x, trigger?.offset_y ?? places.offset_y]
  const lengths = {
    x,
    s: size,
    p: trigger?.padding ?? (trigger?.label ? 16 : 0),
    r: trigger?.shape === 'square' ? 14 : size / 2,
    w: chat?.width ?? sizes.width,
    h: chat?.height ?? sizes.height,
    c: chat?.radius ?? sizes.radius,
  }
  const colorsOf = (mode: 'light' | 'dark') => {
    const { background_color, text_color } = chat?.[`${mode}_mode`]?.launcher ?? {}
    const text = readableText(background_color, text_color)
    return text ? ([background_color!, text] as const) : own_launcher[mode]
  }
  const [light, dark] = [colorsOf('light'), colorsOf('dark')]
  const isLeft = trigger?.position === 'bottom-left'
  // On a phone, a page that is wider than the screen has its right and lower edge beyond it.
  const within = (offset: number, seen: string) => `max(${offset}px,100% - ${seen} + ${offset}px)`
  const sides = isLeft ? ['auto', 'var(--x)', 'left'] : [within(x, '100vw'), 'auto', 'right']
  return [
    ...Object.entries(lengths).map(([name, value]) => `--${name}:${value}px`),
    `--y:${within(y, '100vh')}`,
    ...['e', 'f', 'j'].map((name, index) => `--${name}:${sides[index]}`),
    `--z:${trigger?.z_index ?? places.z_index}`,
    ...[`--lb:${light[0]}`, `--lf:${light[1]}`, `--db:${dark[0]}`, `--df:${dark[1]}`],
  ].join(';')
}

function textOf(question: NonNullable<WebWidgetConfig['suggested_questions']>[number]): string {
  return typeof question === 'string' ? question : (question.text ?? question.question ?? '')
}

const replaceable = ['open', 'close', 'unread'] as const

/** The site's own words replace those of the build. */
function labelsOf(locales: readonly string[], labels: Labels, texts: object): Settings {
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

function onlyOf(values: unknown, names: readonly string[]): Settings {
  return Object.fromEntries(Object.entries((values ?? {}) as Settings).filter(([name]) => names.includes(name)))
}

function withoutNulls(values: object): Settings {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value != null)) as Settings
}
