import { widgetLocales } from '@parley/contract'
import { expect, test } from 'vitest'
import { listTexts, readTexts } from './built-in-texts.ts'

test('every language has its texts, with those about people', async () => {
  for (const locale of widgetLocales) {
    const texts = await readTexts(locale)
    expect(Object.keys(texts).length).toBeGreaterThan(60)
    expect(texts['back_to_agent']).toContain('{name}')
  }
})

const built = { send: 'Send', stop: 'Stop', hint: 'Write a message…' }
const all = { search: '', isOwnOnly: false }

test('texts are listed beside what replaces them', () => {
  expect(listTexts(built, { send: 'Go', old_key: 'x', stop: 5 }, all)).toEqual([
    { key: 'send', text: 'Send', own: 'Go' },
    { key: 'stop', text: 'Stop', own: '' },
    { key: 'hint', text: 'Write a message…', own: '' },
    { key: 'old_key', text: 'old_key', own: 'x' },
  ])
  expect(listTexts(built, null, all)).toHaveLength(3)
})

test('a search finds keys, texts and replacements', () => {
  const keys = (search: string, isOwnOnly = false) =>
    listTexts(built, { send: 'Go ahead' }, { search, isOwnOnly }).map(({ key }) => key)
  expect(keys('WRITE')).toEqual(['hint'])
  expect(keys('ahead')).toEqual(['send'])
  expect(keys('stop')).toEqual(['stop'])
  expect(keys('', true)).toEqual(['send'])
})
