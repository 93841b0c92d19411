// README.md and the guides are correct: their blocks run against a server, in order. Blocks that cannot run say why, and are checked.
// The other pages than the first two run in first-guides.long.test.ts and second-guides.long.test.ts, because that takes a minute.
import { type Operation, type OperationId, operations } from '@parley/contract'
import { describe, expect, it, test } from 'vitest'
import { validateAgentConfig } from '../../src/agents/rules/config.ts'
import { createAjv } from '../../src/base/validation.ts'
import {
  type CodeBlock,
  blocksOf,
  first_pages,
  isBody,
  isConfiguration,
  isLeftOut,
  pages,
  readGuide,
} from './markdown.ts'
import { runPages } from './pages-in-order.ts'
import { checkCommands } from './static-checks.ts'

runPages(first_pages)

const shown = (isShown: (block: CodeBlock) => boolean) =>
  pages.flatMap((page) =>
    blocksOf(page)
      .filter(isShown)
      .map((block) => ({ page, ...block })),
  )

test('the front page stays short', () => {
  expect(readGuide('README.md').split('\n').length).toBeLessThanOrEqual(121)
})

describe('blocks that do not run', () => {
  const left_out = shown(isLeftOut)

  it('say why', () => {
    for (const { mark, page } of left_out) expect(mark, page).toMatch(/^no-run: .{10,}$/)
  })

  it('are few', () => {
    const all = pages.flatMap((page) => blocksOf(page))
    expect(all.length).toBeGreaterThan(100)
    expect(left_out.length).toBeLessThanOrEqual(all.length / 20)
  })

  it.each(left_out.filter(({ language }) => language === 'sh'))('name existing commands: $page, $mark', ({ text }) => {
    expect(checkCommands(text)).toEqual([])
  })
})

describe('the check of commands that do not run', () => {
  test.each([
    ['curl http://127.0.0.1:8080/core/nothing', 'no operation: GET /core/nothing'],
    ['curl -X PUT http://127.0.0.1:8080/core/conversations', 'no operation: PUT /core/conversations'],
    ['npm run nothing', 'no npm script: nothing'],
    ['npx parley org erase', 'no such command: parley org erase'],
    ['npx parley org create --nothing x', 'no such option: parley org create --nothing'],
    ['PORT=none npm start', 'PORT'],
    ['PARLEY_NOTHING=1 npm start', 'no such setting: PARLEY_NOTHING'],
    ['rm -rf data', 'not a command of a guide: rm'],
    ['kubectl apply --filename deploy/nothing.yaml', 'no such file: deploy/nothing.yaml'],
  ])('%s', (command, fault) => {
    expect(checkCommands(command).join('\n')).toContain(fault)
  })

  it('accepts commands that exist', () => {
    const commands = `PORT=8081 npm start\ncurl -s -X POST "http://127.0.0.1:8080/core/webhooks/$W/test" -d '{}'\nnpx parley org create --name Acme`
    expect(checkCommands(commands)).toEqual([])
  })
})

it.each(shown(isConfiguration))('a configuration in $page is valid and has no unknown fields', ({ mark, text }) => {
  const part: unknown = JSON.parse(text)
  const config = mark === 'tool' ? { tools: [part] } : part
  expect(validateAgentConfig(config, { agent_config_bytes: 100_000 })).toEqual({ faults: [], warnings: [] })
})

it.each(shown(isBody))('a body in $page is one of its operation', ({ mark, text }) => {
  const { body }: Operation = operations[mark.slice('body of '.length) as OperationId]
  expect(createAjv().validate(body!, JSON.parse(text))).toBe(true)
})
