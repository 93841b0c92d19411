import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answerWant, emptyLog, pauseBeforeOpen, readInto, shouldRead, takeIn } from './election.ts'
import {
  type Outgoing,
  bytes_at_most,
  inOrder,
  isOld,
  judgeAnswer,
  kept_at_most_ms,
  messages_at_most,
  nextToSend,
  pauseBefore,
  readStored,
  planAgain,
  sendAgain,
  settle,
  tried_at_most_ms,
  withFault,
  write,
} from './outbox.ts'
import { judgeStart } from './starting.ts'
import {
  type StreamEvent,
  type View,
  answerTo,
  countUnread,
  emptyView,
  hear,
  lastPosition,
  replyInProgress,
} from './view.ts'

const message = (client_id: string, fields: Partial<Outgoing> = {}): Omit<Outgoing, 'order'> => ({
  client_id,
  conversation_id: 'c',
  text: client_id,
  at: 1000,
  ...fields,
})

function writeAll(...all: Omit<Outgoing, 'order'>[]): readonly Outgoing[] {
  return all.reduce<readonly Outgoing[]>((outbox, each) => write(outbox, each)!, [])
}

describe('the outbox', () => {
  test('sends in the order of writing, also within one millisecond', () => {
    const outbox = writeAll(message('a'), message('b'), message('c'), message('d', { at: 2000 }))
    expect(inOrder([...outbox].toReversed()).map(({ client_id }) => client_id)).toEqual(['a', 'b', 'c', 'd'])
    expect(nextToSend(outbox)?.client_id).toBe('a')
    expect(nextToSend(withFault(outbox, 'a', 'refused'))?.client_id).toBe('b')
  })

  test('holds 50 messages and 256 KiB, and says when it is full', () => {
    let outbox: readonly Outgoing[] = []
    for (let index = 0; index < messages_at_most; index += 1) outbox = write(outbox, message(String(index)))!
    expect(write(outbox, message('one more'))).toBeNull()
    expect(write([], message('large', { text: 'x'.repeat(bytes_at_most) }))).toBeNull()
    expect(write([], message('wide', { text: 'ü'.repeat(bytes_at_most / 2) }))).toBeNull()
    expect(write([], message('fits', { text: 'x'.repeat(bytes_at_most - 500) }))).not.toBeNull()
  })

  test('gives up after a day of trying, and sends nothing that is a week old', () => {
    const [written] = writeAll(message('a', { at: 0 }))
    expect(isOld(written!, 0, tried_at_most_ms - 1)).toBe(false)
    expect(isOld(written!, 0, tried_at_most_ms)).toBe(true)
    // A later visit tries again for a day.
    expect(isOld(written!, 3 * tried_at_most_ms, 4 * tried_at_most_ms - 1)).toBe(false)
    expect(isOld(written!, kept_at_most_ms - 1, kept_at_most_ms)).toBe(true)
  })

  test('sent again, it keeps its key in its conversation, and is a new message in another', () => {
    const outbox = withFault(writeAll(message('a', { in_reply_to: 'call', values: { x: 1 } })), 'a', 'refused')
    const here = { conversation_id: 'c', now: 9000, new_id: 'n' }
    expect(sendAgain(outbox, 'a', here)).toEqual([
      { ...message('a'), at: 9000, order: 1, in_reply_to: 'call', values: { x: 1 } },
    ])
    expect(sendAgain(outbox, 'a', { ...here, conversation_id: 'd' })).toEqual([
      { ...message('n'), text: 'a', conversation_id: 'd', at: 9000, order: 1 },
    ])
  })

  test('what was planned goes to the conversation that is begun', () => {
    const outbox = writeAll(message('a', { conversation_id: 'planned', is_planned: true }), message('b'))
    expect(settle(outbox, 'real')).toEqual([{ ...message('a'), conversation_id: 'real', order: 1 }, outbox[1]])
    expect(planAgain(outbox, 'other').map(({ conversation_id }) => conversation_id)).toEqual(['other', 'c'])
  })

  test.each([
    null,
    '',
    '{',
    '[]',
    '{"client_id":1}',
    '{"client_id":"a","conversation_id":"c","text":"x","at":null,"order":1}',
  ])('%j of storage is no message', (text) => {
    expect(readStored(text)).toBeNull()
  })

  test('a stored message comes back as it was', () => {
    const [written] = writeAll(message('a', { values: { deep: { x: ['y'] } } }))
    expect(readStored(JSON.stringify(written))).toEqual(written)
  })
})

describe('what an answer means for a message', () => {
  const answer = (status: number, code: string | null = null, has_turn = false) => ({
    status,
    code,
    has_turn,
    retry_after_ms: 7000,
  })

  test.each([
    [answer(200), 'stored'],
    [answer(502, 'turn_failed', true), 'stored'],
    [answer(504, 'turn_failed', true), 'stored'],
    [answer(409, 'conversation_ended', true), 'stored'],
    [answer(409, 'message_stored'), 'stored'],
    [null, 'again'],
    [answer(429, 'rate_limited'), 'again'],
    [answer(503, 'unavailable'), 'again'],
    [answer(500, 'internal'), 'again'],
    [answer(502), 'again'],
    [answer(401, 'unauthorized'), 'renew'],
    [answer(429, 'conversation_full'), 'failed'],
    [answer(429, 'widget_cap_reached'), 'failed'],
    [answer(409, 'conversation_not_active'), 'failed'],
    [answer(409, 'widget_answered'), 'failed'],
    [answer(403, 'visitor_blocked'), 'failed'],
    [answer(422, 'validation_failed'), 'failed'],
    [answer(404, 'not_found'), 'failed'],
  ])('%j: %s', (given, type) => {
    expect(judgeAnswer(given).type).toBe(type)
  })

  test('a code that is a name of objects is only a refusal', () => {
    expect(judgeAnswer(answer(400, '__proto__'))).toEqual({ type: 'failed', fault: 'refused' })
    expect(judgeAnswer(answer(400, 'constructor'))).toEqual({ type: 'failed', fault: 'refused' })
  })

  test('pauses are from 1 s to 30 s, never shorter than the server asks', () => {
    fc.assert(
      fc.property(
        fc.nat(2000),
        fc.option(fc.nat(86_400_000)),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (failures, asked, random) => {
          const ms = pauseBefore(failures, asked, random)
          expect(ms).toBeGreaterThanOrEqual(Math.max(1000, asked ?? 0))
          expect(ms).toBeLessThanOrEqual(Math.max(30_000, asked ?? 0))
          const open_ms = pauseBeforeOpen(failures, null, random)
          expect(open_ms).toBeGreaterThanOrEqual(250)
          expect(open_ms).toBeLessThanOrEqual(12_500)
        },
      ),
    )
  })

  test('a start that is refused says why', () => {
    const reply = (status: number, code: string, body: object = {}) => ({
      status,
      code,
      body: { ...body },
      retry_after_ms: 5000,
    })
    expect(judgeStart(reply(429, 'widget_cap_reached'))).toMatchObject({
      text: 'fault_cap',
      for_ms: 5000,
      result: { type: 'failed', fault: 'cap' },
    })
    expect(judgeStart(reply(429, 'rate_limited'))).toMatchObject({
      text: 'fault_busy',
      result: { type: 'again', after_ms: 5000 },
    })
    expect(judgeStart(reply(403, 'captcha_required'))).toEqual({ type: 'captcha', hasFailed: false })
    expect(judgeStart(reply(409, 'conversation_id_taken'))).toEqual({ type: 'id_taken' })
    const errors = [{ path: 'form.email', message: 'is no address' }]
    expect(judgeStart(reply(422, 'validation_failed', { errors }))).toEqual({
      type: 'form',
      faults: { email: 'is no address' },
    })
    expect(judgeStart(null)).toMatchObject({ result: { type: 'again' } })
  })
})

const stored = (id: number, event: string, data: object): StreamEvent => ({
  event,
  id,
  data: { type: event, occurred_at: '2026-01-01T00:00:00Z', data },
})
const said = (id: number, role: string, text: string, fields: object = {}) =>
  stored(id, 'message.created', {
    id: `m${id}`,
    role,
    content: [text],
    interrupted: false,
    turn_id: 't',
    position: id,
    ...fields,
  })
const live = (event: string, text: string): StreamEvent => ({ event, data: { turn_id: 't', text } })
const hearAll = (events: readonly StreamEvent[], view: View = emptyView) => events.reduce(hear, view)

describe('the view of a conversation', () => {
  const turn = { turn_id: 't' }

  test('a reply grows, is forgotten when its turn starts again, and gives way to what is stored', () => {
    let view = hearAll([said(1, 'user', 'Hi', { client_id: 'x' }), stored(2, 'turn.started', turn)])
    expect(replyInProgress(view)).toEqual({ turn_id: 't', text: '' })
    view = hearAll([live('message.delta', 'Hel'), live('message.delta', 'lo')], view)
    expect(replyInProgress(view)?.text).toBe('Hello')
    view = hear(view, stored(3, 'turn.started', turn))
    expect(replyInProgress(view)?.text).toBe('')
    view = hearAll([live('message.snapshot', 'Good'), live('message.delta', ' day')], view)
    expect(replyInProgress(view)?.text).toBe('Good day')
    view = hearAll([said(4, 'assistant', 'Good day'), stored(5, 'turn.completed', turn)], view)
    expect(replyInProgress(view)).toBeNull()
    expect(view.items.map((item) => item.kind === 'message' && [item.role, item.text])).toEqual([
      ['user', 'Hi'],
      ['assistant', 'Good day'],
    ])
    expect(lastPosition(view)).toBe(4)
    expect(countUnread(view, 1)).toBe(1)
    expect(countUnread(view, 4)).toBe(0)
  })

  test('what a reply cites is known by its turn; anything else there is left out', () => {
    const cited = [{ number: 1, source_name: 'Delivery', url: 'https://a.example/' }]
    const ends = stored(3, 'turn.completed', { ...turn, citations: [...cited, null, { number: 2 }] })
    expect(hearAll([said(1, 'user', 'Hi'), said(2, 'assistant', 'See [1]'), ends]).cited).toEqual({ t: cited })
    expect(hear(emptyView, stored(1, 'turn.completed', { ...turn, citations: 'x' })).cited).toEqual({})
  })

  test('a turn that fails gives no answer, until it is tried again', () => {
    let view = hearAll([said(1, 'user', 'Hi'), stored(2, 'turn.failed', { ...turn, outcome: 'model_error' })])
    expect(view.failed).toEqual(['t'])
    view = hear(view, stored(3, 'turn.queued', turn))
    expect(view.failed).toEqual([])
  })

  test('a widget is answered by the message that names it', () => {
    const shown = stored(1, 'widget.shown', {
      turn_id: 't',
      call_id: 'k',
      position: 1,
      type: 'form',
      data: { fields: [] },
    })
    const view = hearAll([shown, said(2, 'user', 'Name: Ada', { in_reply_to: 'k', values: { name: 'Ada' } })])
    expect(answerTo(view, 'k')?.values).toEqual({ name: 'Ada' })
    expect(answerTo(view, 'other')).toBeNull()
  })

  test('after its end nothing is being written', () => {
    const view = hearAll([
      stored(1, 'turn.started', turn),
      stored(2, 'conversation.ended', { end_reason: 'inactivity' }),
      live('message.delta', 'x'),
    ])
    expect(view.ended?.reason).toBe('inactivity')
    expect(replyInProgress(view)).toBeNull()
  })

  test('whatever arrives breaks nothing', () => {
    const name = fc.constantFrom(
      'message.created',
      'widget.shown',
      'turn.started',
      'turn.failed',
      'conversation.ended',
      'message.delta',
      '__proto__',
    )
    const event = fc.record({ event: name, id: fc.nat(20), data: fc.anything() }, { requiredKeys: ['event', 'data'] })
    fc.assert(fc.property(fc.array(event), (events) => Array.isArray(hearAll(events as StreamEvent[]).items)))
  })
})

describe('several tabs', () => {
  const script: StreamEvent[] = [
    said(1, 'user', 'a'),
    stored(3, 'turn.started', { turn_id: 't' }),
    live('message.delta', 'A'),
    live('message.delta', 'B'),
    said(6, 'assistant', 'AB'),
    stored(8, 'turn.completed', { turn_id: 't' }),
    said(9, 'user', 'b'),
    stored(12, 'turn.started', { turn_id: 't' }),
    live('message.delta', 'C'),
    said(15, 'assistant', 'C'),
  ]
  const whole = hearAll(script)

  test('show the same, whichever messages between them are lost and however often the reader changes', () => {
    const step = fc.record({ size: fc.integer({ min: 1, max: 3 }), isLost: fc.boolean(), takesOver: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 10 }), (steps) => {
        let tabs = [emptyLog('c', emptyView), emptyLog('c', emptyView)]
        let reader = 0
        let at = 0
        for (const { size, isLost, takesOver } of steps) {
          if (takesOver) {
            // The stream goes on after the new reader's number, with what is being written.
            reader = 1 - reader
            at = script.findIndex(({ id }) => id !== undefined && id > tabs[reader]!.view.last)
            if (at < 0) at = script.length
          }
          const events = script.slice(at, at + size)
          if (events.length === 0) continue
          at += events.length
          const after = tabs[reader]!.view.last
          tabs[reader] = readInto(tabs[reader]!, events)
          if (isLost) continue
          const taken = takeIn(tabs[1 - reader]!, { type: 'events', conversation_id: 'c', after, events })
          tabs[1 - reader] = taken.log
          if (taken.want?.type === 'want') {
            const answer = answerWant(tabs[reader]!, taken.want)
            if (answer?.type === 'events') tabs[1 - reader] = takeIn(tabs[1 - reader]!, answer).log
          }
        }
        // Each reads on by itself to the end.
        tabs = tabs.map((log) =>
          readInto(
            log,
            script.filter(({ id }) => id === undefined || id > log.view.last),
          ),
        )
        for (const { view } of tabs) expect(view.items).toEqual(whole.items)
      }),
    )
  })

  test('a tab that comes later is told everything, with the text that is being written', () => {
    const reader = readInto(emptyLog('c', emptyView), script.slice(0, 4))
    const { want } = takeIn(emptyLog('c', emptyView), {
      type: 'events',
      conversation_id: 'c',
      after: 3,
      events: [script[3]!],
    })
    expect(want).toEqual({ type: 'want', conversation_id: 'c', after: 0 })
    const answer = answerWant(reader, want as { type: 'want'; conversation_id: string; after: number })
    const later = takeIn(emptyLog('c', emptyView), answer as Parameters<typeof takeIn>[1]).log
    expect(later.view).toEqual(reader.view)
  })

  test('what is of another conversation is left alone', () => {
    const log = emptyLog('c', emptyView)
    expect(takeIn(log, { type: 'events', conversation_id: 'other', after: 0, events: script }).log).toBe(log)
    expect(answerWant(log, { type: 'want', conversation_id: 'other', after: 0 })).toBeNull()
  })

  test('a tab reads while it is seen, and a minute longer', () => {
    expect([shouldRead(null, 1e9), shouldRead(0, 59_999), shouldRead(0, 60_000)]).toEqual([true, true, false])
  })
})
