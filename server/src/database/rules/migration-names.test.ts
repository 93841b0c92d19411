import { expect, test } from 'vitest'
import { compareMigrations, kindOf } from './migration-names.ts'

const run = (...names: string[]) => names.map((name) => ({ name, version: null }))

test('the kind is part of the name', () => {
  expect(kindOf('060-a')).toBe('expand')
  expect(kindOf('060-a.concurrent')).toBe('concurrent')
  expect(kindOf('060-a.backfill')).toBe('backfill')
  expect(kindOf('060-a.contract')).toBe('contract')
  expect(() => kindOf('060-a.later')).toThrow('of no kind')
})

test('a contract waits for its command, and nothing waits for it', () => {
  const known = ['001-a', '002-b.contract', '003-c.concurrent', '004-d.backfill']
  expect(compareMigrations(known, [])).toEqual({
    pending: ['001-a', '003-c.concurrent', '004-d.backfill'],
    contract: ['002-b.contract'],
    unknown: [],
  })
  expect(compareMigrations(known, run('001-a', '003-c.concurrent')).pending).toEqual(['004-d.backfill'])
  expect(compareMigrations(known, run(...known))).toEqual({ pending: [], contract: [], unknown: [] })
})

test('what a newer version has run is named with that version', () => {
  const newer = { name: '002-b.contract', version: '0.3.0' }
  expect(compareMigrations(['001-a'], [...run('001-a'), newer]).unknown).toEqual([newer])
})

test('none is left out', () => {
  expect(() => compareMigrations(['001-a', '002-b'], run('002-b'))).toThrow('001-a was left out')
})
