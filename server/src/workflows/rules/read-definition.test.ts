import { describe, expect, test } from 'vitest'
import { judgeDefinition } from './judge-definition.ts'
import { readDefinition } from './read-definition.ts'

const checks = { checkExpression: () => [], checkCode: () => [] }
const judge = (value: unknown) => judgeDefinition(value, checks)

const end = { id: 'end', type: 'output', config: {}, next: {} }
const start = { id: 'go', type: 'trigger', config: { type: 'manual' }, next: { default: 'end' } }
const form = { schema_version: 1, nodes: [start, end] }

describe('every variant has one form', () => {
  const map = { go: { type: 'trigger', config: { type: 'manual' }, next: 'end' }, end: { type: 'output' } }
  test.each<[string, unknown]>([
    ['itself', form],
    ['without a version', { nodes: [start, end] }],
    ['steps', { steps: [start, end] }],
    ['steps, and nodes that are null', { nodes: null, steps: [start, end] }],
    ['a map by id', { nodes: map }],
    ['a map by id as steps', { steps: map }],
    ['a map whose steps repeat their ids', { nodes: { ...map, end: { id: 'end', type: 'output' } } }],
    ['next as a text', { nodes: [{ ...start, next: 'end' }, end] }],
    ['next as a list of one', { nodes: [{ ...start, next: ['end'] }, end] }],
    ['a port as a list of one', { nodes: [{ ...start, next: { default: ['end'] } }, end] }],
    [
      'empty ways out',
      {
        nodes: [
          { ...start, next: { default: 'end', error: null } },
          { ...end, next: [] },
        ],
      },
    ],
    [
      'start',
      {
        nodes: [
          { id: 'go', type: 'start', next: 'end' },
          { id: 'end', type: 'end' },
        ],
      },
    ],
    ['data', { nodes: [{ id: 'go', type: 'trigger', data: { type: 'manual' }, next: 'end' }, end] }],
    ['parameters', { nodes: [{ id: 'go', type: 'trigger', parameters: { type: 'manual' }, next: 'end' }, end] }],
    ['edges', { nodes: [{ ...start, next: null }, end], edges: [{ source: 'go', target: 'end' }] }],
    ['connections', { nodes: [{ ...start, next: {} }, end], connections: [{ from: 'go', to: 'end' }] }],
    ['edges beside the same next', { nodes: [start, end], edges: [{ id: 'e', source: 'go', target: 'end' }] }],
    ['empty edges', { nodes: [start, end], edges: [], connections: null }],
  ])('%s', (_what, value) => {
    expect(judge(value)).toEqual({ definition: form, problems: [], obstacles: [], warnings: [] })
  })

  test('its own form is read as it is, unknown keys included', () => {
    const known = { ...form, settings: { keep: 'none', x: 1 }, y: [2], nodes: [{ ...start, z: null }, end] }
    expect(judge(known).definition).toEqual(known)
  })
})

describe('steps', () => {
  const read = (step: object) => (readDefinition({ nodes: [step] }).definition['nodes'] as object[])[0]

  test.each([
    ['action', 'app'],
    ['http_api', 'http'],
    ['http_request', 'http'],
    ['delay', 'wait'],
    ['end', 'output'],
    ['branch', 'condition'],
    ['if', 'condition'],
    ['start', 'trigger'],
    ['__proto__', '__proto__'],
    ['Http', 'Http'],
  ])('type %s is %s', (sent, type) => expect(read({ id: 'a', type: sent })).toMatchObject({ type }))

  test('label is the name, also within data', () => {
    expect(read({ id: 'a', type: 'note', label: 'A' })).toEqual({
      id: 'a',
      type: 'note',
      name: 'A',
      config: {},
      next: {},
    })
    const inner = { id: 'a', type: 'note', data: { label: 'A', text: 'x' } }
    expect(read(inner)).toEqual({ id: 'a', type: 'note', name: 'A', config: { text: 'x' }, next: {} })
    const both = { id: 'a', type: 'note', name: 'B', label: 'A' }
    expect(read(both)).toEqual({ id: 'a', type: 'note', name: 'B', config: {}, next: {}, label: 'A' })
  })

  test('config comes before data', () => {
    const step = { id: 'a', type: 'note', config: { text: 'x' }, data: { text: 'y' } }
    expect(read(step)).toEqual({ ...step, next: {} })
  })

  test('headers and query parameters as lists; empty rows are left out', () => {
    const pairs = [{ key: ' A ', value: '1' }, { key: '', value: '' }, { key: 'B' }]
    const config = {
      method: 'post',
      url: 'https://a.example',
      headers: pairs,
      query_params: [{ key: '__proto__', value: 'x' }],
    }
    const own = Object.fromEntries([['__proto__', 'x']])
    expect(read({ id: 'a', type: 'http', config })).toEqual({
      id: 'a',
      type: 'http',
      config: { method: 'POST', url: 'https://a.example', headers: { A: '1', B: '' }, query_params: own },
      next: {},
    })
  })

  test('a header that is given twice', () => {
    const headers = [
      { key: 'A', value: '1' },
      { key: 'A ', value: '2' },
    ]
    const config = { url: 'https://a.example', headers }
    expect(
      judge({
        nodes: [
          { ...start, next: 'a' },
          { id: 'a', type: 'http', config },
        ],
      }).problems,
    ).toEqual([
      { path: 'definition.nodes.1.config.headers.1', code: 'invalid', message: 'is given twice; combine the two' },
    ])
  })

  test('an output as a map', () => {
    const output_data = { tier: '{{ n1.tier }}', size: 5 }
    expect(read({ id: 'a', type: 'output', config: { output_data } })).toMatchObject({
      config: {
        output_data: [
          { name: 'tier', type: 'any', value: '{{ n1.tier }}' },
          { name: 'size', type: 'any', value: 5 },
        ],
      },
    })
  })

  test('a wait as forms keep it', () => {
    expect(read({ id: 'a', type: 'wait', config: { duration: '15', unit: 'Minutes' } })).toMatchObject({
      config: { duration: 15, unit: 'minutes' },
    })
    expect(read({ id: 'a', type: 'wait', config: { duration: '{{ x }}' } })).toMatchObject({
      config: { duration: '{{ x }}' },
    })
  })

  test('a trigger without a type is started by calls, which is told', () => {
    const { definition, warnings } = judge({ nodes: [{ id: 'go', type: 'trigger', next: 'end' }, end] })
    expect(definition).toEqual(form)
    expect(warnings).toEqual(['definition.nodes.0 has no type of trigger, so it is read as `manual`'])
  })
})

describe('edges', () => {
  const condition = {
    id: 'c',
    type: 'condition',
    config: { conditions: [{ name: 'found', condition: '{{ x }}' }] },
    next: {},
  }
  const nodes = [{ ...start, next: { default: 'c' } }, condition, end]
  const nextOf = (edges: object[]) =>
    (readDefinition({ nodes, edges }).definition['nodes'] as { next: object }[])[1]!.next

  test.each<[object, object]>([
    [{ sourceHandle: 'found' }, { found: 'end' }],
    [{ source_handle: 'found' }, { found: 'end' }],
    [{ label: 'found' }, { found: 'end' }],
    [{ sourceHandle: 'handle-7', label: 'found' }, { found: 'end' }],
    [{ sourceHandle: 'handle-7' }, { 'handle-7': 'end' }],
    [{ sourceHandle: null, label: '' }, { default: 'end' }],
    [{}, { default: 'end' }],
  ])('%j is the port', (handle, next) => expect(nextOf([{ source: 'c', target: 'end', ...handle }])).toEqual(next))

  test('a port leads to one step', () => {
    const edges = [
      { source: 'c', target: 'end', label: 'found' },
      { from: 'c', to: 'go', label: 'found' },
      { source: 'c', target: 'end' },
    ]
    const { problems } = judge({ nodes, edges })
    expect(problems).toEqual([
      {
        path: 'definition.edges.1',
        code: 'invalid',
        message: expect.stringContaining('leads to several steps') as string,
      },
    ])
    const lists = judge({ nodes: [{ ...start, next: ['end', 'end2'] }, end] })
    expect(lists.problems).toMatchObject([{ path: 'definition.nodes.0.next', code: 'invalid' }])
  })

  test.each<[unknown, string, string]>([
    [{ source: 'nobody', target: 'end' }, 'edges.0.source', 'unknown_step'],
    [{ from: 'nobody', to: 'end' }, 'edges.0.from', 'unknown_step'],
    [{ source: 'c', target: 'nobody' }, 'edges.0.target', 'unknown_step'],
    [{ source: 'c', to: 'nobody' }, 'edges.0.to', 'unknown_step'],
    [{ target: 'end' }, 'edges.0.source', 'required'],
    [{ source: 'c' }, 'edges.0.target', 'required'],
    ['c', 'edges.0', 'invalid'],
  ])('%j has a problem at %s', (edge, path, code) => {
    expect(judge({ nodes, edges: [edge] }).problems).toContainEqual(
      expect.objectContaining({ path: `definition.${path}`, code }),
    )
  })

  test('what edges have beside a way is dropped, which is told', () => {
    const edges = [
      { id: 'e1', source: 'c', target: 'end', animated: true, style: {} },
      { source: 'c', target: 'end', label: 'found' },
    ]
    const { definition, warnings } = judge({ nodes, edges })
    expect(definition).not.toHaveProperty('edges')
    expect(warnings).toEqual(['definition.edges are stored as `next` of their steps, without animated, style'])
  })

  test('connections that are no list are unknown', () => {
    const { definition, warnings } = judge({ ...form, connections: { go: { main: [] } } })
    expect(definition).toEqual({ ...form, connections: { go: { main: [] } } })
    expect(warnings).toEqual(['definition.connections is not known; it is stored but has no effect'])
  })
})

describe('paths are those of what was sent', () => {
  test.each<[unknown, string]>([
    [{ steps: [{ id: 'a', type: 'http', config: { url: 5 } }] }, 'steps.0.config.url'],
    [{ steps: { a: { type: 'http', data: { url: 5 } } } }, 'steps.a.data.url'],
    [{ nodes: [{ id: 'a', type: 'http', parameters: { url: 5 } }] }, 'nodes.0.parameters.url'],
    [{ nodes: [{ id: 'a', type: 'http', label: 5 }] }, 'nodes.0.label'],
    [{ nodes: [{ id: 'a', type: 'note', data: { label: ' ' } }] }, 'nodes.0.data.label'],
    [{ nodes: { a: { type: 'input', next: 'b' } } }, 'nodes.a.next'],
    [{ nodes: [{ id: 'a', type: 'http', data: { headers: [{ key: 'A', value: {} }] } }] }, 'nodes.0.data.headers.0'],
    [{ steps: { a: { id: 'b', type: 'note' } } }, 'steps.a.id'],
    [
      { nodes: [{ id: 'a', type: 'end', config: { output_data: { __x: 1, 'a.b': 2, ' ': 3 } } }] },
      'nodes.0.config.output_data. ',
    ],
  ])('%j: %s', (value, path) => {
    expect(judge(value).problems.map((problem) => problem.path)).toContain(`definition.${path}`)
  })
})
