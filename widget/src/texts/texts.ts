// The words of the widget: which there are, in which languages, how one is chosen, and how numbers are put into them. Pure.

import type { PeopleKey, PeopleTexts } from './people/people-texts.ts'

export const locales = ['en', 'de', 'fr', 'es', 'pt', 'it', 'nl', 'pl', 'tr', 'ar', 'ja', 'zh'] as const
export type Locale = (typeof locales)[number]

/** One text for each plural category of the language; `other` is always there. */
type Plural = 'launcher_unread' | 'too_long' | 'wait'
type Category = 'zero' | 'one' | 'two' | 'few' | 'many'

type Plain =
  | 'welcome'
  | 'chat'
  | 'launcher_open'
  | 'launcher_close'
  | 'close'
  | 'back'
  | 'menu'
  | 'message'
  | 'hint'
  | 'send'
  | 'stop'
  | 'new_conversation'
  | 'end'
  | 'end_ask'
  | 'cancel'
  | 'ended'
  | 'history'
  | 'history_empty'
  | 'history_failed'
  | 'download'
  | 'download_cut'
  | 'person'
  | 'connecting'
  | 'offline'
  | 'writing'
  | 'sending'
  | 'not_sent'
  | 'fault_old'
  | 'fault_over'
  | 'fault_full'
  | 'fault_cap'
  | 'fault_blocked'
  | 'fault_origin'
  | 'fault_too_long'
  | 'fault_answered'
  | 'fault_refused'
  | 'fault_identity'
  | 'fault_gone'
  | 'fault_captcha'
  | 'fault_busy'
  | 'send_again'
  | 'send_new'
  | 'discard'
  | 'no_answer'
  | 'try_again'
  | 'stopped'
  | 'too_many'
  | 'volatile'
  | 'form'
  | 'start'
  | 'required'
  | 'missing'
  | 'choose'
  | 'yes'
  | 'no'
  | 'stars'
  | 'otp'
  | 'phone'
  | 'submit'
  | 'answered'
  | 'order'
  | 'expected'
  | 'track'
  | 'step_done'
  | 'step_current'
  | 'step_upcoming'
  | 'picture'
  | 'source'
  | 'feedback'
  | 'good'
  | 'bad'
  | 'thanks'
  | 'you'
  | 'agent'
  | 'earlier'
  | 'latest'
  | 'unread'
  | 'questions'
  | 'captcha'

export type Texts = Record<Plain | `${Plural}_other`, string> & Partial<Record<`${Plural}_${Category}`, string>>

/** Puts values into a text, and chooses its plural by `n`. */
export interface Say {
  (key: Plain | Plural | PeopleKey, values?: Record<string, string | number>): string
  /** Texts that are loaded later; a widget's own replace them too. */
  learn(more: PeopleTexts): void
}

/** The first of what is wished for that there is: `de-AT` is met by `de`. */
export function chooseLocale(
  wishes: readonly (string | null | undefined)[],
  offered: readonly string[] = locales,
): Locale {
  const known = offered.filter((each) => (locales as readonly string[]).includes(each)) as Locale[]
  for (const wish of wishes) {
    const found = known.find((each) => each === wish?.toLowerCase().split(/[-_]/)[0])
    if (found) return found
  }
  return known.includes('en') || known.length === 0 ? 'en' : known[0]!
}

export const directionOf = (locale: string): 'rtl' | 'ltr' => (locale === 'ar' ? 'rtl' : 'ltr')

/** `own` replaces built-in texts, key by key. */
export function createSay(locale: string, texts: Texts, own: Readonly<Record<string, unknown>> = {}): Say {
  let all: Record<string, string> = { ...texts }
  for (const [key, text] of Object.entries(own)) if (typeof text === 'string' && text !== '') all[key] = text
  const plurals = new Intl.PluralRules(locale)
  const numbers = new Intl.NumberFormat(locale)
  const say: Say = (key, values = {}) => {
    const plural = typeof values['n'] === 'number' ? all[`${key}_${plurals.select(values['n'])}`] : undefined
    const text = plural ?? all[key] ?? all[`${key}_other`] ?? key
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = Object.hasOwn(values, name) ? values[name] : whole
      return typeof value === 'number' ? numbers.format(value) : value!
    })
  }
  say.learn = (more) => void (all = { ...more, ...all })
  return say
}
