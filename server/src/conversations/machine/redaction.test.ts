import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../base/json.ts'
import { changed, locked, turn } from '../../../test/conversations/decision-fixture.ts'
import { decideStep, decideToolResult } from './attempt-decisions.ts'
import { type Change, noChange } from './change.ts'
import { type Redaction, redactorOf } from '../../redaction/rules/redaction.ts'
import { type ContentPart, textContent } from './content.ts'
import { decideEnd, decideMessage } from './decisions.ts'
import { decideTimer } from './inactivity.ts'
import { isRefused, judge, planHistory } from './plan.ts'
import { redactBirth, redactChange, redactEnd } from './redaction.ts'
import { type ImportedEnd, type NewConversation, rowOfItem } from './rows.ts'

const address = 'ada.lovelace+ship@mail.example.org'
const card = '4111 1111 1111 1111'
const everything: Redaction = { rules: ['email', 'credit_card'] }
const state = locked({ redaction: everything, open_turns: [turn({ pending_calls: [{ call_id: 'c', name: 'find' }] })] })
const attempt = { turn_id: 'turn-1', lease: 7 }

const said: ContentPart[] = [
  { type: 'text', text: `Write to ${address}.` },
  { type: 'audio', blob_id: 'b', transcript: `My card is ${card}`, duration_ms: 900 },
  {
    type: 'file',
    blob_id: 'f',
    name: `${address}.pdf`,
    media_type: 'application/pdf',
    bytes: 9,
    text: `For ${address}`,
  },
]

function messageOf(content: ContentPart[]) {
  return decideMessage(locked({ redaction: everything }), {
    ...({ message_id: 'm', turn_id: 't', from: 'caller', content, author: null, concurrency: 'queue' } as const),
    ...({
      interactivity: 'plain',
      agent_version_id: 'v',
      max_seconds: 1,
      max_waiting: 1,
      partial: null,
      limit: null,
    } as const),
  })
}

describe('redacts every field of a plan that holds speech', () => {
  const step = {
    ...{ number: 0, text: `I write to ${address}`, message_id: 'm', is_held: true, results: [] },
    ...{ input_tokens: 1, output_tokens: 1 },
    calls: [{ call_id: 'c', name: 'find', arguments: { to: [address], [address]: 1 } }],
  }
  const result = {
    ...{ call_id: 'c', name: 'find', output: { card, deep: [{ address }] }, is_error: false, latency_ms: 1 },
    said: { message_id: 'r', text: `It is ${card}.`, is_held: false },
  }
  const ended_by = { type: 'user' as const, id: null, name: null, reason: `asked by ${address}` }
  const end = { mode: 'finish' as const, partial: null, end_reason: 'ended_by_caller' as const, ended_by }
  const ruled = {
    rules: { warn_after_seconds: null, end_after_seconds: 60, max_duration_seconds: null },
    ...{
      warning: null,
      closing: { message_id: 'm', text: `Write to ${address}` },
      summary_enabled: true,
      partial: null,
    },
  }
  test.each<[string, () => Change]>([
    ['a message', () => changed(messageOf(said)).change],
    ['a step', () => changed(decideStep(state, attempt, step)).change],
    ['the result of a tool', () => changed(decideToolResult(state, attempt, result)).change],
    ['an end at once', () => changed(decideEnd(state, { ...end, mode: 'cut', summary_enabled: true })).change],
    ['an end that waits', () => changed(decideEnd(state, { ...end, summary_enabled: true })).change],
    [
      'an end that waits with a last message',
      () => {
        const ending = { ...end, closing: { message_id: 'm', text: `Write to ${address}` }, summary_enabled: true }
        return changed(decideEnd(state, ending)).change
      },
    ],
    ['what a rule demands to say', () => decideTimer(locked({ silent_since: '2025-01-01T00:00:00Z' }), ruled).change],
    ['a failure', () => ({ ...noChange, events: [{ type: 'turn.failed', data: { error: address } }] })],
  ])('%s', (_name, make) => {
    const judged = judge(state, { change: make(), answer: undefined })
    if (isRefused(judged)) throw new Error(judged.refused)
    const before = JSON.stringify(make())
    expect(before).toMatch(/ada\.lovelace|4111/)
    expect(JSON.stringify(judged.plan.change)).not.toMatch(/ada\.lovelace|4111/)
  })
})

test('an item and its event are redacted alike', () => {
  const { items, events } = redactChange(changed(messageOf(said)).change, everything)
  const content = ['Write to [email].', 'My card is [credit_card]', 'For [email]']
  expect(rowOfItem(items[0]!)).toMatchObject({ content, parts: [{}, {}, { name: '[email]' }] })
  expect(events[0]).toMatchObject({ type: 'message.created', data: { id: 'm', turn_id: 't', content } })
})

test('all texts of a change, or of an imported history, share the steps of patterns; an item and its event stay alike', () => {
  const slow: Redaction = { rules: [{ name: 'slow', pattern: '(?:[a-z]?){240}Z' }] }
  const texts = Array.from({ length: 7 }, (_, at) => String.fromCodePoint(97 + at).repeat(16_384))
  const more = { [card]: card }
  const result = { call_id: 'c', name: 'find', output: { texts, more }, is_error: false, latency_ms: 1, said: null }
  const { items, events } = redactChange(changed(decideToolResult(state, attempt, result)).change, slow)
  const { output } = items[0] as { output: JsonValue }
  const partly = expect.stringMatching(/^f+\[withheld\]$/)
  expect(output).toEqual({
    texts: [...texts.slice(0, 5), partly, '[withheld]'],
    more: { '[withheld]': '[withheld]' },
  })
  expect(events.find(({ type }) => type === 'tool_call.completed')!.data['output']).toEqual(output)

  const fields = { id: 'i', created_at: state.now }
  const rows = texts.map((text) => ({
    ...rowOfItem(changed(messageOf(textContent(text))).change.items[0]!),
    ...fields,
  }))
  const history = planHistory(locked({ redaction: slow }), rows)
  expect([history[0], history.at(-1)]).toMatchObject([{ content: [texts[0]] }, { content: ['[withheld]'] }])
})

test('without rules the change is returned unchanged', () => {
  const { change } = changed(messageOf(said))
  expect(redactChange(change, null)).toBe(change)
})

test('kinds that are not selected stay', () => {
  expect(redactorOf({ rules: ['credit_card'] })!.redactText(`${address} ${card}`)).toBe(`${address} [credit_card]`)
})

test('the history of an imported conversation is redacted too', () => {
  const fields = { id: 'i', created_at: state.now }
  const row = { ...rowOfItem({ ...changed(messageOf(textContent(address))).change.items[0]! }), ...fields }
  expect(planHistory(state, [row])).toEqual([{ ...row, content: ['[email]'] }])
  expect(planHistory(locked(), [row])[0]).toBe(row)
})

test('ids are not mistaken for card numbers', () => {
  const { redactText } = redactorOf(everything)!
  fc.assert(fc.property(fc.uuid(), (id) => redactText(id) === id))
  expect(redactText('12345678-1234-4234-9234-123456789012')).toBe('12345678-1234-4234-9234-123456789012')
})

test('the texts of a new conversation, and the end of an imported one', () => {
  const birth = { initial_context: `For ${address}`, subject: address, user_id: address, custom_metadata: { address } }
  const born = redactBirth({ ...birth, redaction: everything } as unknown as NewConversation)
  expect(born).toMatchObject({ ...birth, initial_context: 'For [email]', subject: '[email]' })
  const ended_by = { type: 'user' as const, id: null, name: null, reason: address }
  const end = { summary: `It was ${address}`, ended_by } as ImportedEnd
  expect(redactEnd(end, everything)).toEqual({
    summary: 'It was [email]',
    ended_by: { ...ended_by, reason: '[email]' },
  })
  expect(redactEnd(end, null)).toBe(end)
})
