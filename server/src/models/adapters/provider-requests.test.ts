// What the adapters send, in full: a parameter that a new version of a provider package adds or drops shows here.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { collectParts, joinText } from '../../../test/support/model-contract.ts'
import { PROVIDER_CASES, TEST_KEY, loadBody, reachNobody } from '../../../test/support/model-fixtures.ts'
import { startProviderHarness, type ProviderHarness } from '../../../test/support/provider-harness.ts'
import { OPENING_MESSAGE } from './history.ts'
import type { ModelRequest } from '../port.ts'
import type { ProviderSettings } from './provider-settings.ts'
import { createModelProviders } from './providers.ts'

const PARAMETERS = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer' } },
  required: ['city'],
}
const TOOL = { name: 'get_weather', description: 'Weather of a city', parameters: PARAMETERS }
const REQUEST: ModelRequest = {
  system: 'You sell tea.',
  messages: [
    { role: 'assistant', text: 'Welcome!', tool_calls: [] },
    { role: 'user', text: 'Weather, and my order?' },
    {
      role: 'assistant',
      text: 'I look.',
      tool_calls: [
        { call_id: 'call_1', name: 'get_weather', arguments: { city: 'Oslo' } },
        { call_id: 'call_2', name: 'find_order', arguments: {} },
      ],
    },
    {
      role: 'tool',
      results: [
        { call_id: 'call_1', name: 'get_weather', output: { degrees: 7 }, is_error: false },
        { call_id: 'call_2', name: 'find_order', output: 'no such order', is_error: true },
      ],
    },
    { role: 'assistant', text: '', tool_calls: [] },
    { role: 'user', text: 'Thanks.' },
  ],
  tools: [TOOL],
  temperature: 0.3,
  max_output_tokens: 321,
}

/** A failed result, as a package writes it in a format that cannot mark it. */
const BARE_ERROR = 'Error: no such order'
const WRAPPED_ERROR = JSON.stringify({ error: BARE_ERROR })

function chatBody(model: string, error: string): object {
  const call = (id: string, name: string, args: string) => ({
    id,
    type: 'function',
    function: { name, arguments: args },
  })
  return {
    model,
    messages: [
      { role: 'system', content: 'You sell tea.' },
      { role: 'user', content: OPENING_MESSAGE },
      { role: 'assistant', content: 'Welcome!' },
      { role: 'user', content: 'Weather, and my order?' },
      {
        role: 'assistant',
        content: 'I look.',
        tool_calls: [call('call_1', 'get_weather', '{"city":"Oslo"}'), call('call_2', 'find_order', '{}')],
      },
      { role: 'tool', tool_call_id: 'call_1', content: '{"degrees":7}' },
      { role: 'tool', tool_call_id: 'call_2', content: error },
      { role: 'user', content: 'Thanks.' },
    ],
    tools: [{ type: 'function', function: TOOL }],
    temperature: 0.3,
    max_tokens: 321,
    stream: true,
    stream_options: { include_usage: true },
  }
}

function responsesBody(model: string, error: string): object {
  const said = (text: string) => ({ role: 'user', content: [{ type: 'input_text', text }] })
  return {
    model,
    input: [
      { role: 'system', content: 'You sell tea.' },
      said(OPENING_MESSAGE),
      { role: 'assistant', content: 'Welcome!' },
      said('Weather, and my order?'),
      { role: 'assistant', content: 'I look.' },
      { type: 'function_call', call_id: 'call_1', name: 'get_weather', arguments: '{"city":"Oslo"}' },
      { type: 'function_call', call_id: 'call_2', name: 'find_order', arguments: '{}' },
      { type: 'function_call_output', call_id: 'call_1', output: '{"degrees":7}' },
      { type: 'function_call_output', call_id: 'call_2', output: error },
      said('Thanks.'),
    ],
    tools: [{ type: 'function', ...TOOL, strict: false }],
    temperature: 0.3,
    max_output_tokens: 321,
    // Parley keeps the conversation; the provider must keep nothing.
    store: false,
    stream: true,
  }
}

function anthropicBody(model: string): object {
  const text = (text: string) => ({ type: 'text', text })
  return {
    model,
    system: [text('You sell tea.')],
    messages: [
      { role: 'user', content: [text(OPENING_MESSAGE)] },
      { role: 'assistant', content: [text('Welcome!')] },
      { role: 'user', content: [text('Weather, and my order?')] },
      {
        role: 'assistant',
        content: [
          text('I look.'),
          { type: 'tool_use', id: 'call_1', name: 'get_weather', input: { city: 'Oslo' } },
          { type: 'tool_use', id: 'call_2', name: 'find_order', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'call_1', content: '{"degrees":7}' },
          { type: 'tool_result', tool_use_id: 'call_2', content: BARE_ERROR, is_error: true },
          text('Thanks.'),
        ],
      },
    ],
    tools: [{ name: TOOL.name, description: TOOL.description, input_schema: PARAMETERS }],
    temperature: 0.3,
    max_tokens: 321,
    stream: true,
  }
}

function googleBody(): object {
  const said = (role: string, text: string) => ({ role, parts: [{ text }] })
  const answered = (id: string, name: string, outcome: object) => ({
    functionResponse: { id, name, response: { name, ...outcome } },
  })
  return {
    systemInstruction: { parts: [{ text: 'You sell tea.' }] },
    contents: [
      said('user', OPENING_MESSAGE),
      said('model', 'Welcome!'),
      said('user', 'Weather, and my order?'),
      {
        role: 'model',
        parts: [
          { text: 'I look.' },
          { functionCall: { id: 'call_1', name: 'get_weather', args: { city: 'Oslo' } } },
          { functionCall: { id: 'call_2', name: 'find_order', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [
          answered('call_1', 'get_weather', { content: { degrees: 7 } }),
          answered('call_2', 'find_order', { error: BARE_ERROR }),
        ],
      },
      said('user', 'Thanks.'),
    ],
    tools: [
      {
        functionDeclarations: [{ name: TOOL.name, description: TOOL.description, parametersJsonSchema: PARAMETERS }],
      },
    ],
    generationConfig: { temperature: 0.3, maxOutputTokens: 321 },
  }
}

const BODIES = new Map<string, object>([
  ['openai', responsesBody('gpt-4.1-mini', WRAPPED_ERROR)],
  ["openai with OpenAI's own base URL", chatBody('gpt-4.1-mini', WRAPPED_ERROR)],
  ['openai with a base URL', chatBody('gpt-4.1-mini', BARE_ERROR)],
  ['openai-compatible', chatBody('qwen/qwen3-8b', BARE_ERROR)],
  ['anthropic', anthropicBody('claude-sonnet-4-5')],
  ['google', googleBody()],
  ['azure', responsesBody('support-mini', BARE_ERROR)],
  ['azure with a dated API version', chatBody('support-mini', BARE_ERROR)],
])

let harness: ProviderHarness
beforeAll(async () => {
  harness = await startProviderHarness()
})
afterAll(() => harness[Symbol.asyncDispose]())

describe.each(PROVIDER_CASES)('requests: $name', (provider) => {
  const answer = { chunks: [loadBody(provider.fixtures, 'text.txt')] }

  test('posts the history, tools and limits to its path, with its key', async () => {
    const { model, route } = harness.openModel(provider, answer)
    await collectParts(model, REQUEST)
    expect(route.requests).toHaveLength(1)
    const [request] = route.requests
    expect(request).toMatchObject({ method: 'POST', path: provider.path })
    expect(request?.headers['content-type']).toBe('application/json')
    const carriers = Object.entries(request?.headers ?? {}).filter(([, value]) => value?.includes(TEST_KEY))
    expect(carriers).toEqual([provider.key])
    expect(request?.body).toEqual(BODIES.get(provider.name))
  })

  test('omits the system prompt, tools and limits that were not given', async () => {
    const { model, route } = harness.openModel(provider, answer)
    await collectParts(model, { system: '', messages: [], tools: [] })
    const text = JSON.stringify(route.requests[0]?.body)
    expect(text).toContain(OPENING_MESSAGE)
    expect(text).not.toMatch(/"(tools|tool_choice|temperature|system|systemInstruction)"/)
    expect(text).not.toMatch(/"(max_output_tokens|maxOutputTokens)"/)
  })
})

describe('settings', () => {
  const missing: [string, ProviderSettings, string][] = [
    ['openai without settings', {}, 'openai'],
    ['openai with an empty key', { openai: { api_key: '' } }, 'openai'],
    ['openai-compatible without a base URL', { openai: { api_key: TEST_KEY } }, 'openai-compatible'],
    ['anthropic with an empty key', { anthropic: { api_key: '' } }, 'anthropic'],
    ['google without settings', { openai: { api_key: TEST_KEY } }, 'google'],
    ['azure without a resource', { azure: { api_key: TEST_KEY } }, 'azure'],
    ['an unknown provider', { openai: { api_key: TEST_KEY } }, 'mistral'],
    ['a provider named like a property', { openai: { api_key: TEST_KEY } }, 'constructor'],
  ]
  test.for(missing)('%s is not configured', async ([, settings, provider]) => {
    await using providers = createModelProviders(settings)
    expect(providers.isConfigured(provider)).toBe(false)
    const create = () => providers.createModel({ provider, model: 'm' })
    expect(create).toThrow(expect.objectContaining({ kind: 'not_configured', model: `${provider}/m` }))
  })

  test('a compatible server needs no key and gets none', async () => {
    const route = harness.server.addRoute({ chunks: [loadBody('openai-compatible', 'text.txt')] })
    await using providers = createModelProviders({ openai: { base_url: route.base_url } })
    for (const provider of ['openai', 'openai-compatible']) {
      const parts = await collectParts(providers.createModel({ provider, model: 'llama3.2' }))
      expect(joinText(parts)).toBe('Your order is on its way.')
    }
    expect(route.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined])
  })

  test('an Azure resource is addressed by its name, with the API version', async () => {
    const urls: string[] = []
    const client = reachNobody((url) => urls.push(url))
    for (const api_version of [undefined, 'preview', '2024-10-21']) {
      const azure = { api_key: TEST_KEY, resource_name: 'tea', api_version }
      const model = createModelProviders({ azure }, { client }).createModel({ provider: 'azure', model: 'mini' })
      await expect(collectParts(model)).rejects.toMatchObject({ kind: 'connection' })
    }
    expect(urls).toEqual([
      'https://tea.openai.azure.com/openai/v1/responses?api-version=v1',
      'https://tea.openai.azure.com/openai/v1/responses?api-version=preview',
      'https://tea.openai.azure.com/openai/deployments/mini/chat/completions?api-version=2024-10-21',
    ])
  })

  test('never uses the environment', async () => {
    const route = harness.server.addRoute({ chunks: [loadBody('openai-compatible', 'text.txt')] })
    const names = ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'AZURE_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY']
    for (const name of names) process.env[name] = 'key-of-the-environment'
    try {
      await using providers = createModelProviders({ openai: { base_url: route.base_url } })
      await collectParts(providers.createModel({ provider: 'openai', model: 'm' }))
      expect(JSON.stringify(route.requests)).not.toContain('key-of-the-environment')
      for (const provider of ['anthropic', 'google', 'azure']) expect(providers.isConfigured(provider)).toBe(false)
    } finally {
      for (const name of names) delete process.env[name]
    }
  })
})
