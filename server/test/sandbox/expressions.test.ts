// The expressions of a step: plain ones without a process, all others in the sandbox, with one result for both.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { evaluateExpressions } from '../../src/sandbox/expressions.ts'
import { readExpression, type ReadExpression } from '../../src/sandbox/rules/expression.ts'
import { newFuel } from '../../src/sandbox/rules/plain.ts'
import { childrenOf } from '../isolation/processes.ts'
import { limits, names, openSandbox } from './fixture.ts'

const read = (source: string): ReadExpression => readExpression(source).read!

let opened: ReturnType<typeof openSandbox>
beforeAll(() => void (opened = openSandbox()))
afterAll(() => opened[Symbol.asyncDispose]())

const evaluate = (sources: readonly string[], seed = 'a visit', fuel = newFuel()) =>
  evaluateExpressions(opened.sandbox, {
    ...{ owner: 'one', names, at_ms: 0, signal: new AbortController().signal },
    ...{ expressions: sources.map(read), seed, fuel, max_bytes: limits.result_bytes },
  })

test('plain expressions need no process', async () => {
  const { values } = await evaluate(['x = 5', 'first.numbers[$ > 1]', 'missing', '`__proto__`.text', 'ctx.first.text'])
  expect([...values!.values()]).toEqual([true, [2, 3], null, 'one', 'one'])
  expect(childrenOf(process.pid)).toEqual([])
})

test('all others are evaluated together, in any order', async () => {
  const sources = ['$sum(first.numbers)', 'x', '$now()', 'not (missing) and x']
  const { values } = await evaluate(sources)
  const found = new Map([...values!].map(([{ text }, value]) => [text, value]))
  expect(Object.fromEntries(found)).toEqual({
    ...{ '$sum(first.numbers)': 6, x: 5, '$now()': '1970-01-01T00:00:00.000Z', '$not (missing) and x': false },
  })
  // Without fuel, the sandbox evaluates what is plain.
  const poor = await evaluate(['x + 1', 'first.numbers'], 'a visit', { steps: 0, sizes: 0 })
  expect([...poor.values!.values()]).toEqual([6, [1, 2, 3]])
})

test('every attempt of a visit has the same random numbers, each expression its own', async () => {
  const numbers = async (seed: string) => [...(await evaluate(['$random()', ' $random()'], seed)).values!.values()]
  const [one, other] = await numbers('a visit')
  expect(one).not.toBe(other)
  expect(await numbers('a visit')).toEqual([one, other])
  expect(await numbers('another visit')).not.toContain(one)
})

test('the first fault is told with its expression; what is plain fails as anything else', async () => {
  const evaluated = await evaluate(['x', '$sum(first.numbers)', 'x + first.text', '$error("later")'])
  expect(evaluated.fault).toEqual({
    code: 'failed',
    message: 'The right side of the "+" operator must evaluate to a number',
    position: 3,
  })
  expect(evaluated.fault && evaluated.expression.text).toBe('x + first.text')
})
