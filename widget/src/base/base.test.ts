import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contrastOf, least_contrast, readColor, readableText } from '../../../contract/src/web-widgets/contrast.ts'
import { type ServerEvent, createEventReader } from './event-reader.ts'
import { isListed } from './origins.ts'
import { agreeVersion, createFrameGate, createIntake, message_bytes_at_most, messages_a_second } from './protocol.ts'

describe('a widget stands only on the sites that are listed', () => {
  const domains = ['https://shop.example', 'https://*.example.com', 'http://localhost:3000']

  test.each(['https://shop.example', 'https://a.example.com', 'https://a.b.example.com', 'http://localhost:3000'])(
    '%s is',
    (origin) => {
      expect(isListed(domains, origin)).toBe(true)
    },
  )

  test.each([
    'http://shop.example',
    'https://www.shop.example',
    'https://shop.example:8443',
    'https://example.com',
    'https://.example.com',
    'https://evilexample.com',
    'https://a.example.com.evil.test',
    'http://a.example.com',
    'http://localhost:3001',
    'null',
  ])('%s is not', (origin) => {
    expect(isListed(domains, origin)).toBe(false)
  })

  test('an empty list allows any', () => {
    expect(isListed([], 'https://any.example')).toBe(true)
  })
})

describe('text on a configured background can be read', () => {
  const channel = fc.integer({ min: 0, max: 255 })
  const color = fc
    .tuple(channel, channel, channel)
    .map((parts) => `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`)

  test('whatever the pair is', () => {
    fc.assert(
      fc.property(color, color, (background, text) => {
        const drawn = readableText(background, text)!
        const contrast = contrastOf(readColor(background)!, readColor(drawn)!)
        expect(contrast).toBeGreaterThanOrEqual(least_contrast)
        const isReadable = contrastOf(readColor(background)!, readColor(text)!) >= least_contrast
        expect(drawn === text).toBe(isReadable || drawn === text)
        if (isReadable) expect(drawn).toBe(text)
      }),
    )
  })

  test('known figures', () => {
    expect(contrastOf([0, 0, 0], [255, 255, 255])).toBeCloseTo(21)
    expect(readColor('#fff')).toEqual([255, 255, 255])
    expect(readColor('#00000080')).toEqual([127, 127, 127])
    expect(readableText('#ffffff', '#eeeeee')).toBe('#000000')
    expect(readableText('#222222', '')).toBe('#ffffff')
  })

  test.each(['', null, 'red', '#12345', 'url(https://evil.test)', '#fff;background:url(x)'])(
    '%j is no color',
    (text) => {
      expect(readColor(text)).toBeNull()
      expect(readableText(text, '#000000')).toBeNull()
    },
  )
})

describe('messages between loader and frame', () => {
  const hello = { parley: 1, type: 'hello', value: { version: 1 } }
  const from = (data: unknown, origin = 'https://site.example', isFromParent = true) => ({ data, origin, isFromParent })
  const gate = () =>
    createFrameGate(
      (origin) => origin === 'https://site.example',
      () => 0,
    )

  test('the frame takes them from its parent and a listed origin, which it keeps', () => {
    const open = { parley: 1, type: 'open', value: null }
    const opened = gate()
    expect(opened.take(from(open))).toBeNull()
    expect(opened.take(from(hello, 'https://evil.example'))).toBeNull()
    expect(opened.take(from(hello, 'https://site.example', false))).toBeNull()
    expect(opened.take(from(hello, 'null'))).toBeNull()
    expect(opened.origin()).toBeNull()
    expect(opened.take(from(hello))).toBe(hello)
    expect(opened.origin()).toBe('https://site.example')
    expect(opened.take(from(open))).toBe(open)
    expect(opened.take(from(open, 'https://other.example'))).toBeNull()
  })

  test('with any site allowed, the first one is kept too', () => {
    const opened = createFrameGate(
      () => true,
      () => 0,
    )
    expect(opened.take(from(hello, 'https://a.example'))).toBe(hello)
    expect(opened.take(from(hello, 'https://b.example'))).toBeNull()
  })

  test('large ones are ignored, and more than 50 a second dropped', () => {
    let time = 0
    const intake = createIntake(() => time)
    const sized = (length: number) => ({ parley: 1, type: 'send', value: 'x'.repeat(length) })
    expect(intake(sized(message_bytes_at_most))).toBeNull()
    expect(intake(sized(1000))).not.toBeNull()
    expect(intake({ parley: 1, type: 'send', value: 'é'.repeat(message_bytes_at_most / 2) })).toBeNull()
    const taken = Array.from({ length: 100 }, () => intake(sized(1))).filter((each) => each !== null)
    expect(taken).toHaveLength(messages_a_second - 3)
    time = 1000
    expect(intake(sized(1))).not.toBeNull()
  })

  test('they agree on the lower version', () => {
    expect([1, 2, 99].map(agreeVersion)).toEqual([1, 1, 1])
    expect([0, -1, 1.5, '1', null, undefined, Number.NaN].map(agreeVersion)).toEqual(Array(7).fill(null))
  })
})

describe('server-sent events', () => {
  const render = ({ event, id, data }: ServerEvent, end: string) =>
    [
      `event: ${event}`,
      ...(id === undefined ? [] : [`id: ${id}`]),
      ...data.split('\n').map((line) => `data: ${line}`),
      '',
      '',
    ].join(end)
  const word = fc.stringMatching(/^[a-z.]{1,12}$/)
  const one = fc.record(
    { event: word, data: fc.stringMatching(/^[ -~äéß]{0,40}(\n[ -~]{0,20})?$/), id: fc.nat().map(String) },
    { requiredKeys: ['event', 'data'] },
  )

  test('come out as they went in, however they are cut', () => {
    fc.assert(
      fc.property(fc.array(one), fc.constantFrom('\n', '\r\n', '\r'), fc.array(fc.nat(30)), (events, end, cuts) => {
        const text = `: comment${end}${end}${events.map((event) => render(event, end)).join('')}`
        const reader = createEventReader()
        const found: ServerEvent[] = []
        let at = 0
        for (const cut of [...cuts, text.length]) {
          found.push(...reader.feed(text.slice(at, at + cut)))
          at += cut
        }
        found.push(...reader.feed(text.slice(at)))
        // A carriage return at the very end may be the first half of an end of line.
        expect(found).toEqual(events)
      }),
    )
  })

  test('an endless event is refused', () => {
    const reader = createEventReader()
    const feed = () => {
      for (let part = 0; part < 6; part += 1) reader.feed(`data: ${'x'.repeat(1_000_000)}\n`)
    }
    expect(feed).toThrow(RangeError)
  })
})
