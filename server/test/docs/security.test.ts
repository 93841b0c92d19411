// docs/security.md names a guard and a test for each threat, and both exist.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readGuide, root } from './markdown.ts'

const rows = readGuide('docs/security.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (threat|---|what|figure)/.test(line))
  .map((line) => line.slice(2, -2).split(' | '))
  .filter((cells) => cells.length === 3)

const pathsIn = (cell: string) => [...cell.matchAll(/`([\w./-]+\.\w+)`/g)].map(([, path]) => path!)

test('every threat has a guard and a test', () => {
  expect(rows.length).toBeGreaterThan(20)
  const unguarded = rows.filter(([, guard, attack]) => {
    return pathsIn(guard!).length === 0 || !pathsIn(attack!).some((path) => path.includes('.test.'))
  })
  expect(unguarded).toEqual([])
})

test('every named file exists', () => {
  const missing = rows.flatMap((cells) => cells.flatMap(pathsIn)).filter((path) => !existsSync(join(root, path)))
  expect(missing).toEqual([])
})
