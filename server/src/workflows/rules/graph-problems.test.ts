import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeDefinition } from './judge-definition.ts'

const checks = { checkExpression: () => [], checkCode: () => [] }

type Next = Record<string, string>
const trigger = (next: Next, id = 'go') => ({ id, type: 'trigger', config: { type: 'manual' }, next })
const code = (id: string, next: Next = {}, more: object = {}) => ({
  id,
  type: 'code',
  config: { code: 'function run() {}' },
  next,
  ...more,
})
const wait = (id: string, config: object, next: Next) => ({ id, type: 'wait', config, next })
const output = (id = 'end', next: Next = {}) => ({ id, type: 'output', config: {}, next })
const condition = (id: string, names: string[], next: Next) => ({
  id,
  type: 'condition',
  config: { conditions: names.map((name) => ({ name, condition: 'x' })) },
  next,
})
const note = (next?: Next) => ({ id: 'remark', type: 'note', config: { text: 'x' }, ...(next ? { next } : {}) })

const judge = (...nodes: unknown[]) => judgeDefinition({ nodes }, checks)
const problemsOf = (...nodes: unknown[]) =>
  judge(...nodes).problems.map(({ path, code }) => `${path.slice(11)} ${code}`)

describe('problems of a graph', () => {
  test.each<[string, unknown[], string[]]>([
    ['none', [trigger({ default: 'end' }), output(), note()], []],
    ['a repeated id', [trigger({ default: 'a' }), code('a'), code('a')], ['nodes.2.id duplicate_id']],
    ['an unknown step', [trigger({ default: 'nobody' })], ['nodes.0.next.default unknown_step']],
    ['a name of every object is no step', [trigger({ default: 'constructor' })], ['nodes.0.next.default unknown_step']],
    ['no entry', [output()], ['nodes no_entry']],
    ['no steps', [], ['nodes no_entry']],
    ['only a note', [note()], ['nodes no_entry']],
    ['a step apart', [trigger({ default: 'end' }), output(), code('a')], ['nodes.2 unreachable']],
    [
      'steps apart',
      [trigger({}), code('a', { default: 'b' }), code('b')],
      ['nodes.1 unreachable', 'nodes.2 unreachable'],
    ],
    ['a step behind an error', [trigger({ default: 'a' }), code('a', { error: 'b' }), code('b')], []],
    [
      'a step behind an output',
      [trigger({ default: 'end' }), output('end', { default: 'a' }), code('a')],
      ['nodes.2 unreachable'],
    ],
    ['a step behind an output that fails', [trigger({ default: 'end' }), output('end', { error: 'a' }), code('a')], []],
    [
      'two entries',
      [trigger({ default: 'end' }), { id: 'in', type: 'input', config: {}, next: { default: 'end' } }, output()],
      [],
    ],
    [
      'a branch without a step',
      [trigger({ default: 'c' }), condition('c', ['a', 'b'], { a: 'end' }), output()],
      ['nodes.1.next.b missing_branch'],
    ],
    [
      'a way of a branch that is not there',
      [trigger({ default: 'c' }), condition('c', ['a'], { a: 'end', b: 'end' }), output()],
      ['nodes.1.next.b unknown_port'],
    ],
    ['a failing trigger', [trigger({ default: 'end', error: 'end' }), output()], ['nodes.0.next.error unknown_port']],
    [
      'a branch of code',
      [trigger({ default: 'a' }), code('a', { found: 'end' }), output()],
      ['nodes.1.next.found unknown_port'],
    ],
    [
      'a way into an entry',
      [trigger({ default: 'a' }), code('a', { default: 'go' }, { max_visits: 2 })],
      ['nodes.1.next.default entry_has_input'],
    ],
    ['a way into a note', [trigger({ default: 'remark' }), note()], ['nodes.0.next.default note_connected']],
    [
      'a way out of a note',
      [trigger({ default: 'end' }), output(), note({ default: 'end' })],
      ['nodes.2.next note_connected'],
    ],
    [
      'what is behind a step that cannot be read',
      [trigger({ default: 'a' }), { id: 'a', type: 'loop', next: 'end' }, output()],
      ['nodes.1.type invalid'],
    ],
    [
      'a step that cannot be read is there',
      [trigger({ default: 'a' }), { id: 'a', type: 'loop' }],
      ['nodes.1.type invalid'],
    ],
  ])('%s', (_what, nodes, problems) => expect(problemsOf(...nodes)).toEqual(problems))

  test('eleven triggers are too many', () => {
    const triggers = Array.from({ length: 11 }, (_, index) => trigger({}, `t${index}`))
    expect(problemsOf(...triggers.slice(0, 10))).toEqual([])
    expect(problemsOf(...triggers)).toEqual(['nodes.10 invalid'])
  })
})

describe('cycles', () => {
  const cycle = (inner: unknown) => problemsOf(trigger({ default: 'a' }), code('a', { default: 'b' }), inner)
  test.each<[string, unknown, boolean]>([
    ['without a bound', code('b', { default: 'a' }), false],
    ['by an error', code('b', { error: 'a' }), false],
    ['by a branch', condition('b', ['x'], { x: 'a', default: 'a' }), false],
    ['with a bounded step', code('b', { default: 'a' }, { max_visits: 1 }), true],
    ['with a wait', wait('b', {}, { default: 'a' }), true],
    ['with a wait of a second', wait('b', { duration: 1, unit: 'seconds' }, { default: 'a' }), true],
    ['with a computed wait', wait('b', { duration: '{{ x }}' }, { default: 'a' }), true],
    ['with a wait until a time, which may be past', wait('b', { until: '{{ x }}' }, { default: 'a' }), false],
  ])('%s', (_what, inner, isBounded) => expect(cycle(inner)).toEqual(isBounded ? [] : ['nodes.1 unbounded_cycle']))

  test('a step that leads to itself', () => {
    expect(problemsOf(trigger({ default: 'a' }), code('a', { default: 'a' }))).toEqual(['nodes.1 unbounded_cycle'])
  })

  test('each is told once, with its steps', () => {
    const nodes = [
      trigger({ default: 'a' }),
      code('a', { default: 'b' }),
      code('b', { default: 'a', error: 'c' }),
      code('c', { default: 'd' }),
      code('d', { default: 'c', error: 'd' }),
    ]
    expect(judge(...nodes).problems).toMatchObject([
      { path: 'definition.nodes.1', message: expect.stringContaining('(a, b)') as string },
      { path: 'definition.nodes.3', message: expect.stringContaining('(c, d)') as string },
    ])
  })

  test('are found as by following every path', () => {
    const size = 7
    const graphs = fc.record({
      ways: fc.array(fc.tuple(fc.nat(size - 1), fc.constantFrom('default', 'error'), fc.nat(size - 1)), {
        maxLength: 12,
      }),
      bounded: fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }),
    })
    fc.assert(
      fc.property(graphs, ({ ways, bounded }) => {
        const next = Array.from({ length: size }, (): Next => ({}))
        for (const [from, port, to] of ways) next[from]![port] = `s${to}`
        const steps = next.map((each, index) =>
          code(`s${index}`, each, bounded.includes(index) ? { max_visits: 3 } : {}),
        )
        const found = problemsOf(trigger({ default: 's0' }), ...steps).filter((text) =>
          text.endsWith('unbounded_cycle'),
        )
        const waysOf = (step: number) => Object.values(next[step]!).map((id) => Number(id.slice(1)))
        const isFree = (step: number) => !bounded.includes(step)
        /** Whether a path without bounded steps leads back. */
        const comesBack = (to: number, at: number, seen: Set<number>): boolean =>
          waysOf(at).some((step) => {
            if (!isFree(step) || seen.has(step)) return false
            return step === to || comesBack(to, step, new Set([...seen, step]))
          })
        const inCycles = next.map((_, step) => step).filter((step) => isFree(step) && comesBack(step, step, new Set()))
        expect(found.length > 0).toBe(inCycles.length > 0)
        const firsts = found.map((text) => Number(/^nodes\.(\d+) /.exec(text)![1]) - 1)
        expect(firsts.every((step) => inCycles.includes(step))).toBe(true)
        expect(inCycles.length === 0 || firsts[0] === Math.min(...inCycles)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})

describe('warnings', () => {
  test.each<[string, unknown[], string[]]>([
    [
      'an open end',
      [trigger({ default: 'a' }), code('a')],
      ['nodes.1 ends its path without an output step, so the output is {}'],
    ],
    ['an entry alone', [trigger({})], ['nodes.0 ends its path without an output step, so the output is {}']],
    [
      'the default of a condition',
      [trigger({ default: 'c' }), condition('c', ['a'], { a: 'end' }), output()],
      ['nodes.1 ends its path without an output step, so the output is {}'],
    ],
    [
      'a way behind an output',
      [trigger({ default: 'a' }), code('a', { default: 'end' }), output('end', { default: 'a' })],
      ['nodes.2.next.default is never taken: an output ends its path'],
    ],
  ])('%s', (_what, nodes, warnings) => {
    const verdict = judge(...nodes)
    expect(verdict.problems).toEqual([])
    expect(verdict.warnings).toEqual(warnings.map((warning) => `definition.${warning}`))
  })
})
