// README.md, CONTRIBUTING.md and the guides name npm scripts, settings, operations, error codes and commands that exist.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { operations } from '@parley/contract'
import { settings } from '../../src/settings.ts'
import { pages, readGuide, root } from './markdown.ts'
import { checkCommands } from './static-checks.ts'

const operation_paths = Object.values(operations).map(({ method, path }) => `${method} ${path}`)

describe.each(['CONTRIBUTING.md', ...pages])('%s names', (name) => {
  const guide = readGuide(name)

  test('npm scripts', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }
    const scripts = [...guide.matchAll(/npm (?:run )?([a-z]+(?:-[a-z]+)*(?::[a-z-]+)*)/g)].map((match) => match[1]!)
    const known = ['ci', 'install', ...Object.keys(manifest.scripts)]
    expect(scripts.filter((script) => !known.includes(script))).toEqual([])
  })

  test('settings', () => {
    const ofTests = [
      'PARLEY_TEST_DATABASE_URL',
      'PARLEY_TEST_CHROMIUM',
      'PARLEY_TEST_SCHEDULES',
      'PARLEY_TEST_ROWS',
      'PARLEY_TEST_SEED',
      'PARLEY_TEST_WHOLE',
    ]
    const ofLibraries = ['MALLOC_ARENA_MAX']
    const ofClients = ['PARLEY_URL', 'PARLEY_API_KEY', 'PARLEY_ORG']
    const ofWalkThroughs = [...guide.matchAll(/^ +name: '(PARLEY_[A-Z_]+)',$/gm)].map((match) => match[1]!)
    const known = [
      ...settings.map((setting) => setting.name),
      ...ofTests,
      ...ofLibraries,
      ...ofClients,
      ...ofWalkThroughs,
    ]
    const named = [...guide.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)].map((match) => match[0])
    expect(named.filter((setting) => !known.includes(setting))).toEqual([])
  })

  test('operations', () => {
    const named = [...guide.matchAll(/`((?:GET|POST|PUT|PATCH|DELETE) \/[^`\s?]*)/g)].map((match) => match[1]!)
    // A section of its own lists what AnyReach has and Parley lacks; anyreach.test.ts checks it.
    const elsewhere = name.endsWith('coming-from-anyreach.md') ? guide.slice(guide.indexOf('\n## Not yet')) : ''
    expect(named.filter((one) => !operation_paths.includes(one) && !elsewhere.includes(one))).toEqual([])
  })

  test('commands of the command line', () => {
    const commands = [...guide.matchAll(/npx (parley [a-z][^`\n|]*)/g)].map((match) => `npx ${match[1]!}`)
    expect(commands.flatMap((command) => checkCommands(command))).toEqual([])
  })
})

test('each kind of name occurs, so that no pattern above silently matches nothing', () => {
  const all = pages.map(readGuide).join('\n')
  expect(all).toMatch(/npm run [a-z]/)
  expect(all).toMatch(/`GET \/core\/[^`]*`/)
  expect(all).toMatch(/npx parley org create/)
  expect(all).toMatch(/`PARLEY_[A-Z_]+`/)
})
