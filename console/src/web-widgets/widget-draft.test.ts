import type { WebWidget } from '@parley/contract'
import { expect, test } from 'vitest'
import { changesOf, draftOf, mergeConfig, valueAt, withValue } from './widget-draft.ts'

test('a value is set in its place, and what is empty is gone', () => {
  const config = { pet: 1, chat: { title: 'Help', shadow: 'lg' } }
  expect(withValue(config, ['chat', 'width'], 400)).toEqual({
    pet: 1,
    chat: { title: 'Help', shadow: 'lg', width: 400 },
  })
  expect(withValue(config, ['chat', 'title'], undefined)).toEqual({ pet: 1, chat: { shadow: 'lg' } })
  expect(withValue({ chat: { title: 'x' } }, ['chat', 'title'], undefined)).toEqual({})
  expect(withValue({ chat: null }, ['chat', 'light_mode', 'link', 'text_color'], '#fff')).toEqual({
    chat: { light_mode: { link: { text_color: '#fff' } } },
  })
  expect(valueAt(config, ['chat', 'title'])).toBe('Help')
  expect([valueAt(config, ['chat', 'title', 'x']), valueAt(config, ['toString'])]).toEqual([undefined, undefined])
})

test('a proposal changes only what it names', () => {
  const config = { theme: 'dark', chat: { title: 'Mine', width: 400 } }
  expect(mergeConfig(config, { chat: { title: 'Theirs' } })).toEqual({
    theme: 'dark',
    chat: { title: 'Theirs', width: 400 },
  })
})

const widget = {
  ...{ name: 'Shop', domains: ['https://a.com'], config: { theme: 'dark' } },
  ...{ limits: { message_characters: 4000 }, identity: { required: false, allow_hmac: false } },
} as unknown as WebWidget

test('a save sends what differs', () => {
  const draft = draftOf(widget)
  expect(changesOf(widget, draft)).toEqual({})
  expect(changesOf(widget, { ...draft, domains: ' https://a.com \n\n' })).toEqual({})
  expect(changesOf(widget, { ...draft, name: ' Help ', domains: 'https://a.com\nb.com', config: {} })).toEqual({
    ...{ name: 'Help', domains: ['https://a.com', 'b.com'], config: {} },
  })
})
