import { expect, test } from 'vitest'
import { type Upload, type UploadEvent, changeUploads, isBusy, nextUploads } from './uploads.ts'
import { formatBytes } from './texts.ts'

const files = ['a', 'b', 'c', 'd', 'e'].map((name) => new File(['x'], name))
const after = (...events: UploadEvent[]) => events.reduce<readonly Upload[]>(changeUploads, [])
const added: UploadEvent = { type: 'added', files, first_key: 1 }
const started = (key: number): UploadEvent => ({ type: 'started', key })
const statesOf = (uploads: readonly Upload[]) => uploads.map(({ key, state }) => `${key} ${state}`)

test('three are sent at once, in their order', () => {
  expect(nextUploads(after(added)).map(({ key }) => key)).toEqual([1, 2, 3])
  const three = after(added, started(1), started(2), started(3))
  expect(nextUploads(three)).toEqual([])
  expect(nextUploads(changeUploads(three, { type: 'whole', key: 2 }))).toEqual([])
  expect(nextUploads(changeUploads(three, { type: 'done', key: 2 })).map(({ key }) => key)).toEqual([4])
})

test('one that failed says why and makes room, and starts again when asked', () => {
  const failed = after(added, started(1), { type: 'sent', key: 1, bytes: 7 }, { type: 'failed', key: 1, error: 'Full' })
  expect(failed[0]).toMatchObject({ state: 'failed', error: 'Full', sent: 7 })
  expect(nextUploads(failed).map(({ key }) => key)).toEqual([2, 3, 4])
  const again = changeUploads(failed, { type: 'again', key: 1 })
  expect(again[0]).toMatchObject({ state: 'waiting', error: null, sent: 0 })
  expect(statesOf(changeUploads(failed, { type: 'discarded', key: 1 }))[0]).toBe('2 waiting')
})

test('leaving loses what is on its way or waits, and nothing that has failed', () => {
  expect(isBusy([])).toBe(false)
  expect(isBusy(after(added))).toBe(true)
  const one: UploadEvent = { type: 'added', files: files.slice(0, 1), first_key: 1 }
  expect(isBusy(after(one, started(1), { type: 'whole', key: 1 }))).toBe(true)
  expect(isBusy(after(one, started(1), { type: 'failed', key: 1, error: 'Full' }))).toBe(false)
})

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1.0 KB'],
  [123_456, '123 KB'],
  [52_428_800, '52.4 MB'],
])('%i bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))
