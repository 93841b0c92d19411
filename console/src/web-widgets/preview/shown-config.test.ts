import { expect, test } from 'vitest'
import { firstLocale, localesOf, shownConfig } from './shown-config.ts'

test('what is still being written is brought into its range, or left out', () => {
  expect(
    shownConfig({
      chat: { width: 4, height: 640, avatar_url: 'https://', title: 'Help' },
      trigger: { size: 1000, icon_url: 'https://cdn.example/a.png' },
      pre_conversation_form: { id: 'pre_chat', fields: [] },
    }),
  ).toEqual({
    chat: { width: 320, height: 640, title: 'Help' },
    trigger: { size: 72, icon_url: 'https://cdn.example/a.png' },
  })
  expect(shownConfig({ chat: { width: NaN } })).toEqual({})
  const form = { pre_conversation_form: { id: 'pre_chat', fields: [{ id: 'name', label: '', type: 'text' }] } }
  expect(shownConfig(form)).toEqual(form)
})

test('a preview begins with the default language, else English, else the first', () => {
  expect(firstLocale({})).toBe('en')
  expect(firstLocale({ default_locale: 'ar' })).toBe('ar')
  expect(firstLocale({ locales: ['ja', 'de'] })).toBe('de')
  expect(firstLocale({ locales: ['ja', 'de'], default_locale: 'fr' })).toBe('de')
  expect(localesOf({ locales: [] })).toHaveLength(12)
})
