// Test files of one worker share their modules, whose own code runs once for all of them.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

test('no module that test files share sets anything up by being imported: only its first file would have it', () => {
  const shared = globSync(
    '{bench,cli,console,contract,embedded-postgres,examples,sdk,server,site,widget}/test/**/*.ts',
    {
      cwd: root,
    },
  ).filter((path) => !path.endsWith('.test.ts'))
  expect(shared.length).toBeGreaterThan(100)
  const hooked = /^(?:beforeAll|beforeEach|afterAll|afterEach)\(/m
  expect(shared.filter((path) => hooked.test(readFileSync(join(root, path), 'utf8')))).toEqual([])
})
