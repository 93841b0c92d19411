import { describe, expect, test } from 'vitest'
import { judgeDefinition } from './judge-definition.ts'

const checks = { checkExpression: () => [], checkCode: () => [] }

const go = { id: 'go', type: 'trigger', config: { type: 'manual' }, next: { default: 'a' } }
/** One step behind a trigger. */
const around = (step: object) => ({ nodes: [go, { id: 'a', ...step }] })
const judge = (value: unknown) => judgeDefinition(value, checks)
const problemsOf = (value: unknown) => judge(value).problems.map(({ path, code }) => `${path} ${code}`)
const at = (path: string) => `definition.nodes.1.${path}`

describe('a definition that breaks its schema', () => {
  test.each<[unknown, string]>([
    ['{}', 'definition invalid'],
    [null, 'definition invalid'],
    [[], 'definition invalid'],
    [{ nodes: 'x' }, 'definition.nodes invalid'],
    [{ nodes: [5] }, 'definition.nodes.0 invalid'],
    [{ schema_version: 2, nodes: [go] }, 'definition.schema_version invalid'],
    [around({ type: 'loop' }), at('type invalid')],
    [around({ type: 'toString' }), at('type invalid')],
    [around({}), at('type invalid')],
    [around({ type: 'code', config: [] }), at('config invalid')],
    [around({ type: 'code', next: 5 }), at('next invalid')],
    [around({ type: 'code', next: { default: 5 } }), at('next.default invalid')],
    [around({ type: 'code', max_visits: 0 }), at('max_visits invalid')],
    [around({ type: 'code', max_visits: 1001 }), at('max_visits invalid')],
    [around({ type: 'code', retry: { max_attempts: 11 } }), at('retry.max_attempts invalid')],
    [around({ type: 'code', config: { timeout_ms: 10_001 } }), at('config.timeout_ms invalid')],
    [around({ type: 'code', position: { x: 1 } }), at('position.y invalid')],
    [around({ type: 'code', ai_model: 'huge' }), at('ai_model invalid')],
    [around({ type: 'http', config: { method: 'TRACE' } }), at('config.method invalid')],
    [around({ type: 'http', config: { timeout_ms: 300_001 } }), at('config.timeout_ms invalid')],
    [around({ type: 'http', config: { headers: { A: ['x'] } } }), at('config.headers.A invalid')],
    [around({ type: 'wait', config: { unit: 'weeks' } }), at('config.unit invalid')],
    [
      around({ type: 'output', config: { output_data: [{ name: 'x', type: 'date' }] } }),
      at('config.output_data.0.type invalid'),
    ],
    [around({ type: 'output', config: { output_data: [{ value: 1 }] } }), at('config.output_data.0.name invalid')],
    [around({ type: 'note', config: { text: 'x'.repeat(10_001) } }), at('config.text invalid')],
    [around({ type: 'code', config: { code: 'x'.repeat(65_537) } }), at('config.code invalid')],
    [{ nodes: [{ ...go, config: { type: 'fax' } }] }, 'definition.nodes.0.config invalid'],
    [
      { nodes: [{ ...go, config: { type: 'webhook', signature: { type: 'md5' } } }] },
      'definition.nodes.0.config.signature invalid',
    ],
    [
      { nodes: [{ ...go, config: { type: 'webhook', methods: ['HEAD'] } }] },
      'definition.nodes.0.config.methods.0 invalid',
    ],
    [{ nodes: [{ ...go, config: { type: 'timer', missed: 'twice' } }] }, 'definition.nodes.0.config.missed invalid'],
    [
      { nodes: [{ ...go, config: { type: 'pre_call', agent_ids: [] } }] },
      'definition.nodes.0.config.agent_ids invalid',
    ],
    [{ nodes: [{ ...go, id: 'a b' }] }, 'definition.nodes.0.id invalid'],
    [{ nodes: [{ ...go, id: 'a'.repeat(65) }] }, 'definition.nodes.0.id invalid'],
    [{ nodes: [go], settings: { timeout_seconds: 86_401 } }, 'definition.settings.timeout_seconds invalid'],
    [{ nodes: [go], settings: { max_steps: 10_001 } }, 'definition.settings.max_steps invalid'],
    [{ nodes: [go], settings: { max_concurrent: 0 } }, 'definition.settings.max_concurrent invalid'],
    [{ nodes: [go], settings: { keep: 'some' } }, 'definition.settings.keep invalid'],
    [{ nodes: [go], settings: { ai_model: '' } }, 'definition.settings.ai_model invalid'],
  ])('%j: %s', (value, problem) => {
    expect(judge(value).definition).toBeNull()
    expect(problemsOf(value)).toContain(problem)
  })

  test('tells what is wrong in words', () => {
    const bad = around({ type: 'http', config: { method: 'TRACE', timeout_ms: 'soon', url: 5 } })
    expect(judge(bad).problems.slice(1)).toEqual(
      [
        {
          path: at('config.method'),
          code: 'invalid',
          message: 'must be one of GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE',
        },
        { path: at('config.timeout_ms'), code: 'invalid', message: 'must be a whole number or null' },
        { path: at('config.url'), code: 'invalid', message: 'must be text or null' },
      ].slice(1),
    )
  })

  test('every broken step is told, a hundred at most', () => {
    const broken = (count: number) => ({
      nodes: Array.from({ length: count }, (_, id) => ({ id: `s${id}`, type: 'x', config: 5 })),
    })
    expect(problemsOf(broken(60))).toEqual(
      Array.from({ length: 60 }, (_, index) => `definition.nodes.${index}.type invalid`),
    )
    expect(judge(broken(200)).problems).toHaveLength(100)
  })

  test('null is the same as absent', () => {
    const nulls = Object.fromEntries(
      ['name', 'description', 'retry', 'idempotent', 'max_visits', 'ai_model', 'position', 'next'].map((key) => [
        key,
        null,
      ]),
    )
    const { definition } = judge({
      settings: null,
      nodes: [
        { ...go, next: null },
        { id: 'a', type: 'note', ...nulls },
      ],
    })
    expect(definition).not.toBeNull()
  })
})

describe('a definition that meets its schema, but cannot be executed', () => {
  const code = 'function run(ctx) { return 1 }'
  test.each<[object, string[]]>([
    [{ type: 'code', config: { code } }, []],
    [{ type: 'code' }, ['config.code required']],
    [{ type: 'code', config: { code: ' ' } }, ['config.code required']],
    [{ type: 'code', config: { code, language: 'Python' } }, ['config.language code']],
    [{ type: 'code', config: { code, language: 'python3' } }, ['config.language code']],
    [{ type: 'code', config: { code, language: 'ruby' } }, ['config.language code']],
    [{ type: 'code', config: { code, language: 'JavaScript' } }, []],
    [{ type: 'code', config: { code: 'def run(ctx):\n  return 1' } }, ['config.code code']],
    [{ type: 'code', config: { code: '# Python\n\nimport json\n' } }, ['config.code code']],
    [{ type: 'code', config: { code: 'from json import loads' } }, ['config.code code']],
    [{ type: 'code', config: { code: '  async def run(ctx):' } }, ['config.code code']],
    [{ type: 'code', config: { code: `important(); ${code}` } }, []],
    [{ type: 'code', config: { code: `define(); ${code}` } }, []],
    [{ type: 'code', config: { code: `/* def */ ${code}` } }, []],
    [{ type: 'code', config: { code: `// ${'ä'.repeat(40_000)}\n${code}` } }, ['config.code code']],
    [{ type: 'condition' }, ['config.conditions required']],
    [{ type: 'condition', config: { conditions: [] } }, ['config.conditions required']],
    [
      { type: 'condition', config: { conditions: [{ name: 'x', condition: ' ' }] }, next: { x: 'a' } },
      ['config.conditions.0.condition required'],
    ],
    [
      {
        type: 'condition',
        config: {
          conditions: [
            { name: 'x', condition: '1' },
            { name: 'x', condition: '2' },
          ],
        },
        next: { x: 'a' },
      },
      ['config.conditions.1.name invalid'],
    ],
    [
      { type: 'condition', config: { conditions: [{ name: 'default', condition: '1' }] }, next: { default: 'a' } },
      ['config.conditions.0.name reserved_name'],
    ],
    [
      { type: 'condition', config: { conditions: [{ name: 'error', condition: '1' }] }, next: { error: 'a' } },
      ['config.conditions.0.name reserved_name'],
    ],
    [
      { type: 'condition', config: { conditions: [{ name: 'toString', condition: '1' }] }, next: { toString: 'a' } },
      ['config.conditions.0.name reserved_name'],
    ],
    [{ type: 'http' }, ['config.url required']],
    [{ type: 'http', config: { url: 'ftp://a.example' } }, ['config.url invalid']],
    [{ type: 'http', config: { url: '/path' } }, ['config.url invalid']],
    [{ type: 'http', config: { url: 'https://me:pw@a.example' } }, ['config.url invalid']],
    [{ type: 'http', config: { url: '{{ input.base }}/path' } }, []],
    [
      { type: 'http', config: { url: 'https://a.example', headers: { 'a b': 'x', 'X-Ok': '1' } } },
      ['config.headers.a b invalid'],
    ],
    [{ type: 'app' }, ['config.connection required', 'config.tool required']],
    [{ type: 'app', config: { connection: 'crm', tool: 'find' } }, []],
    [
      { type: 'output', config: { output_data: [{ name: 'x' }, { name: 'x' }] } },
      ['config.output_data.1.name invalid'],
    ],
    [
      { type: 'output', config: { output_data: [{ name: '__proto__', value: 1 }] } },
      ['config.output_data.0.name reserved_name'],
    ],
    [
      { type: 'output', config: { output_data: [{ name: 'x', type: 'number', value: 'five' }] } },
      ['config.output_data.0.value invalid'],
    ],
    [
      {
        type: 'output',
        config: {
          output_data: [
            { name: 'x', type: 'number', value: '5' },
            { name: 'y', type: 'number', value: '{{ x }}' },
            { name: 'z', type: 'number', value: '${ how many? }' },
          ],
        },
      },
      [],
    ],
    [{ type: 'wait' }, []],
    [{ type: 'wait', config: { duration: 0 } }, ['config.duration invalid']],
    [{ type: 'wait', config: { duration: 0.5, unit: 'seconds' } }, ['config.duration invalid']],
    [{ type: 'wait', config: { duration: 0.5 } }, []],
    [{ type: 'wait', config: { duration: 1, unit: 'seconds' } }, []],
    [{ type: 'wait', config: { duration: 366, unit: 'days' } }, []],
    [{ type: 'wait', config: { duration: 366.1, unit: 'days' } }, ['config.duration invalid']],
    [{ type: 'wait', config: { duration: 'soon' } }, ['config.duration invalid']],
    [{ type: 'wait', config: { duration: '{{ x }}' } }, []],
    [{ type: 'wait', config: { until: 'tomorrow' } }, ['config.until invalid']],
    [{ type: 'wait', config: { until: '2026-02-30T10:00:00Z' } }, ['config.until invalid']],
    [{ type: 'wait', config: { until: '2026-03-30T10:00:00+02:00' } }, []],
    [{ type: 'wait', config: { until: '{{ x }}' } }, []],
  ])('%j', (step, problems) => {
    const ways = (step as { next?: object }).next
    // Conditions lead to a bounded step, here themselves.
    const value = around({ ...step, ...(ways ? { max_visits: 1 } : {}) })
    expect(problemsOf(value)).toEqual(problems.map(at))
    expect(judge(value).definition).not.toBeNull()
  })

  test('Python has its own sentence', () => {
    const value = around({ type: 'code', config: { code: 'def run(ctx):\n  return 1' } })
    const message = 'Python is not supported; write JavaScript: function run(ctx) { … }.'
    expect(judge(value).problems).toEqual([{ path: at('config.code'), code: 'code', message }])
  })

  test.each<[object, string[]]>([
    [{ fields: [] }, []],
    [{ fields: [{ name: 'a', type: 'number', default: '5' }] }, []],
    [{ fields: [{ name: 'a', type: 'number', default: 'x' }] }, ['fields.0.default invalid']],
    [{ fields: [{ name: 'a' }, { name: 'a' }] }, ['fields.1.name invalid']],
    [{ fields: [{ name: '__proto__' }] }, ['fields.0.name reserved_name']],
  ])('of an input: %j', (config, problems) => {
    expect(problemsOf({ nodes: [{ id: 'input', type: 'input', config }] })).toEqual(
      problems.map((problem) => `definition.nodes.0.config.${problem}`),
    )
  })

  test.each<[object, string[]]>([
    [{ type: 'timer', cron: '*/15 9-17 * * MON-FRI' }, []],
    [{ type: 'timer' }, ['cron required']],
    [{ type: 'timer', cron: '0 9 * *' }, ['cron invalid']],
    [{ type: 'timer', cron: '0 0 30 2 *' }, ['cron invalid']],
    [{ type: 'timer', cron: '0 9 * * *', timezone: 'Europe/Berlin' }, []],
    [{ type: 'timer', cron: '0 9 * * *', timezone: 'Berlin' }, ['timezone invalid']],
    [{ type: 'timer', cron: '0 9 * * *', timezone: '+02:00' }, ['timezone invalid']],
    [{ type: 'webhook' }, []],
    [{ type: 'webhook', signature: { type: 'github', secret: 'GITHUB_SECRET' } }, []],
    [{ type: 'webhook', signature: { type: 'stripe' } }, ['signature.secret required']],
    [{ type: 'webhook', signature: { type: 'hmac', secret: 'A' } }, ['signature.header required']],
    [
      {
        type: 'webhook',
        signature: {
          type: 'hmac',
          secret: 'A',
          header: 'X-Sign',
          algorithm: 'sha512',
          encoding: 'base64',
          prefix: 'v0=',
        },
      },
      [],
    ],
    [{ type: 'event', events: ['conversation.*', 'turn.failed'] }, []],
    [{ type: 'event', events: ['*', 'workflow.*'] }, []],
    [{ type: 'event', events: ['*', 'workflow_execution.*'] }, ['events.1 invalid']],
    [{ type: 'event' }, ['events required']],
    [{ type: 'event', events: [] }, ['events required']],
    [{ type: 'event', events: ['conversation.*', 'conversation.eaten'] }, ['events.1 invalid']],
    [{ type: 'post_call', agent_ids: ['x'], channels: ['text'], custom_metadata: { a: 1 } }, []],
    [{ type: 'pre_call' }, []],
    [{ type: 'ongoing_conversation' }, []],
  ])('of a trigger: %j', (config, problems) => {
    expect(problemsOf({ nodes: [{ id: 'go', type: 'trigger', config }] })).toEqual(
      problems.map((problem) => `definition.nodes.0.config.${problem}`),
    )
  })

  test.each<[object, boolean]>([
    [{ id: 'ctx', type: 'note' }, false],
    [{ id: 'execution', type: 'note' }, false],
    [{ id: 'secrets', type: 'note' }, false],
    [{ id: 'error', type: 'note' }, false],
    [{ id: 'input', type: 'note' }, false],
    [{ id: 'trigger', type: 'note' }, false],
    [{ id: 'x', name: 'ctx', type: 'note' }, false],
    [{ id: '__proto__', type: 'note' }, false],
    [{ id: 'constructor', type: 'note' }, false],
    [{ id: 'toString', type: 'note' }, false],
    [{ id: 'x', name: 'hasOwnProperty', type: 'note' }, false],
    [{ id: 'Ctx', type: 'note' }, true],
    [{ id: 'errors', type: 'note' }, true],
    [{ id: 'input', type: 'input' }, true],
    [{ id: 'trigger', name: 'trigger', type: 'trigger', config: { type: 'manual' } }, true],
    [{ id: 'input', type: 'trigger', config: { type: 'manual' } }, false],
    [{ id: 'trigger', type: 'input' }, false],
  ])('the name of %j', (step, isFree) => {
    const problems = problemsOf({ nodes: [go, { id: 'a', type: 'output' }, step] })
    const key = 'name' in step && !isFree ? 'name' : 'id'
    expect(problems).toEqual(isFree ? [] : [`definition.nodes.2.${key} reserved_name`])
  })
})

describe('what is stored without effect is told', () => {
  test('unknown keys at every depth', () => {
    const value = {
      title: 'x',
      settings: { keep: 'all', colour: 1 },
      nodes: [
        { ...go, config: { type: 'manual', cron: 'x' }, next: { default: 'a' } },
        { id: 'a', type: 'output', color: 'red', config: { output_data: [{ name: 'x', value: 1, unit: 'm' }] } },
      ],
    }
    expect(judge(value).warnings).toEqual(
      ['settings.colour', 'title', 'nodes.0.config.cron', 'nodes.1.color', 'nodes.1.config.output_data.0.unit'].map(
        (path) => `definition.${path} is not known; it is stored but has no effect`,
      ),
    )
    expect(judge(value).definition).toMatchObject({
      title: 'x',
      settings: { colour: 1 },
      nodes: [{}, { color: 'red' }],
    })
  })

  test.each<[object, string]>([
    [
      { type: 'wait', config: { duration: 1, until: '{{ x }}' }, next: { default: 'end' } },
      'config.duration has no effect, because `until` is given',
    ],
    [
      { type: 'http', config: { url: 'https://a.example', body: 'x' }, next: { default: 'end' } },
      'config.body is not sent with this method; use POST, PUT, PATCH or DELETE',
    ],
  ])('%j', (step, warning) => {
    const { nodes } = around(step)
    expect(judge({ nodes: [...nodes, { id: 'end', type: 'output' }] }).warnings).toEqual([at(warning)])
  })

  test('a step of Pipedream can be saved, not published', () => {
    const config = { app_slug: 'slack', configured_props: { channel: '{{ x }}' } }
    const { definition, problems, obstacles, warnings } = judge({
      nodes: [go, { id: 'a', type: 'action', config, next: 'end' }, { id: 'end', type: 'output' }],
    })
    expect(definition).toMatchObject({ nodes: [{}, { type: 'app', config }, {}] })
    expect(problems).toEqual([])
    expect(obstacles).toEqual([
      { path: at('config'), code: 'not_available', message: 'Not available here; use a connection.' },
    ])
    expect(warnings).toEqual([
      at('config is of Pipedream, which is not available here: it is stored but cannot be published; use a connection'),
    ])
  })
})
