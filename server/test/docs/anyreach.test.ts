// docs/guides/coming-from-anyreach.md compares operations of the contract, and lists nothing as missing that exists.
import { operations } from '@parley/contract'
import { expect, test } from 'vitest'
import { readGuide, sectionOf, tableRows } from './markdown.ts'

const guide = readGuide('docs/guides/coming-from-anyreach.md')
const compared = tableRows(sectionOf(guide, 'Every operation')).slice(1)
const missing = [...sectionOf(guide, 'Not yet').matchAll(/`([A-Z]+ \/[^`]+)`/g)].map((match) => match[1]!)

/** Makes paths equal that differ only in prefix and parameter names. */
const shapeOf = (request: string) => request.replaceAll(/\{\w+\}/g, '{}')

test('each operation that is named appears once, under its method and path', () => {
  const rows = compared.map(([id, request]) => `${id} ${request}`)
  const there = Object.values(operations).map(({ id, method, path }) => `\`${id}\` \`${method} ${path}\``)
  expect(rows.length).toBeGreaterThan(70)
  expect(rows.filter((row) => !there.includes(row))).toEqual([])
  expect(rows.length).toBe(new Set(rows).size)
})

test('each is marked as the same, as more, or as Parley only', () => {
  const marks = compared.map(([, , comparison]) => /^(same|more|Parley only)(?=$|[:;.])/.exec(comparison!)?.[1])
  expect(marks.filter((mark) => mark === undefined)).toEqual([])
  expect(new Set(marks)).toEqual(new Set(['same', 'more', 'Parley only']))
  const unexplained = compared.filter(([, , comparison]) => comparison === 'more')
  expect(unexplained, 'rows marked "more" that do not say what').toEqual([])
})

test('what is listed as missing is not in the contract', () => {
  const present = new Set(Object.values(operations).map(({ method, path }) => shapeOf(`${method} ${path}`)))
  expect(missing.length).toBeGreaterThan(30)
  expect(missing.filter((request) => present.has(shapeOf(request)))).toEqual([])
})
