// What each type of step gives out, and how it fails.
import { describe, expect, test } from 'vitest'
import { type Given, execution_id, shareSandbox, started_at } from './fixture.ts'

const shared = shareSandbox()
const steps = shared()

describe('trigger and input', () => {
  test('a trigger gives out what started the execution', async () => {
    const trigger = { type: 'webhook', trigger_id: 't' }
    const input = { type: 'webhook', method: 'POST', body: { a: 1 } }
    expect(await steps.run('trigger', { type: 'webhook' }, { input, trigger })).toEqual(input)
    expect(await steps.run('trigger', { type: 'manual' }, { input: { x: 1 } })).toEqual({ type: 'manual', x: 1 })
    expect(await steps.run('trigger', { type: 'manual' }, { input: 'text' })).toEqual({ type: 'manual' })
  })

  test('an input gives out its fields, and names those that do not fit', async () => {
    const fields = [
      { name: 'age', type: 'number', required: true },
      { name: 'name', type: 'string', default: 'nobody' },
    ]
    expect(await steps.run('input', { fields }, { input: { age: '7', more: true } })).toEqual({
      age: 7,
      name: 'nobody',
    })
    expect(await steps.run('input', { fields }, { input: { name: 'Ada' } })).toEqual({
      failed: 'input_invalid: The input is not valid: age is required.',
    })
  })
})

describe('names', () => {
  const others = [
    { id: 'n1', type: 'http', name: 'Look up', config: {} },
    { id: 'n2', type: 'http', name: 'Look up', config: {} },
    { id: 'user_id', type: 'http', config: {} },
  ]
  const given: Partial<Given> = {
    others,
    input: { user_id: 'of input', city: 'Rome', ctx: 'no', n2: 'no' },
    trigger: { type: 'post_call', agent: 'a' },
    outputs: { n1: 'first', n2: 'second', user_id: 'of step' },
    failure: { step_id: 'n1', code: 'http_failed', message: 'why' },
  }
  const valueOf = async (expression: string) => {
    const output = await steps.run('output', { output_data: [{ name: 'v', value: `{{ ${expression} }}` }] }, given)
    return (output as { v: unknown }).v
  }

  test.each([
    ['user_id', 'of step'],
    ['n2', 'second'],
    ['`Look up`', 'second'],
    ['city', 'Rome'],
    ['input.user_id', 'of input'],
    ['type', 'post_call'],
    ['trigger.type', 'post_call'],
    ['ctx.n1', 'first'],
    ['error.code & " " & error.step_id', 'http_failed n1'],
    ['execution.id', execution_id],
    ['execution.workflow_id & execution.version', 'w7'],
    ['execution.started_at', '2030-01-02T03:04:05.000Z'],
    ['missing', null],
    ['secrets', undefined],
  ])('%s', async (expression, value) => {
    if (value === undefined) return expect(valueOf(expression)).resolves.toBeUndefined()
    expect(await valueOf(expression)).toEqual(value)
  })

  test('time is the beginning of the visit, and chance has a seed', async () => {
    const fields = ['$millis()', '$now()', '$random()', '$random()', '$shuffle([1..9])']
    const config = { output_data: fields.map((value, at) => ({ name: `v${at}`, value: `{{ ${value} }}` })) }
    const first = await steps.run('output', config)
    expect(first).toMatchObject({ v0: started_at, v1: '2030-01-02T03:04:05.000Z' })
    expect(await steps.run('output', config)).toEqual(first)
    const { v2, v3 } = first as Record<string, unknown>
    expect(v2).not.toEqual(v3)
    expect(await steps.run('output', config, { position: 4 })).not.toEqual(first)
  })
})

describe('condition', () => {
  const conditions = (...texts: string[]) => ({
    conditions: texts.map((condition, at) => ({ name: `b${at}`, condition })),
  })

  test('the first that is true is the way out', async () => {
    const { report } = await steps.attempt({
      ...{ type: 'condition', input: { n: 5 } },
      config: conditions('{{ n > 9 }}', 'n = 5', '{{ $error("is never evaluated") }}'),
    })
    expect(report).toMatchObject({ type: 'result', output: 'b1', branch: 'b1' })
  })

  test('those behind it are not evaluated, in the sandbox neither', async () => {
    const config = conditions('$count([1]) = 2', '$sum([n, 1]) = 6', '{{ $error("is never evaluated") }}')
    expect(await steps.run('condition', config, { input: { n: 5 } })).toBe('b1')
  })

  test('without any the branch is null', async () => {
    const { report } = await steps.attempt({ type: 'condition', config: conditions('$count([1,2]) = 3', 'missing') })
    expect(report).toMatchObject({ type: 'result', output: null, branch: null })
  })

  test('one that fails says which one and why', async () => {
    expect(await steps.run('condition', conditions('false', '$number("x") = 1'))).toEqual({
      failed: expect.stringMatching(/^expression_failed: conditions\.1\.condition: .*number/i),
    })
  })
})

describe('output', () => {
  test('values are converted where nothing is lost', async () => {
    const output_data = [
      { name: 'a', type: 'number', value: '{{ n }}' },
      { name: 'b', type: 'string', value: 'n is {{ n }}, {{ missing }}{{ {"x": [1, true]} }}' },
      { name: 'c', type: 'object', value: { deep: ['{{ n }}', '\\{{ n }}'] } },
      { name: '__proto__x', value: '{{ list }}' },
    ]
    expect(await steps.run('output', { output_data }, { input: { n: '5', list: [1, null] } })).toEqual({
      ...{ a: 5, b: 'n is 5, {"x":[1,true]}', c: { deep: ['5', '{{ n }}'] }, __proto__x: [1, null] },
    })
    expect(await steps.run('output', { output_data: [] })).toEqual({})
  })

  test('what cannot be converted fails without its value', async () => {
    const output_data = [{ name: 'a', type: 'number', value: '{{ n }}' }]
    const failed = await steps.run('output', { output_data }, { input: { n: 'planted' } })
    expect(failed).toEqual({ failed: expect.stringMatching(/^output_invalid: The output "a" must be a number/) })
    expect(JSON.stringify(failed)).not.toContain('planted')
  })
})

describe('wait', () => {
  const ms = (seconds: number) => ({ until: started_at + seconds * 1000 })

  test.each([
    [{}, ms(60)],
    [{ duration: 2, unit: 'days' }, ms(172_800)],
    [{ duration: '{{ n }}', unit: 'seconds' }, ms(5)],
    [{ duration: 0.5, unit: 'minutes' }, ms(30)],
    [{ until: '2030-01-02T04:04:05+01:00' }, ms(0)],
    [{ until: '2030-01-02T03:05:05' }, ms(60)],
    [{ until: '{{ at }}', duration: 'ignored' }, ms(3600)],
  ])('%j', async (config, expected) => {
    expect(await steps.run('wait', config, { input: { n: '5', at: '2030-01-02T04:04:05Z' } })).toEqual(expected)
  })

  test.each([
    [{ duration: '{{ missing }}' }, 'duration must be a number.'],
    [{ duration: '{{ n }}', unit: 'days' }, 'duration must be between 1 second and 366 days.'],
    [{ duration: '{{ 0 }}' }, 'duration must be between 1 second and 366 days.'],
    [{ until: '{{ n }}' }, 'until must be a time such as 2026-01-31T09:30:00Z.'],
    [{ until: '2032-01-02T04:04:05Z' }, 'until must be at most 366 days away.'],
  ])('%j is refused', async (config, message) => {
    expect(await steps.run('wait', config, { input: { n: 400 } })).toEqual({ failed: `expression_failed: ${message}` })
  })

  test('a test can skip it', async () => {
    expect(await steps.run('wait', { duration: 9, unit: 'days' }, { test: { skip_waits: true } })).toEqual(ms(0))
  })
})

describe('code', () => {
  test('returns its output, and logs', async () => {
    const code =
      'async function run(ctx) { console.log("seen", ctx.n1); return { n: ctx.n + 1, at: Date.now(), city: ctx.input.city } }'
    const { report } = await steps.attempt({
      ...{ type: 'code', config: { code }, others: [{ id: 'n1', type: 'http', config: {} }] },
      ...{ input: { n: 1, city: 'Rome' }, outputs: { n1: [1] } },
    })
    expect(report).toMatchObject({ output: { n: 2, at: started_at, city: 'Rome' }, logs: 'seen [1]' })
    expect(await steps.run('code', { code: 'function run() {}' })).toBeNull()
  })

  test.each([
    ['function run() { throw new Error("broken") }', 'code_failed: Error: broken (line 1)'],
    ['function run() { while (true) {} }', 'code_failed: It took more than 100 ms.'],
    ['function run() { return new Promise(() => {}) }', /^code_failed: /],
    ['const run = 1', /^code_failed: .*run\(ctx\)/],
    ['function run() { return "x".repeat(2e6) }', /^output_too_large: /],
  ])('%s', async (code, failed) => {
    expect(await steps.run('code', { code, timeout_ms: 100 })).toEqual({
      failed: typeof failed === 'string' ? failed : expect.stringMatching(failed),
    })
  })

  test('logs are kept when it fails, and cut off', async () => {
    const code = 'function run() { for (let i = 0; i < 1e4; i++) console.log("x".repeat(99)); throw 1 }'
    const { report } = await steps.attempt({ type: 'code', config: { code } })
    expect(report).toMatchObject({ type: 'failed', error: { code: 'code_failed' } })
    expect(report.logs!.length).toBeGreaterThan(16_000)
    expect(report.logs!.length).toBeLessThanOrEqual(16_384)
  })
})

describe('mocks', () => {
  const test_ = { mocks: { step: { output: { mocked: true } } } }

  test('stand in for what a step would do', async () => {
    const { report, noted } = await steps.attempt({
      type: 'http',
      config: { url: 'http://nowhere.invalid' },
      test: test_,
    })
    expect(report).toMatchObject({ type: 'result', output: { mocked: true }, bytes: 15 })
    expect(noted.log).toEqual([])
  })

  test('can fail, and choose a branch', async () => {
    const error = { code: 'http_failed', message: 'No connection.' }
    expect(await steps.run('app', {}, { test: { mocks: { step: { error } } } })).toEqual({
      failed: 'http_failed: No connection.',
    })
    const { report } = await steps.attempt({
      ...{ type: 'condition', config: { conditions: [{ name: 'b', condition: 'false' }] } },
      test: { mocks: { step: { output: 'b' } } },
    })
    expect(report).toMatchObject({ branch: 'b', output: 'b' })
  })

  test('another step does not see them', async () => {
    expect(await steps.run('output', { output_data: [] }, { test: { mocks: { other: { output: 1 } } } })).toEqual({})
  })
})

describe('bounds of expressions', () => {
  const value = (text: string) => ({ output_data: [{ name: 'v', value: text }] })

  test.each([
    ['{{ ($f := function($n) { $f($n + 1) + 1 }; $f(1)) }}', /^expression_failed: output_data\.0\.value: /],
    ['{{ $count([1..1e7]) }}', /^expression_failed: output_data\.0\.value: .*items/],
    ['{{ $pad("x", 3e6) }}', /^expression_failed: output_data\.0\.value: /],
  ])('%s', async (text, failed) => {
    expect(await steps.run('output', value(text))).toEqual({ failed: expect.stringMatching(failed) })
  })

  test('what every object has in JavaScript is no name', async () => {
    const expressions = ['$lookup($, "constructor")', '$lookup(ctx, "__proto__")', 'toString', 'input.constructor']
    for (const one of expressions) expect(await steps.run('output', value(`{{ ${one} }}`))).toEqual({ v: null })
  })

  test('all of a step share their time', async () => {
    const fresh = shared()
    fresh.sandbox_ms = 100
    const slow = '{{ ($f := function($n) { $n > 0 ? $f($n - 1) : 0 }; $f(1e9)) }}'
    const output_data = Array.from({ length: 3 }, (_, at) => ({ name: `v${at}`, value: slow }))
    expect(await fresh.run('output', { output_data })).toEqual({
      failed: expect.stringMatching(/^expression_failed: .*ms/),
    })
  })
})
