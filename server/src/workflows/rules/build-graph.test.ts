import { type WorkflowDefinition, workflowBounds, workflowDefaults } from '@parley/contract'
import { describe, expect, test } from 'vitest'
import { buildGraph } from './build-graph.ts'
import { judgeDefinition } from './judge-definition.ts'
import { resolveDefinition } from './resolve-definition.ts'

const checks = { checkExpression: () => [], checkCode: () => [] }

function read(value: object): WorkflowDefinition {
  const { definition, problems } = judgeDefinition(value, checks)
  expect(problems).toEqual([])
  return definition!
}

/** One of each type; nothing but what is required. */
const plain = {
  nodes: [
    { id: 'trigger', type: 'trigger', config: { type: 'webhook' }, next: 'code' },
    { id: 'input', type: 'input', config: { fields: [{ name: 'a' }] }, next: 'code' },
    { id: 'code', type: 'code', config: { code: 'function run() {}' }, next: 'choice' },
    {
      id: 'choice',
      type: 'condition',
      config: { conditions: [{ name: 'yes', condition: 'a' }] },
      next: { yes: 'http', default: 'wait' },
    },
    {
      id: 'http',
      name: 'Look it up',
      type: 'http',
      config: { url: 'https://a.example' },
      next: { default: 'app', error: 'end' },
    },
    { id: 'app', type: 'app', config: { connection: 'crm', tool: 'find' }, next: 'end' },
    { id: 'wait', type: 'wait', next: 'end' },
    { id: 'end', type: 'output', config: { output_data: [{ name: 'a' }] }, next: { default: 'app' } },
    { id: 'note', type: 'note' },
  ],
}

describe('defaults', () => {
  test('are filled in', () => {
    const { settings, steps } = resolveDefinition(read(plain))
    expect(settings).toEqual({
      ...{ timeout_seconds: 3600, retry: null, max_steps: 1000, max_concurrent: null, keep: 'all', ai_model: 'small' },
    })
    const configOf = (id: string) => steps.get(id)?.config
    expect([...steps.keys()]).toEqual(['trigger', 'input', 'code', 'choice', 'http', 'app', 'wait', 'end'])
    expect(configOf('trigger')).toMatchObject({ type: 'webhook', methods: ['POST'], dedupe: null })
    expect(configOf('input')).toEqual({ fields: [{ name: 'a', type: 'any', required: false, default: null }] })
    expect(configOf('code')).toEqual({ code: 'function run() {}', timeout_ms: 2000 })
    expect(configOf('choice')).toEqual({ conditions: [{ name: 'yes', condition: 'a' }] })
    expect(configOf('http')).toEqual({
      ...{
        method: 'GET',
        url: 'https://a.example',
        headers: {},
        query_params: {},
        timeout_ms: 30_000,
        fail_on_status: false,
      },
    })
    expect(configOf('app')).toEqual({ connection: 'crm', tool: 'find', arguments: {}, timeout_ms: 30_000 })
    expect(configOf('end')).toEqual({ output_data: [{ name: 'a', type: 'any', value: null }] })
    expect(configOf('wait')).toEqual({ duration: 1, unit_seconds: 60, until: null, resumable: false })
    expect(steps.get('wait')).toMatchObject({
      name: 'wait',
      retry: null,
      idempotent: null,
      max_visits: null,
      ai_model: 'small',
    })
  })

  test('give way to what is said', () => {
    const said = {
      settings: {
        timeout_seconds: 5,
        retry: { max_attempts: 3 },
        max_steps: 7,
        max_concurrent: 2,
        keep: 'none',
        ai_model: 'standard',
      },
      nodes: [
        { id: 'go', type: 'start', next: 'w' },
        {
          id: 'w',
          type: 'wait',
          config: { until: '{{ x }}', resumable: true, unit: 'days' },
          next: 'h',
          ai_model: 'a/b',
        },
        {
          id: 'h',
          type: 'http',
          config: { url: 'https://a.example', method: 'POST', body: [1] },
          retry: { factor: 1 },
          max_visits: 3,
          idempotent: true,
        },
      ],
    }
    const { settings, steps } = resolveDefinition(read(said))
    expect(settings).toEqual({
      ...said.settings,
      retry: { max_attempts: 3, backoff_seconds: 1, factor: 2, max_backoff_seconds: 300 },
    })
    expect(steps.get('w')).toMatchObject({
      config: { until: '{{ x }}', unit_seconds: 86_400, resumable: true },
      ai_model: 'a/b',
    })
    expect(steps.get('h')).toMatchObject({
      ...{
        config: { method: 'POST', body: [1] },
        retry: { max_attempts: 1, factor: 1 },
        max_visits: 3,
        idempotent: true,
        ai_model: 'standard',
      },
    })
  })

  test('are within their bounds', () => {
    const { settings, code, http, wait, webhook } = workflowDefaults
    const within = (value: number, { least, most }: { least: number; most: number }) => value >= least && value <= most
    expect(within(settings.timeout_seconds, workflowBounds.timeout_seconds)).toBe(true)
    expect(within(settings.max_steps, workflowBounds.max_steps)).toBe(true)
    expect(within(code.timeout_ms, workflowBounds.code_timeout_ms)).toBe(true)
    expect(within(http.timeout_ms, workflowBounds.request_timeout_ms)).toBe(true)
    expect(within(webhook.dedupe_hours, workflowBounds.dedupe_hours)).toBe(true)
    expect(within(wait.duration * 60, workflowBounds.wait_seconds)).toBe(true)
  })
})

describe('the graph', () => {
  const graphOf = (value: object, isTwice = false) => buildGraph(resolveDefinition(read(value)), () => isTwice)

  test('has the steps that are visited, and their ways', () => {
    const graph = graphOf(plain)
    expect(graph.steps.has('note')).toBe(false)
    expect(graph.steps.get('http')).toEqual({
      ...{ id: 'http', name: 'Look it up', type: 'http', retry: null, is_idempotent: true, max_visits: null },
      ports: new Map([
        ['default', 'app'],
        ['error', 'end'],
      ]),
    })
    expect(graph.steps.get('choice')!.ports).toEqual(
      new Map([
        ['yes', 'http'],
        ['default', 'wait'],
      ]),
    )
    expect(graph.steps.get('end')!.ports).toEqual(new Map())
    expect(graph).toMatchObject({ retry: null, max_steps: 1000, timeout_ms: 3_600_000 })
  })

  test.each([
    ['GET', true],
    ['HEAD', true],
    ['OPTIONS', true],
    ['PUT', true],
    ['DELETE', true],
    ['POST', false],
    ['PATCH', false],
  ])('%s may be sent twice: %s, unless the step says otherwise', (method, isTwice) => {
    const step = (idempotent: boolean | null) => ({
      nodes: [
        { id: 'go', type: 'start', next: 'h' },
        { id: 'h', type: 'http', config: { url: 'https://a.example', method }, idempotent },
      ],
    })
    const of = (value: object) => graphOf(value).steps.get('h')!.is_idempotent
    expect([of(step(null)), of(step(true)), of(step(false))]).toEqual([isTwice, true, false])
  })

  test('a tool may be called twice if it says so; what only computes always', () => {
    const isTwice = (id: string, tool: boolean) => graphOf(plain, tool).steps.get(id)!.is_idempotent
    expect([isTwice('app', true), isTwice('app', false)]).toEqual([true, false])
    expect(['code', 'choice', 'wait', 'end', 'input'].every((id) => isTwice(id, false))).toBe(true)
  })
})
