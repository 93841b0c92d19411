import type { WebWidget } from '@parley/contract'
import { expect, test } from 'vitest'
import { changesOf, differencesOf, draftOf, mergeConfig, rebase, valueAt, withValue } from './widget-draft.ts'

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

test('a CAPTCHA is sent whole, and null removes it', () => {
  const captcha = { provider: 'turnstile', site_key: 'k', secret_name: 'turnstile', when: 'always' } as const
  const draft = draftOf(widget)
  expect(changesOf(widget, { ...draft, captcha })).toEqual({ captcha })
  expect(changesOf({ ...widget, captcha }, { ...draftOf({ ...widget, captcha }), captcha: null })).toEqual({
    captcha: null,
  })
})

test('differences are listed value by value, whatever the order of keys', () => {
  expect(differencesOf({ a: 1, b: { c: [1], d: 2 } }, { b: { d: 2, c: [1] }, a: 1 })).toEqual([])
  const form = (field: object) => ({ pre_conversation_form: { id: 'x', fields: [field] } })
  expect(differencesOf(form({ id: 'a', label: 'A' }), form({ label: 'A', id: 'a' }))).toEqual([])
  expect(differencesOf({ chat: { title: 'A', width: 400 } }, { chat: { title: 'B' }, theme: 'dark' })).toEqual([
    { path: ['chat', 'title'], before: 'A', after: 'B' },
    { path: ['chat', 'width'], before: 400, after: undefined },
    { path: ['theme'], before: undefined, after: 'dark' },
  ])
  const asked = { id: 'a', fields: [] }
  expect(differencesOf({}, { pre_conversation_form: asked })).toEqual([
    { path: ['pre_conversation_form'], before: undefined, after: asked },
  ])
})

test('what was changed stays changed on what someone else has saved', () => {
  const base = draftOf(widget)
  const mine = { ...base, name: 'Mine', config: { chat: { title: 'Mine' } } }
  const theirs = { ...base, domains: 'https://b.com', config: { theme: 'light', chat: { subtitle: 'Theirs' } } }
  expect(rebase(base, mine, theirs)).toEqual({
    ...theirs,
    name: 'Mine',
    // `theme` was removed, the title added; the subtitle is theirs.
    config: { chat: { subtitle: 'Theirs', title: 'Mine' } },
  })
})
