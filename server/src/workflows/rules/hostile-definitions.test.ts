import { stepSchemas, WorkflowDefinition, workflowBounds } from '@parley/contract'
import { describe, expect, test, vi } from 'vitest'
import { createErrorFinders } from '../../base/validation.ts'
import { type CheckExpression, judgeDefinition } from './judge-definition.ts'
import { problemAt } from './problems.ts'

const checks = { checkExpression: () => [], checkCode: () => [] }

const go = { id: 'go', type: 'trigger', config: { type: 'manual' }, next: { default: 'a' } }
/** One step behind a trigger. */
const around = (step: object) => ({ nodes: [go, { id: 'a', ...step }] })
const judge = (value: unknown) => judgeDefinition(value, checks)
const problemsOf = (value: unknown) => judge(value).problems.map(({ path, code }) => `${path} ${code}`)
const at = (path: string) => `definition.nodes.1.${path}`

describe('hostile definitions', () => {
  const step = (id: string, next: object = {}, more: object = {}) => ({
    id,
    type: 'code',
    config: { code: 'x' },
    next,
    ...more,
  })

  test('more steps than there may be', () => {
    const nodes = Array.from({ length: 100_000 }, (_, index) => ({ id: `s${index}` }))
    expect(problemsOf({ nodes: nodes.slice(0, 201) })).toEqual(['definition.nodes invalid'])
    expect(problemsOf({ nodes })).toEqual(['definition invalid'])
  })

  test('a cycle of all steps', () => {
    const ring = Array.from({ length: 199 }, (_, index) =>
      step(`s${index}`, { default: `s${(index + 1) % 199}`, error: `s${(index + 7) % 199}` }),
    )
    const nodes = [{ ...go, next: { default: 's0' } }, ...ring]
    expect(problemsOf({ nodes })).toEqual(['definition.nodes.1 unbounded_cycle'])
    const bounded = [...nodes.slice(0, 199), { ...nodes[199], max_visits: 5 }]
    expect(problemsOf({ nodes: bounded })).toEqual(['definition.nodes.1 unbounded_cycle'])
  })

  test('ten thousand edges, as `next` and as a list', () => {
    const names = Array.from({ length: 50 }, (_, index) => `b${index}`)
    const conditions = names.map((name) => ({ name, condition: 'x' }))
    const entry = { ...go, next: { default: 's0' } }
    const choices = (count: number) =>
      Array.from({ length: count }, (_, index) => {
        const next = Object.fromEntries(names.map((name, at) => [name, `s${(index * 31 + at * 7) % count}`]))
        return { id: `s${index}`, type: 'condition', max_visits: 2, config: { conditions }, next }
      })
    const nodes = [entry, ...choices(199)]
    expect(problemsOf({ nodes })).toEqual(['definition expression'])
    expect(judge({ nodes }).definition).toEqual({ schema_version: 1, nodes })

    const few = choices(10)
    const edges = few.flatMap(({ id, next }) => Object.entries(next).map(([label, to]) => ({ from: id, to, label })))
    const many = Array.from({ length: 20 }, () => edges).flat()
    expect(many).toHaveLength(10_000)
    const bare = few.map((step) => ({ ...step, next: {} }))
    const read = judge({ nodes: [entry, ...bare], edges: many })
    expect(read.problems).toEqual([])
    expect(read.definition).toEqual({ schema_version: 1, nodes: [entry, ...few] })
    const wrong = many.map((edge) => ({ ...edge, to: 'x' }))
    expect(judge({ nodes: [entry, ...bare], edges: wrong }).problems).toHaveLength(100)
  })

  test.each(['__proto__', 'constructor', 'toString', 'prototype', 'valueOf'])(
    'a step with the id %s, also by the key of a map',
    (id) => {
      const map = Object.fromEntries([
        ['go', { ...go, next: { default: id } }],
        [id, { type: 'output' }],
      ])
      expect(problemsOf({ nodes: map })).toEqual([`definition.nodes.${id}.id reserved_name`])
      expect(
        problemsOf({
          nodes: [
            { ...go, next: { default: id } },
            { id, type: 'output' },
          ],
        }),
      ).toEqual(['definition.nodes.1.id reserved_name'])
      const ports = Object.fromEntries([[id, 'a']])
      expect(problemsOf({ nodes: [{ ...go, next: ports }, step('a')] })).toEqual([
        `definition.nodes.0.next.${id} unknown_port`,
      ])
      expect({}).not.toHaveProperty('type')
    },
  )

  test('keys of every object are unknown keys', () => {
    const own = (value: unknown) =>
      Object.fromEntries([
        ['__proto__', value],
        ['constructor', value],
        ['edges', null],
      ])
    const { definition, problems, warnings } = judge({
      ...own(1),
      nodes: [{ ...go, next: {}, ...own({ a: 1 }), config: { type: 'manual', ...own(2) } }],
    })
    expect(problems).toEqual([])
    expect(Object.keys(definition!)).toEqual(expect.arrayContaining(['__proto__', 'constructor']))
    expect(warnings.filter((warning) => warning.includes('is not known'))).toHaveLength(8)
  })

  test('nested as deep as JSON goes', () => {
    let body: unknown = '{{ x }}'
    for (let depth = 0; depth < 20_000; depth += 1) body = [body]
    expect(judge(around({ type: 'http', config: { url: 'https://a.example', body } })).problems).toMatchObject([
      { code: 'invalid', message: 'is nested more than 64 levels deep' },
    ])
    let deepest: unknown = '{{ x }}'
    for (let depth = 0; depth < 59; depth += 1) deepest = [deepest]
    const found = vi.fn<CheckExpression>((text, { path }) => [problemAt([path], 'expression', text)])
    const allowed = judgeDefinition(
      around({ type: 'http', config: { url: 'https://a.example', method: 'PUT', body: deepest } }),
      { ...checks, checkExpression: found },
    )
    expect(allowed.problems).toHaveLength(1)
    expect(found).toHaveBeenCalledTimes(1)
  })

  test('edges and ways without end', () => {
    const steps = Array.from({ length: 10_000 }, (_, index) => ({ id: `s${index}` }))
    const edges = Array.from({ length: 8000 }, (_, index) => ({ from: `t${index}`, to: 's' }))
    expect(problemsOf({ nodes: steps, edges })).toEqual(['definition.nodes invalid'])
    expect(judge({ nodes: [go], edges: Array.from({ length: 170_000 }, () => ({})) }).problems).toHaveLength(100)
    const next = Object.fromEntries(Array.from({ length: 30_000 }, (_, index) => [`p${index}`, 's']))
    expect(judge({ nodes: [{ ...go, next }] }).problems).toHaveLength(100)
    const names = Array.from({ length: 10_000 }, (_, index) => ({ name: `b${index}` }))
    const choice = { id: 'c', type: 'condition', config: { conditions: names }, next: {} }
    const many = Array.from({ length: 8000 }, () => ({ from: 'c', to: 'c' }))
    expect(problemsOf({ nodes: [go, choice], edges: many })).toContain('definition.nodes.1.config.conditions invalid')
  })

  test('too large, and what cannot be stored', () => {
    const text = (length: number) =>
      around({ type: 'http', config: { url: 'https://a.example', method: 'PUT', body: 'x'.repeat(length) } })
    expect(problemsOf(text(workflowBounds.definition_bytes))).toEqual(['definition invalid'])
    expect(problemsOf(text(workflowBounds.definition_bytes - 1000))).toEqual([])
    expect(problemsOf(around({ type: 'note', name: 'a\0b' }))).toEqual([at('name invalid')])
    expect(problemsOf(around({ type: 'note', name: '\ud800' }))).toEqual([at('name invalid')])
  })

  test('long lists and names', () => {
    const conditions = Array.from({ length: 20_000 }, () => ({ name: 5 }))
    expect(problemsOf(around({ type: 'condition', config: { conditions } }))).toEqual([at('config.conditions invalid')])
    const next = Object.fromEntries([['x'.repeat(100_000), 'a']])
    const [problem] = judge({ nodes: [{ ...go, next }, step('a')] }).problems
    expect(problem!.path.length).toBeLessThan(300)
    expect(
      JSON.stringify(judge({ nodes: [{ ...go, next: { default: 'x'.repeat(60) } }] }).problems).length,
    ).toBeLessThan(1000)
  })
})

describe('the published schema', () => {
  const find = createErrorFinders({ strict: true, allowUnionTypes: true })(WorkflowDefinition)

  test('accepts the one form of what is accepted', () => {
    const { definition } = judge({
      steps: { go: { type: 'start', next: 'a' }, a: { type: 'delay', data: { duration: '5' } } },
    })
    expect(find(definition)).toEqual([])
  })

  test.each(Object.keys(stepSchemas))('refuses what is refused of %s', (type) => {
    const value = { schema_version: 1, nodes: [{ id: 'a', type, config: { type: 'manual' }, max_visits: 'x' }] }
    expect(judge(value).definition).toBeNull()
    expect(find(value)).not.toEqual([])
    expect(find({ schema_version: 1, nodes: [{ id: 'a', type, config: { type: 'manual' } }] })).toEqual([])
  })
})
