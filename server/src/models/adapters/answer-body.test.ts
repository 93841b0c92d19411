// An answer as it arrives: nothing of it is lost, in whatever pieces it is taken.
import type { Dispatcher } from 'undici'
import { expect, test } from 'vitest'
import { type AnswerOptions, openAnswer } from './answer-body.ts'

/** The side of the library, played by a test. */
async function openPlayed(options: Partial<AnswerOptions> = {}) {
  let handler!: Dispatcher.DispatchHandler
  const controller = { aborted: false, paused: false, reason: null as Error | null }
  const played = Object.assign(controller, {
    abort(reason: Error) {
      Object.assign(controller, { aborted: true, reason })
      handler.onResponseError!(played, reason)
    },
    pause: () => void (controller.paused = true),
    resume: () => void (controller.paused = false),
  })
  const dispatcher = {
    dispatch(_request: object, given: Dispatcher.DispatchHandler) {
      handler = given
      handler.onRequestStart!(played, {})
      return true
    },
  } as Dispatcher
  const request = { origin: 'http://model', path: '/', method: 'POST' as const, headers: {}, body: '' }
  const opened = openAnswer(dispatcher, request, { signal: new AbortController().signal, ...options })
  opened.catch(() => {})
  const say = (text: string) => handler.onResponseData!(played, Buffer.from(text))
  const begin = (status = 200) => handler.onResponseStart!(played, status, { 'content-type': 'text/event-stream' })
  return { opened, played, say, begin, end: () => handler.onResponseEnd!(played, {}) }
}

const textOf = ({ value }: IteratorResult<Uint8Array, undefined>) => value && Buffer.from(value).toString()

/** A clock whose timers a test lets go off. */
function timers() {
  const due: (() => void)[] = []
  const after = (_ms: number, call: () => void) => {
    due.push(call)
    return () => void due.splice(due.indexOf(call), 1)
  }
  return { due, clock: { after } }
}

test('each piece is there as it arrives, and pieces that a consumer did not take in time come as one', async () => {
  const { opened, say, begin, end } = await openPlayed()
  begin(103)
  begin()
  const { status, content_type, body } = await opened
  expect({ status, content_type }).toEqual({ status: 200, content_type: 'text/event-stream' })
  const first = body.next()
  say('a')
  expect(textOf(await first)).toBe('a')
  say('b')
  say('c')
  expect(textOf(await body.next())).toBe('bc')
  const last = body.next()
  end()
  expect(await last).toEqual({ done: true, value: undefined })
})

test('where nobody reads along, the first piece comes at once, and later ones together', async () => {
  const { due, clock } = timers()
  let gathers = true
  const { opened, say, begin, end } = await openPlayed({ gathers: () => gathers, clock })
  begin()
  const { body } = await opened
  say('a')
  expect(textOf(await body.next())).toBe('a')
  const second = body.next()
  say('b')
  say('c')
  due[0]!()
  expect(textOf(await second)).toBe('bc')
  // The end does not wait.
  const third = body.next()
  say('d')
  end()
  expect(textOf(await third)).toBe('d')
  expect(due).toEqual([])
  gathers = false
  expect((await body.next()).done).toBe(true)
})

test('a reader who comes gets the next piece at once', async () => {
  const { due, clock } = timers()
  let gathers = true
  const { opened, say, begin } = await openPlayed({ gathers: () => gathers, clock })
  begin()
  const { body } = await opened
  say('a')
  await body.next()
  gathers = false
  const second = body.next()
  say('b')
  expect(textOf(await second)).toBe('b')
  expect(due).toEqual([])
})

test('what arrived before the connection broke comes first', async () => {
  const { opened, say, begin, played } = await openPlayed({ gathers: () => true })
  begin()
  const { body } = await opened
  say('a')
  await body.next()
  say('b')
  played.abort(new Error('broken'))
  expect(textOf(await body.next())).toBe('b')
  await expect(body.next()).rejects.toThrow('broken')
})

test('an answer without a head, and a call that is given up before or during it', async () => {
  const broken = await openPlayed()
  broken.played.abort(new Error('refused'))
  await expect(broken.opened).rejects.toThrow('refused')
  await expect(openPlayed({ signal: AbortSignal.abort(new Error('over')) })).rejects.toThrow('over')
  const controller = new AbortController()
  const { opened, begin, played } = await openPlayed({ signal: controller.signal })
  begin()
  const { body } = await opened
  const next = body.next()
  controller.abort(new Error('stopped'))
  await expect(next).rejects.toThrow('stopped')
  expect(played.reason).toEqual(new Error('stopped'))
})

test('a consumer that stops reading closes the connection, and keeps it if the answer is complete', async () => {
  const left = await openPlayed()
  left.begin()
  for await (const _piece of (left.say('a'), (await left.opened).body)) break
  expect(left.played.aborted).toBe(true)
  const read = await openPlayed()
  read.begin()
  read.say('a')
  read.end()
  for await (const _piece of (await read.opened).body) break
  expect(read.played.aborted).toBe(false)
})

test('with much waiting nothing more is read, until it is taken', async () => {
  const { opened, say, begin, played } = await openPlayed({ gathers: () => true })
  begin()
  const { body } = await opened
  say('a')
  await body.next()
  const next = body.next()
  say('x'.repeat(65_537))
  expect(played.paused).toBe(true)
  expect(textOf(await next)).toHaveLength(65_537)
  expect(played.paused).toBe(false)
})

test('an answer that is not wanted is read to its end, if it is short', async () => {
  const { opened, say, begin, played, end } = await openPlayed()
  begin(500)
  const { body } = await opened
  body.discard()
  say('x'.repeat(100_000))
  expect(played).toMatchObject({ paused: false, aborted: false })
  say('x'.repeat(100_000))
  expect(played.aborted).toBe(true)
  end()
})
