import { expect, test } from 'vitest'
import { readWritten } from './written-expression.ts'

test.each([
  ['n1.body', 'n1.body'],
  [' `n1.body` ', 'n1.body'],
  ['{{ n1.body }}', 'n1.body'],
  ['```jsonata\n$sum(n1)\n```', '$sum(n1)'],
  ['```\n{{ $sum(n1) }}\n```\n', '$sum(n1)'],
  ['0 9 * * 1-5\n', '0 9 * * 1-5'],
  ['{{ a }} and {{ b }}', '{{ a }} and {{ b }}'],
  ['`a` & `b`', '`a` & `b`'],
  ['', ''],
])('%j is read as %j', (reply, text) => expect(readWritten(reply)).toBe(text))
