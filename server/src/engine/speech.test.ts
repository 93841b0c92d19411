import { expect, test } from 'vitest'
import { redactorOf } from '../redaction/rules/redaction.ts'
import { Speech } from './speech.ts'

const address = 'ada@example.org'

test('shows what is certain, and begins again with each step', () => {
  const speech = new Speech(redactorOf({ rules: ['email'] }))
  expect([speech.say('I am ada@exam'), speech.say('ple.org, and')]).toEqual(['I am ', '[email], '])
  expect([speech.text, speech.released]).toEqual([`I am ${address}, and`, 'I am [email], '])
  speech.beginStep()
  expect([speech.text, speech.released, speech.say('you ')]).toEqual(['', '', 'you '])
  expect(speech.redact(`Hi ${address}`)).toBe('Hi [email]')
})

test('without rules everything is shown at once', () => {
  const speech = new Speech()
  expect([speech.say(address), speech.released, speech.redact(address)]).toEqual([address, address, address])
})

test('an error says nothing of it in the log, and neither do its causes', () => {
  const error = new Error(`cannot store ${address}`, { cause: new TypeError(`bad: ${address}`) })
  const told = new Speech(redactorOf({ rules: ['email'] })).redactError(error) as Error
  expect([told.message, (told.cause as Error).message]).toEqual(['cannot store [email]', 'bad: [email]'])
  expect(`${told.stack}${(told.cause as Error).stack}`).not.toContain(address)
  expect(new Speech().redactError(error)).toBe(error)
})
