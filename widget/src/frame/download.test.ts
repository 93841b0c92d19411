import { expect, test } from 'vitest'
import { type MessageItem, emptyView } from '../course/view.ts'
import { en } from '../texts/en.ts'
import { createSay } from '../texts/texts.ts'
import { describeTranscript } from './download.ts'

const words = { agent: 'Tea', say: createSay('en', en), locale: 'en-GB' }
const message = (role: MessageItem['role'], text: string, fields: Partial<MessageItem> = {}): MessageItem => ({
  kind: 'message',
  id: text.slice(0, 20),
  role,
  text,
  at: '2026-01-02T03:04:05Z',
  turn_id: null,
  client_id: null,
  in_reply_to: null,
  values: null,
  position: 1,
  is_interrupted: false,
  name: null,
  ...fields,
})

test('the transcript names who said what, and when', () => {
  const items = [
    message('user', 'Hello'),
    message('assistant', 'Good day'),
    message('person', 'Ada here', { name: 'Ada' }),
  ]
  const text = describeTranscript({ ...emptyView, items }, words)
  expect(text).toMatch(/You:\nHello\n[^]*Tea:\nGood day\n[^]*Ada:\nAda here\n/)
  expect(text).toContain('02/01/2026')
})

test.each(['x', 'ü', '茶'])('of %j, it is cut at 5 MiB, and says so', (letter) => {
  const items = Array.from({ length: 400 }, () => message('user', letter.repeat(20_000)))
  const text = describeTranscript({ ...emptyView, items }, words)
  expect(new TextEncoder().encode(text).length).toBeLessThanOrEqual(5 * 1_048_576)
  expect(text.endsWith(en.download_cut)).toBe(true)
  expect(describeTranscript({ ...emptyView, items: items.slice(0, 3) }, words)).not.toContain(en.download_cut)
})
