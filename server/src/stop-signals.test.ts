import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { untilSignal } from './stop-signals.ts'

test('one Ctrl-C that arrives twice stops in order, and a second one ends at once', async () => {
  const signals = new EventEmitter()
  const ended: number[] = []
  let now = 1000
  const stopped = untilSignal({ signals, monotonic: () => now, exit: (code) => void ended.push(code) })
  signals.emit('SIGINT')
  expect(await stopped).toBe('SIGINT')
  now += 200
  signals.emit('SIGINT')
  expect(ended).toEqual([])
  now += 400
  signals.emit('SIGTERM')
  expect(ended).toEqual([1])
})
