import { expect, test } from 'vitest'
import { type FileReport, type Report, completeReport, describe, isGreen, judge, most_flaky } from './report.ts'

const at = { seed: 7, load: 1.5 }
const fileOf = (...names: string[]): FileReport => ({
  path: 'a.test.ts',
  project: 'unit',
  passed: 2,
  failures: names.map((name) => ({ name, fault: 'expected 1' })),
})
const reportOf = (file: FileReport): Report => ({ files: [file], unhandled: [] })

test('a test that fails alone too has failed', () => {
  const verdict = judge(reportOf(fileOf('x')), [fileOf('x')], at)
  expect(verdict).toMatchObject({ failed: [{ path: 'a.test.ts', name: 'x' }], flaky: [] })
  expect(isGreen(verdict)).toBe(false)
})

test('a test that passes alone is flaky, and told with its seed and load', () => {
  const verdict = judge(reportOf(fileOf('x', 'y')), [fileOf('y')], at)
  expect(verdict).toMatchObject({ failed: [{ name: 'y' }], flaky: [{ name: 'a.test.ts > x' }] })
  expect(describe(verdict)).toContain('FLAKY a.test.ts > x, seed 7, load 1.5')
})

test('a test has failed when it was not run again, or its file does not load alone', () => {
  expect(isGreen(judge(reportOf(fileOf('x')), [], at))).toBe(false)
  expect(isGreen(judge(reportOf(fileOf('x')), [fileOf('the file')], at))).toBe(false)
})

test('an error outside every test fails the run', () => {
  expect(isGreen(judge({ files: [fileOf()], unhandled: ['lost'] }, [], at))).toBe(false)
})

test('a run that found no test, or did not end well, fails', () => {
  expect(isGreen(judge(completeReport({ files: [], unhandled: [] }, 1), [], at))).toBe(false)
  expect(isGreen(judge(completeReport(reportOf(fileOf()), null), [], at))).toBe(false)
  expect(isGreen(judge(completeReport(reportOf(fileOf()), 0), [], at))).toBe(true)
})

test('a run passes with three flaky tests, not with four', () => {
  const names = ['a', 'b', 'c', 'd']
  const with_most = judge(reportOf(fileOf(...names.slice(0, most_flaky))), [fileOf()], at)
  expect([isGreen(with_most), describe(with_most).split('\n').at(-1)]).toEqual([true, '5 passed, 0 failed'])
  const with_more = judge(reportOf(fileOf(...names)), [fileOf()], at)
  expect([isGreen(with_more), describe(with_more).split('\n').at(-1)]).toEqual([false, '6 passed, 1 failed'])
})
