// The texts that the widget has in each language, loaded when they are looked at, beside those that replace them.
import type { WidgetLocale } from '@parley/contract'
import { isObject } from './widget-draft.ts'

type Texts = Record<string, string>

type Languages = Record<WidgetLocale, () => Promise<Record<string, Texts>>>

/** A language is a file of its own. */
const languages: Languages = {
  en: () => import('@parley/widget/texts/en.ts') as never,
  de: () => import('@parley/widget/texts/de.ts') as never,
  fr: () => import('@parley/widget/texts/fr.ts') as never,
  es: () => import('@parley/widget/texts/es.ts') as never,
  pt: () => import('@parley/widget/texts/pt.ts') as never,
  it: () => import('@parley/widget/texts/it.ts') as never,
  nl: () => import('@parley/widget/texts/nl.ts') as never,
  pl: () => import('@parley/widget/texts/pl.ts') as never,
  tr: () => import('@parley/widget/texts/tr.ts') as never,
  ar: () => import('@parley/widget/texts/ar.ts') as never,
  ja: () => import('@parley/widget/texts/ja.ts') as never,
  zh: () => import('@parley/widget/texts/zh.ts') as never,
}

/** So are its words about people, which visitors load when one appears. */
const ofPeople: Languages = {
  en: () => import('@parley/widget/texts/people/people-en.ts') as never,
  de: () => import('@parley/widget/texts/people/people-de.ts') as never,
  fr: () => import('@parley/widget/texts/people/people-fr.ts') as never,
  es: () => import('@parley/widget/texts/people/people-es.ts') as never,
  pt: () => import('@parley/widget/texts/people/people-pt.ts') as never,
  it: () => import('@parley/widget/texts/people/people-it.ts') as never,
  nl: () => import('@parley/widget/texts/people/people-nl.ts') as never,
  pl: () => import('@parley/widget/texts/people/people-pl.ts') as never,
  tr: () => import('@parley/widget/texts/people/people-tr.ts') as never,
  ar: () => import('@parley/widget/texts/people/people-ar.ts') as never,
  ja: () => import('@parley/widget/texts/people/people-ja.ts') as never,
  zh: () => import('@parley/widget/texts/people/people-zh.ts') as never,
}

export async function readTexts(locale: WidgetLocale): Promise<Texts> {
  const [texts, more] = await Promise.all([languages[locale](), ofPeople[locale]()])
  return { ...texts[locale], ...more[locale] }
}

export interface TextRow {
  key: string
  /** Built in; of a key that the widget does not know: the key. */
  text: string
  /** Empty: the built-in text counts. */
  own: string
}

export function listTexts(
  builtIn: Texts,
  replaced: unknown,
  { search, isOwnOnly }: { search: string; isOwnOnly: boolean },
): TextRow[] {
  const own = isObject(replaced) ? replaced : {}
  const unknown = Object.keys(own).filter((key) => !Object.hasOwn(builtIn, key))
  const wanted = search.trim().toLowerCase()
  return [...Object.keys(builtIn), ...unknown]
    .map((key) => ({
      key,
      text: builtIn[key] ?? key,
      own: Object.hasOwn(own, key) && typeof own[key] === 'string' ? own[key] : '',
    }))
    .filter((row) => !isOwnOnly || row.own !== '')
    .filter((row) => wanted === '' || [row.key, row.text, row.own].some((text) => text.toLowerCase().includes(wanted)))
}

export const directionOf = (locale: WidgetLocale) => (locale === 'ar' ? 'rtl' : 'ltr')
