import { describe, expect, test } from 'vitest'
import { defaultDimension, ownDimension, withPrefix } from './known-models.ts'
import { isModelName, resolveModelName, splitModelName } from './model-name.ts'
import { fromBytes, normalize, toBytes } from './vector.ts'

test.each([
  ['openai/text-embedding-3-small', 'openai', 'text-embedding-3-small'],
  ['openai-compatible/BAAI/bge-m3', 'openai-compatible', 'BAAI/bge-m3'],
  ['BAAI/bge-m3', null, 'BAAI/bge-m3'],
  ['nomic-embed-text', null, 'nomic-embed-text'],
  ['openai/', null, 'openai/'],
  ['/openai', null, '/openai'],
])('%s: provider %s, model %s', (name, provider, model) => {
  expect(splitModelName(name)).toEqual({ provider, model })
})

describe('a name without a provider', () => {
  const usual = { provider: 'google', model: 'gemini-embedding-001' } as const
  test.each([
    ['gemini-embedding-001', ['google', 'openai'], usual, 'google'],
    ['text-embedding-3-large', ['google', 'openai'], usual, 'openai'],
    ['text-embedding-3-large', ['google', 'azure'], usual, 'azure'],
    ['bge-m3', ['google', 'openai', 'openai-compatible'], usual, 'openai-compatible'],
    ['something', ['google', 'openai'], usual, 'google'],
    ['something', ['azure'], null, 'azure'],
    ['something', ['azure', 'openai'], null, null],
    ['something', [], null, null],
    ['gemini-embedding-001', ['openai'], null, 'openai'],
  ] as const)('%s with %o is of %s', (name, callable, of_server, provider) => {
    const found = resolveModelName(name, new Set(callable), of_server)
    expect(found?.provider ?? null).toBe(provider)
  })
})

test('a provider that cannot be called has no model', () => {
  expect(resolveModelName('azure/ours', new Set(['openai']), null)).toBe(null)
  expect(resolveModelName('anthropic/claude', new Set(['openai', 'google']), null)).toBe(null)
})

test('names that would change a path are refused', () => {
  for (const model of ['../models', 'a/../b', 'a b', 'a?b', '', 'a#b'])
    expect([model, isModelName({ provider: 'openai', model })]).toEqual([model, false])
  expect(isModelName({ provider: 'openai-compatible', model: 'BAAI/bge-m3' })).toBe(true)
  expect(isModelName({ provider: 'azure', model: 'BAAI/bge-m3' })).toBe(false)
})

test.each([
  ['text-embedding-3-small', 1536, 768],
  ['text-embedding-3-large', 3072, null],
  ['BAAI/bge-m3', 1024, null],
  ['intfloat/e5-large-v2', 1024, null],
  ['unknown-model', null, null],
])('%s has %s dimensions of its own, by default %s', (model, own, by_default) => {
  expect([ownDimension(model), defaultDimension(model)]).toEqual([own, by_default])
})

test.each([
  ['intfloat/multilingual-e5-small', 'query: ', 'passage: '],
  ['intfloat/e5-base-v2', 'query: ', 'passage: '],
  ['nomic-ai/nomic-embed-text-v1.5', 'search_query: ', 'search_document: '],
  ['mxbai-embed-large:latest', 'Represent this sentence for searching relevant passages: ', ''],
  ['text-embedding-3-small', '', ''],
])('%s: a query begins with %o, a document with %o', (model, query, document) => {
  expect(withPrefix(model, 'query', 'x')).toBe(`${query}x`)
  expect(withPrefix(model, 'document', 'x')).toBe(`${document}x`)
})

test('instructed models get the instruction with the query only', () => {
  expect(withPrefix('intfloat/multilingual-e5-large-instruct', 'query', 'x')).toMatch(/^Instruct: .+\nQuery: x$/)
  expect(withPrefix('intfloat/multilingual-e5-large-instruct', 'document', 'x')).toBe('x')
})

describe('vectors', () => {
  test('are of length 1, and the same after they were stored', () => {
    const vector = normalize([3, 4])!
    expect([...vector]).toEqual([Math.fround(0.6), Math.fround(0.8)])
    const bytes = toBytes(vector)
    expect(bytes.toString('hex')).toBe('9a99193fcdcc4c3f')
    // As they come from a larger buffer, at any place.
    const odd = Buffer.concat([Buffer.from([0]), bytes]).subarray(1)
    expect([...fromBytes(odd)]).toEqual([...vector])
    expect([...fromBytes(bytes)]).toEqual([...vector])
  })

  test.each([[[0, 0]], [[NaN, 1]], [[Infinity, 1]], [[1e200, 1e200]]])('%o has no direction', (vector) => {
    expect(normalize(vector)).toBe(null)
  })
})
