import { expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { allKinds, measure, readMarks } from '../../../test/redaction/measure.ts'
import { redactorOf } from './redaction.ts'

test('the guide states what was measured with the table of texts', () => {
  const { texts, found, wrong, false_alarms } = measure()
  expect(texts).toBeGreaterThanOrEqual(300)
  const guide = readFileSync(new URL('../../../../docs/guides/personal-data.md', import.meta.url), 'utf8')
  for (const [kind, { all, gone }] of Object.entries(found))
    expect(guide).toContain(`| \`${kind}\` | ${gone} of ${all} |`)
  expect(guide).toContain(`${texts} texts`)
  expect(guide).toContain(`${false_alarms.length} of the`)
  // What is missed is known: it is listed in the guide in words.
  expect(wrong.map(({ text }) => text)).toEqual([
    'ada at example dot com',
    'My number is four one five 555 0132',
    'you know my number: 23 45 67 89',
    'Line 1\n030\n1234567',
    'my number 617.555.0199',
  ])
  expect(false_alarms).toEqual(['UPC 036000291452'])
})

test('the words around a number decide whether it is a phone number', () => {
  const redact = (text: string) => allKinds.redactText(text)
  expect(redact('call 1234567')).toBe('call [phone]')
  expect(redact('order 1234567')).toBe('order 1234567')
  expect(redact('call about order 0123456789')).toBe('call about order [phone]')
  expect(redact('4155550132')).toBe('4155550132')
})

test('keys that become the same are numbered, and no entry is lost', () => {
  const value = { 'a@b.io': 1, 'c@b.io': 2, '[email] 2': 3, 'd@b.io': { 'e@b.io': 4 } }
  const kept = { '[email]': 1, '[email] 3': 2, '[email] 2': 3, '[email] 4': { '[email]': 4 } }
  expect(allKinds.redactValue(value)).toEqual(kept)
})

test('keys of JSON are words before their values, and numbers are found too', () => {
  const value = { phoneNumber: 491711234567, order: 491711234567, list: [{ card: 4111111111111111 }], 'a@b.io': true }
  expect(allKinds.redactValue(value)).toEqual({
    phoneNumber: '[phone]',
    order: 491711234567,
    list: [{ card: '[credit_card]' }],
    '[email]': true,
  })
})

test('only what is asked for is replaced, and nothing twice', () => {
  const { text } = readMarks('{email|ada@example.com} or {phone|+49 30 123456}, {ip_address|192.0.2.1}')
  expect(redactorOf({ rules: ['email'] })!.redactText(text)).toBe('[email] or +49 30 123456, 192.0.2.1')
  const once = allKinds.redactText(text)
  expect(allKinds.redactText(once)).toBe(once)
  expect(redactorOf(null)).toBeNull()
  expect(redactorOf({ rules: [] })).toBeNull()
})

test('text of 262,144 characters that is built to be slow takes a bounded time', () => {
  const size = 262_144
  const parts = [
    '1 ',
    '4 ',
    '1',
    '0171 1234567 ',
    '+49171 1234567 ',
    'a@',
    'a@a.a.',
    'DE89 1234 ',
    '1:',
    '1.',
    '(',
    '- ',
  ]
  for (const part of parts) {
    const before = process.cpuUsage()
    allKinds.redactText(part.repeat(Math.ceil(size / part.length)))
    const { user } = process.cpuUsage(before)
    expect(user / 1000, part).toBeLessThan(6000)
  }
})
