// The provider streams in test/fixtures/models, and the providers that can play them.
import { readFileSync, readdirSync } from 'node:fs'
import type { ModelErrorKind, ModelPart } from '../../src/models/port.ts'
import type { Fetch, ProviderClient } from '../../src/models/adapters/provider-client.ts'
import type { ModelRef, ProviderSettings } from '../../src/models/adapters/provider-settings.ts'

/** The key that every test sends, and that no error may contain. */
export const TEST_KEY = 'sk-test-1f9a7c3e5b-secret'

export interface ProviderCase {
  name: string
  /** Folder of the streams. */
  fixtures: string
  ref: ModelRef
  /** Without `base_url`, or if it is not used, the provider's own address. */
  settings(base_url?: string): ProviderSettings
  /** What the model requests below its base URL. */
  path: string
  /** The header that carries the key. */
  key: [name: string, value: string]
  /** The address is fixed, so a test must redirect its requests. */
  origin?: string
}

const OPENAI_ORIGIN = 'https://api.openai.com/v1'

export const PROVIDER_CASES: ProviderCase[] = [
  {
    name: 'openai',
    fixtures: 'openai-responses',
    ref: { provider: 'openai', model: 'gpt-4.1-mini' },
    settings: () => ({ openai: { api_key: TEST_KEY } }),
    path: '/responses',
    key: ['authorization', `Bearer ${TEST_KEY}`],
    origin: OPENAI_ORIGIN,
  },
  {
    name: "openai with OpenAI's own base URL",
    fixtures: 'openai-chat',
    ref: { provider: 'openai', model: 'gpt-4.1-mini' },
    settings: () => ({ openai: { api_key: TEST_KEY, base_url: OPENAI_ORIGIN } }),
    path: '/chat/completions',
    key: ['authorization', `Bearer ${TEST_KEY}`],
    origin: OPENAI_ORIGIN,
  },
  {
    name: 'openai with a base URL',
    fixtures: 'openai-chat',
    ref: { provider: 'openai', model: 'gpt-4.1-mini' },
    settings: (base_url = 'http://models.test/v1') => ({ openai: { api_key: TEST_KEY, base_url } }),
    path: '/chat/completions',
    key: ['authorization', `Bearer ${TEST_KEY}`],
  },
  {
    name: 'openai-compatible',
    fixtures: 'openai-compatible',
    ref: { provider: 'openai-compatible', model: 'qwen/qwen3-8b' },
    settings: (base_url = 'http://models.test/v1') => ({ openai: { api_key: TEST_KEY, base_url } }),
    path: '/chat/completions',
    key: ['authorization', `Bearer ${TEST_KEY}`],
  },
  {
    name: 'anthropic',
    fixtures: 'anthropic',
    ref: { provider: 'anthropic', model: 'claude-sonnet-4-5' },
    settings: (base_url) => ({ anthropic: { api_key: TEST_KEY, base_url } }),
    path: '/messages',
    key: ['x-api-key', TEST_KEY],
  },
  {
    name: 'google',
    fixtures: 'google',
    ref: { provider: 'google', model: 'gemini-2.5-flash' },
    settings: (base_url) => ({ google: { api_key: TEST_KEY, base_url } }),
    path: '/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
    key: ['x-goog-api-key', TEST_KEY],
  },
  {
    name: 'azure',
    fixtures: 'azure-responses',
    ref: { provider: 'azure', model: 'support-mini' },
    settings: (base_url = 'https://parley.openai.azure.com/openai') => ({ azure: { api_key: TEST_KEY, base_url } }),
    path: '/responses',
    key: ['api-key', TEST_KEY],
  },
  {
    name: 'azure with a dated API version',
    fixtures: 'azure-chat',
    ref: { provider: 'azure', model: 'support-mini' },
    settings: (base_url = 'https://parley.openai.azure.com/openai') => ({
      azure: { api_key: TEST_KEY, base_url, api_version: '2024-10-21' },
    }),
    path: '/deployments/support-mini/chat/completions?api-version=2024-10-21',
    key: ['api-key', TEST_KEY],
  },
]

export type Expectation = { parts: ModelPart[] } | { fails: ModelErrorKind; after: ModelPart[] }

export interface StreamFixture {
  name: string
  body: Uint8Array
  expected: Expectation
}

const folder = new URL('../fixtures/models/', import.meta.url)

/** The streams in a folder. Every stream needs an expectation, and every expectation a stream. */
export function loadStreams(fixtures: string): StreamFixture[] {
  const expected = JSON.parse(readFileSync(new URL(`${fixtures}/expected.json`, folder), 'utf8')) as Record<
    string,
    ModelPart[] | { fails: ModelErrorKind; after: ModelPart[] }
  >
  const names = listNames(fixtures, '.txt')
  if (names.toSorted().join() !== Object.keys(expected).toSorted().join()) {
    throw new Error(`The streams of ${fixtures} and its expected.json do not agree`)
  }
  return names.map((name) => {
    const expectation = expected[name] ?? []
    return {
      name,
      body: loadBody(fixtures, `${name}.txt`),
      expected: Array.isArray(expectation) ? { parts: expectation } : expectation,
    }
  })
}

/** The bodies of refused calls: `error-<status>.json`. */
export function loadErrors(fixtures: string): { status: number; body: Uint8Array }[] {
  return listNames(fixtures, '.json')
    .filter((name) => name.startsWith('error-'))
    .map((name) => ({ status: Number(name.slice('error-'.length)), body: loadBody(fixtures, `${name}.json`) }))
}

export function loadBody(fixtures: string, file: string): Uint8Array {
  // A plain array of bytes, as a body arrives.
  return new Uint8Array(readFileSync(new URL(`${fixtures}/${file}`, folder)))
}

function listNames(fixtures: string, extension: string): string[] {
  return readdirSync(new URL(`${fixtures}/`, folder))
    .filter((file) => file.endsWith(extension))
    .map((file) => file.slice(0, -extension.length))
}

/** A client that answers every request with an event stream in these chunks, without a network. */
export function streamChunks(nextChunks: () => Uint8Array[]): ProviderClient {
  return {
    fetch: async (_input, init) => {
      const body = ReadableStream.from(giveChunks(nextChunks(), init?.signal ?? undefined))
      return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } })
    },
    post: async (_url, { signal }) => ({ status: 200, body: giveChunks(nextChunks(), signal) }),
  }
}

async function* giveChunks(chunks: Uint8Array[], signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    signal?.throwIfAborted()
    yield chunk
  }
  signal?.throwIfAborted()
}

/** A client without a network. */
export function reachNobody(onCall: (address: string) => void = () => {}): ProviderClient {
  const fail = async (address: unknown) => {
    onCall(String(address))
    throw new TypeError('fetch failed')
  }
  return { fetch: fail, post: fail }
}

/** Sends requests for a fixed address to another one. */
export function redirectFetch(fetch: Fetch, origin: string, base_url: string): Fetch {
  return (input, init) => {
    const url = input instanceof Request ? input.url : String(input)
    if (!url.startsWith(origin)) throw new Error(`Unexpected address: ${url}`)
    return fetch(base_url + url.slice(origin.length), init)
  }
}

/** Splits a body into pieces of `size` bytes. The first has `offset` bytes if that is not 0. */
export function cutBody(body: Uint8Array, size: number, offset: number): Uint8Array[] {
  const pieces = offset === 0 ? [] : [body.subarray(0, offset)]
  for (let start = offset; start < body.length; start += size) pieces.push(body.subarray(start, start + size))
  return pieces
}
