import { widgetLocales } from '@parley/contract'
import { expect, test } from 'vitest'
import { listTexts, readTexts } from './built-in-texts.ts'

test('every language has its texts', async () => {
  for (const locale of widgetLocales) expect(Object.keys(await readTexts(locale)).length).toBeGreaterThan(50)
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
