import { expect, test } from 'vitest'
import { acceptsEventStream } from './accept.ts'

test.each([
  ['text/event-stream'],
  ['Text/Event-Stream; q=0.1'],
  ['application/json, text/event-stream'],
  ['text/event-stream;charset=utf-8'],
  ['application/json;q=0,text/event-stream;q=1.0'],
])('%s accepts events', (accept) => {
  expect(acceptsEventStream(accept)).toBe(true)
})

test.each([
  [undefined],
  [''],
  ['*/*'],
  ['text/*'],
  ['application/json'],
  ['text/event-stream;q=0'],
  ['application/json, text/event-stream; q=0.000'],
  ['text/event-stream-x'],
  ['x-text/event-stream'],
])('%s does not', (accept) => {
  expect(acceptsEventStream(accept)).toBe(false)
})
