import { expect, test } from 'vitest'
import { type Counter, type Histogram, type Metric, createMetrics, createNames, noMetrics } from './metrics.ts'

const seconds: Histogram<'part'> = {
  name: 'parley_test_seconds',
  help: 'Of a test.',
  labels: ['part'],
  buckets: [1, 5],
}
const age: Metric<'kind'> = { name: 'parley_test_age_seconds', help: 'Of work.', labels: ['kind'] }
const length: Metric = { name: 'parley_test_queue', help: 'Of work.', labels: [] }
const calls: Counter<'outcome'> = {
  name: 'parley_test_calls_total',
  help: 'Of a test.',
  labels: ['outcome'],
  from_start: [{ outcome: 'ok' }],
}

async function start() {
  const clock = { at: 0, monotonic: () => clock.at }
  const errors: string[] = []
  const metrics = await createMetrics({ clock, onError: ({ message }) => void errors.push(message) })
  const lines = async () => (await metrics.render()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return { metrics, clock, errors, lines }
}

test('a histogram has its name from the start, and counts what is observed', async () => {
  const { metrics, lines } = await start()
  metrics.declare(seconds)
  expect(await metrics.render()).toContain('# TYPE parley_test_seconds histogram')
  metrics.observe(seconds, { part: 'total' }, 2)
  metrics.observe(seconds, { part: 'total' }, 7)
  expect(await lines()).toEqual([
    'parley_test_seconds_bucket{le="1",part="total"} 0',
    'parley_test_seconds_bucket{le="5",part="total"} 1',
    'parley_test_seconds_bucket{le="+Inf",part="total"} 2',
    'parley_test_seconds_sum{part="total"} 9',
    'parley_test_seconds_count{part="total"} 2',
  ])
})

test('a counter tells what it starts with as 0, and adds', async () => {
  const { metrics, lines } = await start()
  metrics.declare(calls)
  expect(await lines()).toEqual(['parley_test_calls_total{outcome="ok"} 0'])
  metrics.count(calls, { outcome: 'ok' })
  metrics.count(calls, { outcome: 'failed' }, 3)
  expect(await lines()).toEqual([
    'parley_test_calls_total{outcome="ok"} 1',
    'parley_test_calls_total{outcome="failed"} 3',
  ])
})

test('what is of this server is read each time, and what is gone is not told any more', async () => {
  const { metrics, lines } = await start()
  const answers = [[{ labels: { kind: 'a' }, value: 3 }], [{ labels: { kind: 'b' }, value: 4 }]]
  metrics.show(age, () => answers.shift()!)
  expect(await lines()).toEqual(['parley_test_age_seconds{kind="a"} 3'])
  expect(await lines()).toEqual(['parley_test_age_seconds{kind="b"} 4'])
})

test('what nodes share is read together and every 15 s at most, and a kind that is gone is not told any more', async () => {
  const { metrics, clock, lines } = await start()
  const answers = ['a', 'b'].map((kind, n) => ({
    age: [{ labels: { kind }, value: n + 3 }],
    length: [{ labels: {}, value: n }],
  }))
  metrics.watch({ age, length }, async () => answers.shift()!)
  expect(await lines()).toEqual(['parley_test_age_seconds{kind="a"} 3', 'parley_test_queue 0'])
  clock.at = 14_999
  expect(await lines()).toEqual(['parley_test_age_seconds{kind="a"} 3', 'parley_test_queue 0'])
  clock.at = 15_000
  expect(await lines()).toEqual(['parley_test_age_seconds{kind="b"} 4', 'parley_test_queue 1'])
})

test('what cannot be read is left out, and the rest is told', async () => {
  const { metrics, clock, errors, lines } = await start()
  let fails = false
  metrics.watch({ age, length }, async () => {
    if (fails) throw new Error('the database is gone')
    return { age: [{ labels: { kind: 'a' }, value: 3 }], length: [{ labels: {}, value: 4 }] }
  })
  metrics.observe(seconds, { part: 'total' }, 2)
  expect(await lines()).toContain('parley_test_queue 4')
  fails = true
  clock.at = 15_000
  const told = await lines()
  expect(told).toContain('parley_test_seconds_count{part="total"} 1')
  // Not 0 either: an alert would end because of that.
  expect(told.filter((line) => /^parley_test_(age|queue)/.test(line))).toEqual([])
  expect(errors).toEqual(['the database is gone'])
})

test('what was never read is not told as 0', async () => {
  const { metrics, lines } = await start()
  metrics.watch({ length }, () => Promise.reject(new Error('no database yet')))
  expect(await lines()).toEqual([])
})

test('without a reader nothing is kept', async () => {
  noMetrics.observe(seconds, { part: 'total' }, 2)
  noMetrics.count(calls, { outcome: 'ok' })
  expect(await noMetrics.render()).toBe('')
})

test('the 101st name is `other`, and the first hundred stay as they are', () => {
  const nameOf = createNames()
  const named = Array.from({ length: 120 }, (_none, n) => nameOf(`model-${n}`))
  expect(named[99]).toBe('model-99')
  expect(new Set(named.slice(100))).toEqual(new Set(['other']))
  expect(nameOf('model-7')).toBe('model-7')
  expect(nameOf('model-110')).toBe('other')
})
