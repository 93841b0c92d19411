import { describe, expect, test, vi } from 'vitest'
import { type CheckExpression, judgeDefinition } from './judge-definition.ts'
import type { CheckCode } from './step-problems.ts'

const checks = { checkExpression: () => [], checkCode: () => [] }

const go = { id: 'go', type: 'trigger', config: { type: 'manual' }, next: { default: 'a' } }
/** One step behind a trigger. */
const around = (step: object) => ({ nodes: [go, { id: 'a', ...step }] })
const judge = (value: unknown) => judgeDefinition(value, checks)
const problemsOf = (value: unknown) => judge(value).problems.map(({ path, code }) => `${path} ${code}`)

describe('expressions', () => {
  const listed = (value: unknown) => {
    const checkExpression = vi.fn<CheckExpression>(() => [])
    judgeDefinition(value, { ...checks, checkExpression })
    return checkExpression.mock.calls.map(([text, { path, form, secrets, prompts }]) => [
      text,
      path,
      form,
      [secrets ? 'secrets' : '', prompts ? 'prompts' : ''].filter((word) => word !== '').join(' '),
    ])
  }

  test('of an http step may name secrets', () => {
    const config = {
      url: 'https://a.example/{{ a }}',
      headers: { A: '{{ b }}', '{{ key }}': 'x' },
      query_params: { q: '${ c }', n: 5 },
      body: { list: ['plain', { deep: '\\{{ d }}' }], '{{ k }}': 1 },
    }
    expect(listed(around({ type: 'http', config }))).toEqual([
      ['https://a.example/{{ a }}', 'nodes.1.config.url', 'text', 'secrets prompts'],
      ['{{ b }}', 'nodes.1.config.headers.A', 'text', 'secrets prompts'],
      ['${ c }', 'nodes.1.config.query_params.q', 'text', 'secrets prompts'],
      ['\\{{ d }}', 'nodes.1.config.body.list.1.deep', 'text', 'secrets prompts'],
    ])
  })

  test('of other steps may not', () => {
    expect(
      listed(
        around({ type: 'app', config: { connection: '{{ x }}', tool: '{{ y }}', arguments: { a: ['{{ z }}'] } } }),
      ),
    ).toEqual([['{{ z }}', 'nodes.1.config.arguments.a.0', 'text', 'prompts']])
    expect(
      listed(around({ type: 'output', config: { output_data: [{ name: '{{ n }}', value: { x: '{{ v }}' } }] } })),
    ).toEqual([['{{ v }}', 'nodes.1.config.output_data.0.value.x', 'text', 'prompts']])
    expect(listed(around({ type: 'wait', config: { duration: '{{ d }}', until: '{{ u }}' } }))).toEqual([
      ['{{ d }}', 'nodes.1.config.duration', 'text', 'prompts'],
      ['{{ u }}', 'nodes.1.config.until', 'text', 'prompts'],
    ])
    expect(listed(around({ type: 'code', config: { code: '`${x}`' } }))).toEqual([])
    expect(listed(around({ type: 'note', config: { text: '{{ x }}' } }))).toEqual([])
  })

  test('of conditions are whole, with or without braces', () => {
    const conditions = [
      { name: 'x', condition: 'a > 1' },
      { name: 'y', condition: '{{ b }}' },
      { name: 'z', condition: ' ' },
    ]
    expect(listed(around({ type: 'condition', config: { conditions } }))).toEqual([
      ['a > 1', 'nodes.1.config.conditions.0.condition', 'whole', 'prompts'],
      ['{{ b }}', 'nodes.1.config.conditions.1.condition', 'whole', 'prompts'],
    ])
  })

  test('of triggers have no prompts; a header is no expression', () => {
    const trigger = (config: object) => listed({ nodes: [{ id: 'go', type: 'trigger', config }] })
    expect(trigger({ type: 'event', events: ['*'], filter: 'event.type' })).toEqual([
      ['event.type', 'nodes.0.config.filter', 'whole', ''],
    ])
    expect(trigger({ type: 'webhook', dedupe: 'body.id' })).toEqual([['body.id', 'nodes.0.config.dedupe', 'whole', '']])
    expect(trigger({ type: 'webhook', dedupe: 'X-Event-Id' })).toEqual([])
    expect(trigger({ type: 'manual', filter: 'x' })).toEqual([])
  })

  test('their problems are told where they were sent', () => {
    const checkExpression: CheckExpression = (text, { path }) => [{ path, code: 'expression', message: `has ${text}` }]
    const checkCode: CheckCode = (_code, { path }) => [{ path, code: 'code', message: 'is empty' }]
    const steps = {
      go: { type: 'start', next: 'a' },
      a: { type: 'http', data: { url: '{{ x', headers: [{ key: 'A', value: '{{' }] }, next: 'b' },
      b: { type: 'code', config: { code: '1' } },
    }
    expect(judgeDefinition({ steps }, { checkExpression, checkCode }).problems).toEqual([
      { path: 'definition.steps.a.data.headers.0', code: 'expression', message: 'has {{' },
      { path: 'definition.steps.a.data.url', code: 'expression', message: 'has {{ x' },
      { path: 'definition.steps.b.config.code', code: 'code', message: 'is empty' },
    ])
  })

  test('one problem of a text is told', () => {
    const checkExpression: CheckExpression = (_text, { path }) =>
      ['first', 'second'].map((message) => ({ path, code: 'expression', message }))
    const value = around({ type: 'http', config: { url: '{{ x }}' } })
    expect(judgeDefinition(value, { ...checks, checkExpression }).problems).toMatchObject([{ message: 'first' }])
  })

  test('five hundred are the most', () => {
    const withBody = (count: number) =>
      around({
        type: 'http',
        config: { url: 'https://a.example', method: 'POST', body: '{{ a }} \\{{ '.repeat(count) },
      })
    expect(problemsOf(withBody(500))).toEqual([])
    expect(judge(withBody(501)).problems).toEqual([
      { path: 'definition', code: 'expression', message: 'must have at most 500 expressions; it has 501' },
    ])
    expect(listed(withBody(501))).toEqual([])
  })
})
