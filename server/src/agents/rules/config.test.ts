import type { AgentConfig } from '@parley/contract'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { noTools } from '../../../test/agents/resolved-defaults.ts'
import { resolveAgentConfig, validateAgentConfig } from './config.ts'

const limits = { agent_config_bytes: 524_288 }
const faultsOf = (value: unknown, prefix?: string) => validateAgentConfig(value, limits, prefix).faults
const warningsOf = (value: unknown) => validateAgentConfig(value, limits).warnings
const greetings = 'must be text, {type: static, text}, {type: generated, instructions} or null'

/** Its own rules have tests beside them. */
const complete = {
  kind: 'static_prompt',
  instructions: 'You are {{ custom_metadata.role }}.',
  guardrails: 'Be kind.',
  starting_message: { type: 'static', text: 'Hi {{ custom_metadata.name }}' },
  llm: {
    provider: 'openai',
    model: 'a/b',
    temperature: 0.5,
    max_output_tokens: 100,
    timeout_ms: 1000,
    fallbacks: [{ provider: 'demo', model: 'parley-demo' }],
  },
  max_turn_seconds: 30,
  concurrency: 'merge',
  context_window: { max_items: 10, max_tokens: 1000 },
  channel_overrides: { text: { instructions: 'Write.', instructions_mode: 'replace', starting_message: 'Hello' } },
  channel_properties: { text: { channel: 'text', enabled: false, body_template: '<{{agent_response}}>' } },
  analysis: {
    wait_ms: 0,
    summary: { enabled: false, instructions: 'Short.', max_words: 5 },
    outcome: { options: [{ name: 'sold', description: 'They bought.' }, { name: 'lost' }] },
    extract: { type: 'object', properties: { order: { type: 'string' } } },
    success: 'Did they buy?',
    llm: { provider: 'openai', model: 'c', temperature: 0 },
  },
  retention: { content_days: 30, redact: ['email', 'email', { name: 'a', pattern: 'b' }] },
}

describe('faults', () => {
  test('a complete configuration and an empty one have no faults and no warnings', () => {
    expect(validateAgentConfig(complete, limits)).toEqual({ faults: [], warnings: [] })
    expect(validateAgentConfig({}, limits)).toEqual({ faults: [], warnings: [] })
  })

  test('null means the same as absent', () => {
    const nulls = Object.fromEntries(Object.keys(complete).map((key) => [key, null]))
    expect(validateAgentConfig(nulls, limits)).toEqual({ faults: [], warnings: [] })
    expect(resolveAgentConfig(nulls as AgentConfig, 'text', 'demo/x')).toEqual(resolveAgentConfig({}, 'text', 'demo/x'))
  })

  test.each<[object, string, string]>([
    [{ kind: 'flow' }, 'kind', 'must be one of static_prompt'],
    [{ kind: 5 }, 'kind', 'must be one of static_prompt'],
    [{ instructions: 5 }, 'instructions', 'must be text or null'],
    [{ instructions: 'x'.repeat(200_001) }, 'instructions', 'must have at most 200000 characters'],
    [{ instructions: '{{ a' }, 'instructions', 'is not a valid template: Unexpected end of input'],
    [{ instructions: '{{ a|nope }}' }, 'instructions', 'is not a valid template: unknown filter: nope'],
    [{ guardrails: [] }, 'guardrails', 'must be text or null'],
    [{ starting_message: 5 }, 'starting_message', greetings],
    [{ starting_message: ['x'] }, 'starting_message', greetings],
    [{ starting_message: {} }, 'starting_message', greetings],
    [{ starting_message: { type: 'spoken', text: 'x' } }, 'starting_message', greetings],
    [{ starting_message: { type: 'static' } }, 'starting_message.text', 'is required'],
    [{ starting_message: { type: 'generated', instructions: 1 } }, 'starting_message.instructions', 'must be text'],
    [{ starting_message: 'x'.repeat(32_001) }, 'starting_message', 'must have at most 32000 characters'],
    [{ starting_message: '{% if %}' }, 'starting_message', 'is not a valid template: Unexpected token: CloseStatement'],
    [
      { starting_message: { type: 'static', text: '{{' } },
      'starting_message.text',
      'is not a valid template: it ends inside a tag or block',
    ],
    [{ llm: 'gpt' }, 'llm', 'must be an object or null'],
    [{ llm: { provider: 'openai' } }, 'llm.model', 'is required'],
    [{ llm: { provider: '', model: 'x' } }, 'llm.provider', 'must not be empty'],
    [{ llm: { provider: 'x', model: 'x', temperature: 2.5 } }, 'llm.temperature', 'must be at most 2'],
    [{ llm: { provider: 'x', model: 'x', temperature: '1' } }, 'llm.temperature', 'must be a number or null'],
    [
      { llm: { provider: 'x', model: 'x', max_output_tokens: 1.5 } },
      'llm.max_output_tokens',
      'must be a whole number or null',
    ],
    [{ llm: { provider: 'x', model: 'x', timeout_ms: 0 } }, 'llm.timeout_ms', 'must be at least 1'],
    [{ llm: { provider: 'x', model: 'x', fallbacks: {} } }, 'llm.fallbacks', 'must be a list or null'],
    [{ llm: { provider: 'x', model: 'x', fallbacks: [{ provider: 'x' }] } }, 'llm.fallbacks.0.model', 'is required'],
    [{ max_turn_seconds: 0 }, 'max_turn_seconds', 'must be at least 1'],
    [{ concurrency: 'both' }, 'concurrency', 'must be one of queue, merge, interrupt, reject'],
    [{ context_window: { max_items: 0 } }, 'context_window.max_items', 'must be at least 1'],
    [{ context_window: { max_tokens: 'x' } }, 'context_window.max_tokens', 'must be a whole number or null'],
    [{ channel_overrides: [] }, 'channel_overrides', 'must be an object or null'],
    [{ channel_overrides: { text: 1 } }, 'channel_overrides.text', 'must be an object'],
    [
      { channel_overrides: { text: { instructions_mode: 'add' } } },
      'channel_overrides.text.instructions_mode',
      'must be one of append, replace',
    ],
    [
      { channel_overrides: { email: { instructions: '{{' } } },
      'channel_overrides.email.instructions',
      'is not a valid template: it ends inside a tag or block',
    ],
    [{ channel_overrides: { text: { starting_message: 5 } } }, 'channel_overrides.text.starting_message', greetings],
    [
      { channel_overrides: { text: { starting_message: '{{' } } },
      'channel_overrides.text.starting_message',
      'is not a valid template: it ends inside a tag or block',
    ],
    [
      { channel_properties: { text: { channel: 'fax' } } },
      'channel_properties.text.channel',
      'must be one of telephone, webrtc, email, text',
    ],
    [
      { channel_properties: { text: { enabled: 1 } } },
      'channel_properties.text.enabled',
      'must be true or false or null',
    ],
    [
      { channel_properties: { text: { body_template: '{{' } } },
      'channel_properties.text.body_template',
      'is not a valid template: it ends inside a tag or block',
    ],
    [{ analysis: { wait_ms: 60_001 } }, 'analysis.wait_ms', 'must be at most 60000'],
    [{ analysis: { summary: { enabled: 'x' } } }, 'analysis.summary.enabled', 'must be true or false or null'],
    [{ analysis: { summary: { max_words: 0 } } }, 'analysis.summary.max_words', 'must be at least 1'],
    [{ analysis: { success: '' } }, 'analysis.success', 'must not be empty'],
    [{ hand_off: { keywords: ['a', ' '] } }, 'hand_off.keywords.1', 'must not be blank'],
    [{ analysis: { llm: { provider: 'x' } } }, 'analysis.llm.model', 'is required'],
    [{ analysis: { outcome: { options: [] } } }, 'analysis.outcome.options', 'must have at least 1 entry'],
    [
      { analysis: { outcome: { options: [{ name: 'a' }, { name: 'b' }, { name: 'a' }] } } },
      'analysis.outcome.options.2.name',
      'is the name of another option',
    ],
    [
      { analysis: { extract: { type: 'object', properties: { a: { $ref: 'https://example.com/a' } } } } },
      'analysis.extract',
      'cannot be used: "$ref" must name a part of the schema, such as "#/$defs/address"',
    ],
  ])('%.70j', (config, path, message) => {
    expect(faultsOf(config)).toEqual([{ path: `config.${path}`, message }])
  })

  test('every fault is listed, in order, under the prefix', () => {
    const config = { max_turn_seconds: 'x', llm: { temperature: -1 }, starting_message: false }
    expect(faultsOf(config, 'agent_config')).toEqual([
      { path: 'agent_config.llm.model', message: 'is required' },
      { path: 'agent_config.llm.provider', message: 'is required' },
      { path: 'agent_config.llm.temperature', message: 'must be at least 0' },
      { path: 'agent_config.max_turn_seconds', message: 'must be a whole number or null' },
      { path: 'agent_config.starting_message', message: greetings },
    ])
  })

  test.each([[null], [undefined], ['text'], [5], [[]], [true]])('%j is not an object', (value) => {
    expect(faultsOf(value)).toEqual([{ path: 'config', message: 'must be an object' }])
  })

  test('the size is limited, and so is the number of faults', () => {
    const small = { agent_config_bytes: 100 }
    expect(validateAgentConfig({ instructions: 'ä'.repeat(50) }, small).faults).toEqual([
      { path: 'config', message: 'must have at most 100 bytes as JSON' },
    ])
    const entries = Array.from({ length: 40_000 }, (_, index): [string, number] => [`h${index}`, 5])
    const action = { type: 'http', url: 'http://x', headers: Object.fromEntries(entries) }
    expect(faultsOf({ tools: [{ name: 'x', description: 'x', actions: [action] }] })).toHaveLength(100)
  })
})

describe('warnings', () => {
  test('unknown keys at any depth, and later capabilities separately, sorted', () => {
    const config = {
      tools: [
        { name: 'x', description: 'x', output: '', colour: 1, actions: [{ type: 'dtmf', digits: '1', tone: 2 }] },
      ],
      zebra: { inner: 1 },
      llm: { provider: 'x', model: 'x', top_k: 1, fallbacks: [{ provider: 'x', model: 'y', seed: 1 }] },
      starting_message: { type: 'static', text: 'x', voice: 'y' },
      channel_overrides: { text: { max_tool_steps: 3, tone: 'z' }, fax: { anything: 1 } },
      channel_properties: { telephone: { ring_seconds: 30 }, sms: { enabled: true, body_template: '{{' } },
      inactivity: { end_after_seconds: 60, grace: 1 },
      hand_off: { queue: 'a' },
      analysis: { outcome: { options: [{ name: 'sold' }] }, summary: { style: 'x' }, mood: true },
      stt: { model: 'x' },
      tts: null,
    }
    const unknown = (path: string) => `config.${path} is not known; it is stored but has no effect`
    const later = (path: string) => `config.${path} is not supported yet; it is stored but has no effect`
    expect(validateAgentConfig(config, limits)).toEqual({
      faults: [],
      warnings: [
        unknown('analysis.mood'),
        unknown('analysis.summary.style'),
        unknown('channel_overrides.fax'),
        unknown('channel_overrides.text.tone'),
        unknown('channel_properties.sms'),
        unknown('channel_properties.telephone.ring_seconds'),
        unknown('hand_off.queue'),
        unknown('inactivity.grace'),
        unknown('llm.fallbacks.0.seed'),
        unknown('llm.top_k'),
        unknown('starting_message.voice'),
        later('stt'),
        later('tools.0.actions.0.digits'),
        unknown('tools.0.actions.0.tone'),
        unknown('tools.0.colour'),
        unknown('zebra'),
      ],
    })
  })

  test('keys with the names of a prototype are unknown keys', () => {
    const config = JSON.parse(
      '{"__proto__": {"x": 1}, "constructor": 1, "llm": {"provider": "x", "model": "x", "__proto__": 1}}',
    )
    expect(warningsOf(config).map((warning) => warning.split(' ')[0])).toEqual([
      'config.__proto__',
      'config.constructor',
      'config.llm.__proto__',
    ])
    expect(faultsOf(JSON.parse('{"llm": {"__proto__": {"provider": "x", "model": "y"}}}'))).toHaveLength(2)
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })

  test('at most 100, with long keys cut', () => {
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`${'k'.repeat(300)}${index}`, 1]))
    expect(warningsOf(many)).toHaveLength(100)
    expect(warningsOf(many)[0]!.length).toBeLessThan(200)
  })

  test('unknown keys never make a configuration invalid', () => {
    const place = fc.constantFrom('', 'llm', 'context_window', 'channel_overrides', 'channel_properties', 'analysis')
    const key = fc.string({ minLength: 1 }).filter((name) => !Object.hasOwn(complete, name) && !name.includes('.'))
    fc.assert(
      fc.property(place, key, fc.jsonValue({ maxDepth: 5 }), (where, name, value) => {
        const config = structuredClone(complete) as unknown as Record<string, Record<string, unknown>>
        const target = where === '' ? config : config[where]!
        if (Object.hasOwn(target, name) || name === 'email' || name === 'webrtc' || name === 'telephone') return
        Object.defineProperty(target, name, { value, enumerable: true })
        const { faults, warnings } = validateAgentConfig(config, limits)
        expect(faults).toEqual([])
        expect(warnings).toHaveLength(1)
      }),
    )
  })

  test('any value is either valid or has faults', () => {
    const key = fc.oneof(fc.constantFrom(...Object.keys(complete), 'text', 'type', 'fallbacks'), fc.string())
    const value = fc.letrec((tie) => ({
      tree: fc.oneof({ depthSize: 'small' }, fc.jsonValue(), fc.dictionary(key, tie('tree'))),
    })).tree
    fc.assert(
      fc.property(value, (config) => {
        const { faults } = validateAgentConfig(config, limits)
        for (const { path, message } of faults)
          expect([path.startsWith('config'), message !== '']).toEqual([true, true])
        if (faults.length === 0) resolveAgentConfig(config as AgentConfig, 'text', 'demo/x')
      }),
      { numRuns: 1000 },
    )
  })
})

describe('resolving', () => {
  const noRules = {
    ...{ warn_after_seconds: null, warn_message: null, end_after_seconds: null, end_message: null },
    ...{ max_duration_seconds: null, max_user_turns: null },
  }
  const resolve = (config: AgentConfig) => resolveAgentConfig(config, 'text', 'openai/org/model')

  test('every default', () => {
    expect(resolve({})).toEqual({
      instructions: '',
      guardrails: '',
      starting_message: null,
      llm: { provider: 'openai', model: 'org/model', timeout_ms: 60_000, fallbacks: [] },
      context_window: { max_items: 200, max_tokens: 32_000 },
      ...noTools,
      max_tool_steps: 8,
      max_turn_seconds: 120,
      concurrency: 'queue',
      body_template: '{{agent_response}}',
      channel_enabled: true,
      quick_actions: [],
      workflows: { before: null, after: null },
      analysis: {
        wait_ms: 5000,
        enabled: true,
        summary: { enabled: true, instructions: null, max_words: 80 },
        outcome: null,
        extract: null,
        success: null,
        llm: { provider: 'openai', model: 'org/model', timeout_ms: 60_000, fallbacks: [] },
      },
      inactivity: { ...noRules, end_after_seconds: 86_400 },
      retention: { content_days: null, redaction: null },
    })
  })

  test.each<[NonNullable<AgentConfig['analysis']>, boolean]>([
    [{}, true],
    [{ summary: { enabled: false } }, false],
    [{ summary: { enabled: false }, outcome: { options: [{ name: 'a' }] } }, true],
    [{ summary: { enabled: false }, extract: { type: 'object' } }, true],
    [{ summary: { enabled: false }, success: 'Yes?' }, true],
    [{ summary: { enabled: false }, success: null, llm: { provider: 'x', model: 'y' } }, false],
  ])('whether anything is analyzed at the end: %j', (analysis, enabled) => {
    expect(resolve({ analysis }).analysis.enabled).toBe(enabled)
  })

  test('an analysis uses the model of the agent, without the bounds of its replies', () => {
    const llm = { provider: 'x', model: 'y', temperature: 1, max_output_tokens: 10, timeout_ms: 5 }
    expect(resolve({ llm }).analysis.llm).toEqual({ provider: 'x', model: 'y', timeout_ms: 5, fallbacks: [] })
  })

  test('everything given', () => {
    expect(resolve(complete as AgentConfig)).toEqual({
      instructions: 'Write.',
      guardrails: 'Be kind.',
      starting_message: { type: 'static', text: 'Hello' },
      llm: {
        provider: 'openai',
        model: 'a/b',
        temperature: 0.5,
        max_output_tokens: 100,
        timeout_ms: 1000,
        fallbacks: [{ provider: 'demo', model: 'parley-demo', timeout_ms: 60_000 }],
      },
      context_window: { max_items: 10, max_tokens: 1000 },
      ...noTools,
      max_tool_steps: 8,
      max_turn_seconds: 30,
      concurrency: 'merge',
      body_template: '<{{agent_response}}>',
      channel_enabled: false,
      quick_actions: [],
      workflows: { before: null, after: null },
      analysis: {
        wait_ms: 0,
        enabled: true,
        summary: { enabled: false, instructions: 'Short.', max_words: 5 },
        outcome: [
          { name: 'sold', description: 'They bought.' },
          { name: 'lost', description: null },
        ],
        extract: { type: 'object', properties: { order: { type: 'string' } } },
        success: 'Did they buy?',
        llm: { provider: 'openai', model: 'c', temperature: 0, timeout_ms: 60_000, fallbacks: [] },
      },
      inactivity: { ...noRules, end_after_seconds: 86_400 },
      retention: { content_days: 30, redaction: { rules: ['email', { name: 'a', pattern: 'b' }] } },
    })
  })

  test('inactivity: null switches a rule off, and a warning needs a message', () => {
    const all = {
      ...{ warn_after_seconds: 1, warn_message: 'There?', end_after_seconds: 2, end_message: 'Bye' },
      ...{ max_duration_seconds: 3, max_user_turns: 4 },
    }
    expect(resolve({ inactivity: all }).inactivity).toEqual(all)
    const nulls = Object.fromEntries(Object.keys(all).map((name) => [name, null]))
    expect(resolve({ inactivity: nulls }).inactivity).toEqual(noRules)
    expect(resolve({ inactivity: null }).inactivity).toEqual({ ...noRules, end_after_seconds: 86_400 })
    expect(resolve({ inactivity: { warn_after_seconds: 1 } }).inactivity.warn_after_seconds).toBeNull()
  })

  test.each<[string | undefined, string | null | undefined, 'append' | 'replace' | null | undefined, string]>([
    ['base', 'more', undefined, 'base\n\nmore'],
    ['base', 'more', 'append', 'base\n\nmore'],
    ['base', 'more', null, 'base\n\nmore'],
    ['base', 'more', 'replace', 'more'],
    ['', 'more', 'append', 'more'],
    [undefined, 'more', 'append', 'more'],
    ['base', '', 'append', 'base'],
    ['base', '', 'replace', ''],
    ['base', null, 'replace', 'base'],
    ['base', undefined, undefined, 'base'],
  ])('instructions %j and %j with %j give %j', (instructions, more, instructions_mode, merged) => {
    const config = {
      instructions,
      channel_overrides: { text: { instructions: more, instructions_mode } },
    } as AgentConfig
    expect(resolve(config).instructions).toBe(merged)
    expect(resolveAgentConfig(config, 'email', 'demo/x').instructions).toBe(instructions ?? '')
  })

  test('greetings', () => {
    const greet = (base: AgentConfig['starting_message'], override?: AgentConfig['starting_message']) =>
      resolve({ starting_message: base, channel_overrides: { text: { starting_message: override } } }).starting_message
    expect(greet('Hi')).toEqual({ type: 'static', text: 'Hi' })
    expect(greet({ type: 'generated', instructions: 'Greet.' })).toEqual({ type: 'generated', instructions: 'Greet.' })
    expect(greet('Hi', null)).toEqual({ type: 'static', text: 'Hi' })
    expect(greet('Hi', '')).toBeNull()
    expect(greet('Hi', { type: 'static', text: '' })).toBeNull()
    expect(greet(null, 'Hello')).toEqual({ type: 'static', text: 'Hello' })
  })
})
