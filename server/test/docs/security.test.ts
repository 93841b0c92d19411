// docs/security.md names a guard and a test for each threat. Both are opened.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readGuide, root } from './markdown.ts'

const rows = readGuide('docs/security.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (threat|---|what|figure)/.test(line))
  .map((line) => line.slice(2, -2).split(' | '))
  .filter((cells) => cells.length === 3)

/** In folders, or with an ending, or hidden. */
const pathsIn = (cell: string) =>
  [...cell.matchAll(/`((?:[\w-]+\/)+[\w.-]+|\.\w+|[\w-]+\.\w+)`/g)].map(([, path]) => path!)

function open(path: string): string | null {
  const file = join(root, path)
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file, 'utf8') : null
}

test('every threat has a guard and a test', () => {
  expect(rows.length).toBeGreaterThan(20)
  const unguarded = rows.filter(([, guard, attack]) => {
    return pathsIn(guard!).length === 0 || !pathsIn(attack!).some((path) => path.includes('.test.'))
  })
  expect(unguarded).toEqual([])
})

test('every guard is a file with something in it', () => {
  const missing = rows.flatMap(([, guard]) => pathsIn(guard!)).filter((path) => !open(path)?.trim())
  expect(missing).toEqual([])
})

test('every test has tests', () => {
  const named = rows.flatMap(([, , attack]) => pathsIn(attack!))
  const empty = named.filter((path) => !/\b(test|it|test[A-Z]\w+|insist)(\.\w+)*\(/.test(open(path) ?? ''))
  expect(empty).toEqual([])
})
