import { afterEach, expect, test, vi } from 'vitest'
import { openStorage } from './storage.ts'

afterEach(() => void vi.unstubAllGlobals())

/** As a browser keeps it, with room for so many characters. */
function stubStorage(most: number) {
  const kept: Record<string, string> = {}
  const methods = {
    getItem: (name: string) => kept[name] ?? null,
    removeItem: (name: string) => void delete kept[name],
    setItem(name: string, value: string) {
      const size = Object.entries({ ...kept, [name]: value }).reduce(
        (sum, [key, text]) => sum + key.length + text.length,
        0,
      )
      if (size > most) throw new DOMException('full', 'QuotaExceededError')
      kept[name] = value
    },
  }
  const asBrowser = new Proxy(kept, { get: (_target, name) => methods[name as keyof typeof methods] })
  vi.stubGlobal('localStorage', asBrowser)
  return kept
}

test('texts are kept under the widget’s own name, except what AnyReach’s widget shares', () => {
  const kept = stubStorage(1000)
  const storage = openStorage('w')
  expect(storage.set('draft', 'x')).toBe(true)
  storage.set('anyreach-widget-form-w', 'y')
  kept['other'] = 'z'
  expect(Object.keys(kept).toSorted()).toEqual(['anyreach-widget-form-w', 'other', 'parley-w:draft'])
  expect([storage.names(''), storage.get('draft'), storage.isVolatile()]).toEqual([['draft'], 'x', false])
  storage.remove('draft')
  expect(storage.get('draft')).toBeNull()
})

test('B1: in a full storage texts stay in memory, and the chat knows that they end with the page', () => {
  stubStorage(60)
  const storage = openStorage('w')
  expect(storage.set('out:1', 'x'.repeat(100))).toBe(false)
  expect([storage.get('out:1'), storage.names('out:'), storage.isVolatile()]).toEqual([
    'x'.repeat(100),
    ['out:1'],
    true,
  ])
  storage.remove('out:1')
  expect([storage.get('out:1'), storage.names('')]).toEqual([null, []])
})

test.each([
  [
    'throws',
    () =>
      vi.stubGlobal(
        'localStorage',
        new Proxy(
          {},
          {
            get: () => {
              throw new Error('refused')
            },
          },
        ),
      ),
  ],
  ['is not there', () => vi.stubGlobal('localStorage', undefined)],
])('B1: a storage that %s is replaced by memory', (_how, refuse) => {
  refuse()
  const storage = openStorage('w')
  expect(storage.set('draft', 'x')).toBe(false)
  expect([storage.get('draft'), storage.names(''), storage.isVolatile()]).toEqual(['x', ['draft'], true])
})
