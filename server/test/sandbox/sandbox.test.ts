// Expressions and code in their processes: what they see, what they answer, what ends them, and that nothing passes from one to the next.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { childrenOf } from '../isolation/processes.ts'
import { openSandbox } from './fixture.ts'

let opened: ReturnType<typeof openSandbox>
/** One process, so that it is known which one an evaluation has. */
beforeAll(() => void (opened = openSandbox({ processes: 1 })))
afterAll(() => opened[Symbol.asyncDispose]())

const valueOf = async (text: string, seed = 'a visit') => {
  const { value, fault } = await opened.evaluate(text, { seed })
  expect(fault).toBeNull()
  return value
}
const resultOf = async (code: string) => {
  const { value, fault } = await opened.run(code)
  expect(fault).toBeNull()
  return value
}

describe('an expression', () => {
  test.each([
    ['$sum(first.numbers) + x', 11],
    ['input.first & first.text', 'hiddenone'],
    ['`__proto__`.text', 'one'],
    ['missing', null],
    ['[missing, x]', [5]],
    ['$map', null],
    ['{"a": $sum, "b": [1, function($x){$x}]}', { a: null, b: [1, null] }],
    ['$match("aXbX", /[a-b]X/i).match', ['aX', 'bX']],
    ['$replace("abcabc", /b(c)/, "<$1>")', 'a<c>a<c>'],
    ['$split("a1b22c", /[0-9]+/)', ['a', 'b', 'c']],
    ['$contains("😀x", /^.x$/)', true],
    ['"\\u0000\\ud800"', '\0\ud800'],
    ['$fromMillis(0)', '1970-01-01T00:00:00.000Z'],
  ])('%s', async (text, value) => {
    expect(await valueOf(text)).toEqual(value)
  })

  test('has the time that it is given, and random numbers of its seed', async () => {
    expect(await valueOf('$now()')).toBe('2030-01-02T03:04:05.000Z')
    expect(await valueOf('$millis()')).toBe(Date.UTC(2030, 0, 2, 3, 4, 5))
    expect(await valueOf('$toMillis("10:20", "[H01]:[m01]")')).toBe(Date.UTC(2030, 0, 2, 10, 20))
    const random = '[$random(), $random(), $shuffle([1..20])]'
    const first = await valueOf(random)
    expect(await valueOf(random)).toEqual(first)
    expect(await valueOf(random, 'another')).not.toEqual(first)
    const numbers = (await valueOf('[1..1000].$random()')) as number[]
    expect(new Set(numbers).size).toBe(1000)
    expect(numbers.reduce((sum, number) => sum + number, 0) / 1000).toBeCloseTo(0.5, 1)
  })

  test.each([
    ['a.', 'syntax', /end of expression/, 2],
    ['$number(first.text)', 'failed', /Unable to cast value to a number: \(string\)$/, 8],
    ['$error("It is " & first.text)', 'failed', /^It is one$/, 7],
    ['$eval("1")', 'failed', /non-function/, 6],
    ['($e := $eval; $e("1"))', 'failed', /non-function/, 17],
    ['$match("x", /(?=x)/)', 'failed', /pattern is not supported/, undefined],
    ['[1..100001]', 'too_long', /100000 items/, 4],
    ['($f := function($n){ 1 + $f($n + 1) }; $f(0))', 'too_deep', /500 deep/, 28],
    ['[1..2000].$pad("x", 1000)', 'result_too_large', /1048576 bytes/, undefined],
    ['$pad("x", 1e9)', 'memory', /too large/, undefined],
  ])('%s fails', async (text, code, message, position) => {
    const { value, fault } = await opened.evaluate(text)
    expect([value, fault?.code, fault?.position]).toEqual([null, code, position])
    expect(fault?.message).toMatch(message)
  })

  test('those behind a fault are not evaluated, unless asked for', async () => {
    const texts = ['1', '$error("no")', '2']
    expect((await opened.evaluateAll(texts)).map(({ fault }) => fault?.code)).toEqual([undefined, 'failed'])
    expect(await opened.evaluateAll(texts, { isLast: () => false })).toHaveLength(3)
    const first = await opened.evaluateAll(['x = 1', 'x = 5', 'x = 6'], { isLast: ({ value }) => value === true })
    expect(first.map(({ value }) => value)).toEqual([false, true])
  })

  test('values that are nested too deep are a fault, not an error', async () => {
    const deep = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`) as unknown
    const { fault } = await opened.evaluate('1', { names: { values: { deep }, links: [] } })
    expect(fault?.code).toBe('too_deep')
  })
})

describe('code', () => {
  test.each([
    ['function run(ctx) { return { n: ctx.first.numbers.length, x: ctx.x } }', { n: 3, x: 5 }],
    ['const run = async (ctx) => { await null; return ctx.first.text }', 'one'],
    ['function run(ctx) { return ctx.missing }', null],
    ['function run() { return { toJSON: () => [1] } }', [1]],
    ['function run() { return "a\\u0000b\\ud800é😀" }', 'a\0b\ud800é😀'],
    ['function run() { return { then: (done) => { done(1); done(2) } } }', 1],
    ['function run(ctx) { return Object.getOwnPropertyDescriptor(ctx, "__proto__").value.text }', 'one'],
  ])('%s', async (code, value) => {
    expect(await resultOf(code)).toEqual(value)
  })

  test('has the time that it is given, and random numbers of its seed', async () => {
    const at = Date.UTC(2030, 0, 2, 3, 4, 5)
    const times = `function run() {
      const Real = Object.getPrototypeOf(new Date()).constructor
      class Mine extends Date {}
      return [Date.now(), new Date().getTime(), new Real().getTime(), new Mine().getTime(), Date().slice(0, 24),
        new Date().getHours(), typeof performance, new Date(0).getTime()]
    }`
    expect(await resultOf(times)).toEqual([at, at, at, at, 'Wed Jan 02 2030 03:04:05', 3, 'undefined', 0])
    const random = 'function run() { return [Math.random(), Math.random()] }'
    const first = await resultOf(random)
    expect(await resultOf(random)).toEqual(first)
    expect((await opened.run(random, { seed: 'another' })).value).not.toEqual(first)
  })

  test('logs are kept to their bound, with a fault too', async () => {
    const { value, logs } = await opened.run(
      'function run() { console.log("a", {b: [1]}, 2); console.error(null); return 1 }',
    )
    expect([value, logs]).toEqual([1, 'a {"b":[1]} 2\nnull\n'])
    const failed = await opened.run('function run() { console.log("before"); throw new TypeError("bad") }')
    expect([failed.fault?.message, failed.logs]).toEqual(['TypeError: bad (line 1)', 'before\n'])
    const flood = await opened.run('function run() { for (let i = 0; i < 30000; i++) console.log("é"); return 2 }')
    expect(flood.value).toBe(2)
    expect(Buffer.byteLength(flood.logs)).toBeGreaterThan(16_000)
    expect(Buffer.byteLength(flood.logs)).toBeLessThanOrEqual(16_384)
    const big = await opened.run('function run() { console.log("x".repeat(5e6)) }')
    expect([big.fault, big.logs.length]).toEqual([null, 16_384])
  })

  test.each([
    ['function run( {', 'syntax', /SyntaxError.*line 1/],
    ['x = 1', 'failed', /no function run/],
    ['function run() { return missing.a }', 'failed', /ReferenceError.*missing.*line 1/],
    ['async function run() {\n await null\n throw new Error("late") }', 'failed', /^Error: late \(line 3\)$/],
    ['function run() { return new Promise(() => {}) }', 'failed', /never ends/],
    ['function run() { const a = {}; a.a = a; return a }', 'failed', /circular/],
    ['function run() { return "x".repeat(2e6) }', 'result_too_large', /1048576/],
    ['function run() { return 1 + run() }', 'too_deep', /too deep/],
    ['function run() { let a = []; for (let i = 0; i < 600; i++) a = [a]; return a }', 'too_deep', /too deep/],
    ['function run() { const a = []; for (;;) a.push(new ArrayBuffer(1e6)) }', 'memory', /48 MiB/],
    ['async function run() { return import("node:fs") }', 'failed', /./],
    ['function run() { throw { get message() { throw 1 } } }', 'failed', /./],
  ])('%s fails', async (code, kind, message) => {
    const { value, fault } = await opened.run(code)
    expect([value, fault?.code]).toEqual([null, kind])
    expect(fault?.message).toMatch(message)
  })

  test('takes as long as it is allowed', async () => {
    for (const code of ['function run() { for (;;); }', 'async function run() { for (;;) await null }']) {
      const { fault } = await opened.run(code, { time_ms: 50 })
      expect(fault).toEqual({ code: 'timeout', message: 'It took more than 50 ms.' })
    }
  })

  test('has nothing but the language', async () => {
    const globals = ['process', 'require', 'module', 'WebAssembly', 'fetch', 'setTimeout', 'std', 'os', 'performance']
    const code = `function run() { return [${globals.map((name) => `typeof ${name}`).join()}, new Function('return typeof process')()] }`
    expect(new Set((await resultOf(code)) as string[])).toEqual(new Set(['undefined']))
    const own = (await resultOf('function run() { return Object.getOwnPropertyNames(globalThis) }')) as string[]
    expect(own).toEqual(expect.arrayContaining(['Date', 'JSON', 'console', 'run']))
    expect(own.filter((name) => !(name in globalThis))).toEqual(['InternalError', 'run'])
  })
})

test('texts are checked without being evaluated', async () => {
  const faults = await opened.check([
    { language: 'jsonata', text: '$error("not yet")' },
    { language: 'jsonata', text: 'a +' },
    { language: 'javascript', text: 'throw 1; function run() {}' },
    { language: 'javascript', text: 'function run() {\n let a = ; }' },
  ])
  expect(faults.map((fault) => fault?.code ?? null)).toEqual([null, 'syntax', null, 'syntax'])
  expect(faults[1]?.position).toBe(3)
  expect(faults[3]?.message).toMatch(/line 2/)
})

test('code changes nothing for what comes after it in the same process', async () => {
  const pollution = `
    Object.prototype.polluted = 1; Array.prototype.map = null; JSON.stringify = () => '"bad"'; Promise.prototype.then = null
    globalThis.left = 1; Date.now = () => 0; Math.random = () => 0; Reflect.construct = null; String.prototype.slice = null
    function run(ctx) { ctx.first.text = 'changed'; console.log = null; return [1] }`
  expect((await opened.run(pollution)).value).toEqual([1])
  const children = childrenOf(process.pid)
  const look = `function run(ctx) {
    return [typeof {}.polluted, typeof [].map, typeof left, Date.now() > 0, Math.random() > 0, ctx.first.text]
  }`
  expect((await opened.run(look)).value).toEqual(['undefined', 'function', 'undefined', true, true, 'one'])
  expect((await opened.evaluate('$count([1]) & first.text')).value).toBe('1one')
  expect(childrenOf(process.pid)).toEqual(children)
})

test('expressions change nothing for what comes after them in the same process', async () => {
  const attempts = [
    '$merge([{"__proto__": {"polluted": 1}}, {"constructor": {"prototype": {"polluted": 1}}}])',
    '$ ~> |$|{"__proto__": {"polluted": 1}}|',
    '{"x": 1} ~> |$.__proto__|{"polluted": 1}|',
    '($clone := function($x){$x}; $$ ~> |ctx.first|{"text": "changed"}|)',
    '($clone := function($x){$sum}; {"a": 1} ~> |$|{"implementation": 1, "_jsonata_function": false}|)',
    '$sum ~> |$|{"implementation": 1}|',
    '($sum := function($x){"mine"}; $sum([1]))',
    '$lookup($sum, "implementation")',
    '$lookup({}, "constructor")',
    '$lookup({}, "__proto__")',
    'first.constructor.constructor("return process")()',
    '(function($x){$x}).environment.base',
  ]
  await opened.evaluateAll(attempts, { isLast: () => false })
  const children = childrenOf(process.pid)
  const after = '{"sum": $sum([1, 2]), "text": first.text, "polluted": {}.polluted, "found": $lookup({}, "polluted")}'
  expect((await opened.evaluate(after)).value).toEqual({ sum: 3, text: 'one' })
  // Within one step, too: each has values of its own.
  const [, second] = await opened.evaluateAll([attempts[3]!, 'first.text'])
  expect(second?.value).toBe('one')
  expect(childrenOf(process.pid)).toEqual(children)
})

test('names of one are gone for the next', async () => {
  await opened.evaluate('1', { owner: 'one', names: { values: { mine: 'private' }, links: [] } })
  const next = { owner: 'other', names: { values: {}, links: [] } }
  expect((await opened.evaluate('$string($$)', next)).value).toBe('{}')
  expect((await opened.run('function run(ctx) { return ctx }', next)).value).toEqual({})
})
