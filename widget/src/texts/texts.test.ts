import { expect, test } from 'vitest'
import { widgetLocales } from '../../../contract/src/web-widgets/words.ts'
import type { PeopleTexts } from './people/people-texts.ts'
import { type Texts, chooseLocale, createSay, directionOf, locales } from './texts.ts'

const all = new Map<string, Texts>()
const ofPeople = new Map<string, PeopleTexts>()
for (const locale of locales) {
  const { [locale]: texts } = (await import(`./${locale}.ts`)) as Record<string, Texts>
  all.set(locale, texts!)
  const { [locale]: more } = (await import(`./people/people-${locale}.ts`)) as Record<string, PeopleTexts>
  ofPeople.set(locale, more!)
}
const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).toSorted()

test('the languages are those of the contract', () => {
  expect([...locales]).toEqual([...widgetLocales])
})

type AnyTexts = Readonly<Record<string, string>>
const kinds: [string, ReadonlyMap<string, AnyTexts>, string][] = [
  ['texts', all, 'launcher_unread'],
  ['words about people', ofPeople, 'queue_minutes'],
]

test.each(kinds.flatMap((kind) => locales.map((locale) => [locale, ...kind] as const)))(
  '%s has all %s, with the places of the English ones, and the plurals of its language',
  (locale, _kind, found, plural) => {
    const [english, texts] = [found.get('en')!, found.get(locale)!]
    const isPlural = (key: string) => /_(zero|one|two|few|many|other)$/.test(key)
    const plain = (of: AnyTexts) => Object.keys(of).filter((key) => !isPlural(key))
    expect(plain(texts).toSorted()).toEqual(plain(english).toSorted())
    for (const key of plain(english)) {
      expect(texts[key]?.trim(), key).not.toBe('')
      expect(places(texts[key]!), key).toEqual(places(english[key]!))
    }
    const { pluralCategories } = new Intl.PluralRules(locale).resolvedOptions()
    const optional = new Set(['zero', ...(['es', 'fr', 'it', 'pt'].includes(locale) ? ['many'] : [])])
    const said = (category: string) => `${plural}_${category}` in texts || `${plural}_other` in texts
    for (const category of pluralCategories) if (!optional.has(category)) expect(said(category), category).toBe(true)
  },
)

test('plurals and numbers follow the language', () => {
  const say = (locale: string, n: number) => createSay(locale, all.get(locale)!)('launcher_unread', { n })
  expect([say('en', 1), say('en', 2)]).toEqual(['1 new message', '2 new messages'])
  expect([say('pl', 1), say('pl', 3), say('pl', 5)]).toEqual([
    '1 nowa wiadomość',
    '3 nowe wiadomości',
    '5 nowych wiadomości',
  ])
  expect(say('ar', 2)).toBe('رسالتان جديدتان')
})

test('a widget’s own text replaces the built-in one, and its place stays', () => {
  const say = createSay('en', all.get('en')!, {
    hint: 'Ask us',
    fault_old: 5,
    launcher_unread_one: '{n} letter',
    unknown: 'x',
  })
  expect(say('hint')).toBe('Ask us')
  expect(say('fault_old')).toBe(all.get('en')!.fault_old)
  expect(say('launcher_unread', { n: 1 })).toBe('1 letter')
  expect(say('missing', { label: '{label} $& {n}' })).toBe('Please fill in “{label} $& {n}”.')
})

test('words about people are learned later, and a widget’s own texts replace them too', () => {
  const say = createSay('de', all.get('de')!, { person_name: 'Unser Team' })
  expect(say('person_asked')).toBe('person_asked')
  say.learn(ofPeople.get('de')!)
  expect(say('person_asked')).toBe(ofPeople.get('de')!.person_asked)
  expect([say('person_name'), say('send')]).toEqual(['Unser Team', all.get('de')!.send])
  expect([1, 5].map((n) => say('queue_minutes', { n }))).toEqual([
    'Geschätzte Wartezeit: 1 Minute',
    'Geschätzte Wartezeit: 5 Minuten',
  ])
})

test('the first wish that can be met', () => {
  expect(chooseLocale(['de-AT', 'fr'])).toBe('de')
  expect(chooseLocale([null, undefined, 'xx', 'PT_br'])).toBe('pt')
  expect(chooseLocale(['de'], ['fr', 'en'])).toBe('en')
  expect(chooseLocale(['de'], ['fr'])).toBe('fr')
  expect(chooseLocale([])).toBe('en')
  expect(['ar', 'ja', 'en'].map(directionOf)).toEqual(['rtl', 'ltr', 'ltr'])
})
