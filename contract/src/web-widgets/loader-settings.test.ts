import { expect, test } from 'vitest'
import { patternOf, settingsOfLoader } from './loader-settings.ts'

const labels = Object.fromEntries(
  ['en', 'de', 'ar'].map((locale) => [locale, { open: 'Open', close: 'Close', unread_other: '{n} new', chat: 'Chat' }]),
)
const settingsOf = (config: object, domains: string[] = []) =>
  settingsOfLoader({ id: 'w', domains, config }, 'https://chat.example', labels)

test.each([
  [['/'], '/', true],
  [['/help/*'], '/help/a/b', true],
  [['/help/*'], '/helpful', false],
  [['*/cart*'], '/en/cart/1', true],
  [['/a*b*c'], '/a-b-c', true],
  [['/a*b*c'], '/a-c-b', false],
  [['/a.b'], '/axb', false],
  [['/x', '/*/y*z'], '/1/y2z', true],
  [['/(a+)+$'], '/aaaa', false],
])('%j is matched by %s: %s', (globs, path, isMatched) => {
  expect(RegExp(patternOf(globs)!).test(path)).toBe(isMatched)
})

test('no path takes long, whatever the globs are', () => {
  const pattern = RegExp(patternOf([`/${'a*'.repeat(90)}b`])!)
  const before = process.cpuUsage()
  expect(pattern.test(`/${'a'.repeat(5000)}`)).toBe(false)
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(200)
})

test('sizes and colors are a list of custom properties, with text that can be read', () => {
  const config = {
    trigger: { size: 60, shape: 'square', position: 'bottom-left' },
    chat: { light_mode: { launcher: { background_color: '#ffff00', text_color: '#ffffff' } } },
  }
  const { box } = settingsOf(config) as { box: string }
  expect(box.split(';')).toEqual([
    ...[
      '--x:20px',
      '--s:60px',
      '--p:0px',
      '--r:14px',
      '--w:400px',
      '--h:640px',
      '--c:16px',
      '--y:max(20px,100% - 100vh + 20px)',
      ...['--e:auto', '--f:var(--x)', '--j:left'],
      '--z:2147483000',
    ],
    ...['--lb:#ffff00', '--lf:#000000', '--db:#8ad4d8', '--df:#0d2427'],
  ])
})

test('they stay within 4 KiB; the sites are never left out', () => {
  const domains = Array.from({ length: 50 }, (_none, index) => `https://shop-${index}-${'x'.repeat(30)}.example`)
  const config = { suggested_questions: Array(6).fill('ü'.repeat(200)), greeting: { text: 'ä'.repeat(300) } }
  const settings = settingsOf(config, domains)
  expect(Buffer.byteLength(JSON.stringify(settings))).toBeLessThanOrEqual(4096)
  expect(settings['domains']).toEqual(domains)
  expect(settings['questions']).toBeUndefined()
})

test('the words of the launcher are those of the site, form by form', () => {
  const texts = { en: { launcher_open: 'Ask us', launcher_unread_one: 'One is new', launcher_close: null }, de: null }
  const { labels: words } = settingsOf({ locales: ['en', 'de'], texts }) as { labels: object }
  expect(words).toEqual({
    en: { open: 'Ask us', close: 'Close', unread_one: 'One is new', unread_other: '{n} new' },
    de: { open: 'Open', close: 'Close', unread_other: '{n} new' },
  })
})
