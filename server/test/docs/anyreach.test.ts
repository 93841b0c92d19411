// docs/guides/coming-from-anyreach.md compares operations of the contract, and lists nothing as missing that exists.
import { operations } from '@parley/contract'
import { expect, test } from 'vitest'
import { readGuide, sectionOf, tableRows } from './markdown.ts'

const guide = readGuide('docs/guides/coming-from-anyreach.md')
const compared = tableRows(sectionOf(guide, 'Every operation')).slice(1)
const missing = [...sectionOf(guide, 'Not yet').matchAll(/`([A-Z]+ \/[^`]+)`/g)].map((match) => match[1]!)

/** Makes paths equal that differ only in prefix and parameter names. */
const shapeOf = (request: string) => request.replaceAll(/\{\w+\}/g, '{}')

const own = [...sectionOf(guide, 'Only in Parley').matchAll(/`(\w+)`/g)].map((match) => match[1]!)

test('each operation that is compared has its method and path', () => {
  const rows = compared.map(([id, request]) => `${id} ${request}`)
  const there = Object.values(operations).map(({ id, method, path }) => `\`${id}\` \`${method} ${path}\``)
  expect(rows.length).toBeGreaterThan(30)
  expect(rows.filter((row) => !there.includes(row))).toEqual([])
})

test('each operation of the contract appears once: compared, or as one that only Parley has', () => {
  const named = [...compared.map(([id]) => id!.replaceAll('`', '')), ...own]
  expect(named.toSorted()).toEqual(Object.keys(operations).toSorted())
})

test('each is marked as the same or as more, and says what more it is', () => {
  const marks = compared.map(([, , comparison]) => /^(?:same|more: .+)(?=$|[:;.])/.exec(comparison!)?.[0])
  expect(compared.filter((_, at) => marks[at] === undefined)).toEqual([])
})

test('what is listed as missing is not in the contract', () => {
  const present = new Set(Object.values(operations).map(({ method, path }) => shapeOf(`${method} ${path}`)))
  expect(missing.length).toBeGreaterThan(30)
  expect(missing.filter((request) => present.has(shapeOf(request)))).toEqual([])
})
