// Everything that is written to do harm ends with its own named fault, and harms nothing else.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { childrenOf } from '../isolation/processes.ts'
import { openSandbox } from './fixture.ts'
import { hostileCodes, hostileExpressions } from './hostile.ts'

let opened: ReturnType<typeof openSandbox>
beforeAll(() => void (opened = openSandbox()))
afterAll(() => opened[Symbol.asyncDispose]())

/** Who comes next is served as ever. */
async function expectNothingLeft(): Promise<void> {
  const next = await opened.evaluate('$sum(first.numbers) & $string({}.polluted)', { owner: 'other' })
  expect(next).toEqual({ value: '6', fault: null })
  const code = 'function run(ctx) { return [ctx.x, typeof {}.polluted] }'
  expect((await opened.run(code, { owner: 'other' })).value).toEqual([5, 'undefined'])
}

test.each(hostileExpressions)('expression: %s', async (_name, text, ...ends) => {
  const { value, fault } = await opened.evaluate(text)
  expect(ends).toContain(fault?.code ?? 'value')
  if (fault) expect([value, fault.message.length > 0, fault.message.length < 600]).toEqual([null, true, true])
  await expectNothingLeft()
})

test.each(hostileCodes)('code: %s', async (_name, code, ...ends) => {
  const { value, fault, logs } = await opened.run(code, { time_ms: 300 })
  expect(ends).toContain(fault?.code ?? 'value')
  if (fault) expect([value, fault.message.length > 0, fault.message.length < 1200]).toEqual([null, true, true])
  expect(Buffer.byteLength(logs)).toBeLessThanOrEqual(16_384)
  await expectNothingLeft()
})

test('never more than two processes run, and none is left', async () => {
  expect(childrenOf(process.pid).length).toBeLessThanOrEqual(2)
  await opened[Symbol.asyncDispose]()
  expect(childrenOf(process.pid)).toEqual([])
})
