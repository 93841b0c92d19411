// The processes of a sandbox: who gets one, and what ends one.
import { expect, test } from 'vitest'
import { childrenOf } from '../isolation/processes.ts'
import { openSandbox } from './fixture.ts'

test('what ends its process fails alone; no process is left', async () => {
  const opened = openSandbox()
  const outcomes = await opened.evaluateAll(['1', '$length($pad("x", 400000000)) & ""', '2'], { isLast: () => false })
  expect(outcomes.map(({ value, fault }) => fault?.code ?? value)).toEqual([
    1,
    expect.stringMatching(/memory|timeout/),
    2,
  ])
  const native = await opened.run('function run() { return new Array(1e9) + "" }', { time_ms: 100 })
  expect(native.fault?.code).toMatch(/memory|timeout/)
  expect((await opened.run('function run() { return 3 }')).value).toBe(3)
  await opened[Symbol.asyncDispose]()
  expect(childrenOf(process.pid)).toEqual([])
})

test('a step has a bound for all of its expressions', async () => {
  await using opened = openSandbox({ visit_ms: 100 })
  const slow = '$count($map([1..99999], function($x){ $x * 2 }))'
  const outcomes = await opened.evaluateAll(Array.from({ length: 50 }, () => slow))
  expect(outcomes.length).toBeLessThan(50)
  expect(outcomes.at(-1)?.fault).toEqual({
    code: 'timeout',
    message: 'All expressions of the step took more than 100 ms.',
  })
})

test('one that gives up gets its reason, and the next one a process', async () => {
  await using opened = openSandbox({ processes: 1 })
  await opened.evaluate('1')
  const stop = new AbortController()
  const enough = new Error('enough')
  const ended = Promise.allSettled([
    opened.run('function run() { for (;;); }', { signal: stop.signal, time_ms: 10_000 }),
    opened.evaluate('1', { signal: stop.signal }),
  ])
  stop.abort(enough)
  expect(await ended).toEqual([
    { status: 'rejected', reason: enough },
    { status: 'rejected', reason: enough },
  ])
  expect((await opened.evaluate('2')).value).toBe(2)
})

test('an organization with much to evaluate leaves a process to others', async () => {
  await using opened = openSandbox({ processes: 2 })
  const ended: string[] = []
  const evaluate = async (owner: string, text: string) => {
    await opened.evaluate(text, { owner })
    ended.push(owner)
  }
  const slow = '$count($map([1..3000], function($x){ $x * 2 }))'
  const many = Array.from({ length: 20 }, () => evaluate('busy', slow))
  await evaluate('other', '1')
  await Promise.all(many)
  expect(ended.indexOf('other')).toBeLessThan(10)
})

test('a process is replaced after so many evaluations', async () => {
  await using opened = openSandbox({ processes: 1, max_evaluations: 5 })
  await opened.evaluate('1')
  const first = childrenOf(process.pid)
  await opened.evaluateAll(['1', '2', '3', '4'])
  expect(first).toHaveLength(1)
  await expect.poll(() => childrenOf(process.pid)).not.toEqual(first)
  expect((await opened.evaluate('1')).value).toBe(1)
})

test('a process that was ended while it was idle is no fault of the next evaluation', async () => {
  await using opened = openSandbox({ processes: 1 })
  await opened.evaluate('1')
  for (const pid of childrenOf(process.pid)) process.kill(Number(pid), 'SIGKILL')
  expect((await opened.evaluate('1 + 1')).value).toBe(2)
})
