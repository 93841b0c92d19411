// What the preview shows of a draft: values that are still being written are brought into their ranges, or left out. Pure.
import { type WidgetLocale, widgetBounds, widgetLocales } from '@parley/contract'
import { type Path, isObject, valueAt, withValue } from '../widget-draft.ts'

type Config = Record<string, unknown>

const { chat, trigger, greeting } = widgetBounds
const ranges: readonly (readonly [Path, { least: number; most: number }])[] = [
  [['chat', 'width'], chat.width],
  [['chat', 'height'], chat.height],
  [['chat', 'radius'], chat.radius],
  [['trigger', 'size'], trigger.size],
  [['trigger', 'padding'], trigger.padding],
  [['trigger', 'offset_x'], trigger.offset],
  [['trigger', 'offset_y'], trigger.offset],
  [['trigger', 'z_index'], trigger.z_index],
  [['greeting', 'delay_seconds'], greeting.delay_seconds],
]
const pictures: readonly Path[] = [
  ['chat', 'avatar_url'],
  ['trigger', 'icon_url'],
]

export function shownConfig(draft: Config): Config {
  let config = draft
  for (const [path, { least, most }] of ranges) {
    const value = valueAt(config, path)
    if (typeof value !== 'number') continue
    const inRange = Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : undefined
    if (inRange !== value) config = withValue(config, path, inRange)
  }
  for (const path of pictures) {
    const value = valueAt(config, path)
    if (typeof value === 'string' && !/^https:\/\/[^\s/]+\.[^\s/]+/.test(value))
      config = withValue(config, path, undefined)
  }
  return withoutEmptyForms(config)
}

/** A form without fields is not shown yet. */
function withoutEmptyForms(config: Config): Config {
  const paths: Path[] = [['pre_conversation_form'], ['post_conversation_feedback', 'form']]
  return paths.reduce((shown, path) => {
    const form = valueAt(shown, path)
    const isEmpty = isObject(form) && !(Array.isArray(form['fields']) && form['fields'].length > 0)
    return isEmpty ? withValue(shown, path, undefined) : shown
  }, config)
}

/** The languages that a visitor can have. */
export function localesOf(config: Config): readonly WidgetLocale[] {
  const { locales } = config
  const chosen = Array.isArray(locales) ? widgetLocales.filter((locale) => locales.includes(locale)) : []
  return chosen.length > 0 ? chosen : widgetLocales
}

/** Which the preview begins with. */
export function firstLocale(config: Config): WidgetLocale {
  const offered = localesOf(config)
  const { default_locale } = config
  return offered.find((locale) => locale === default_locale) ?? offered.find((locale) => locale === 'en') ?? offered[0]!
}
