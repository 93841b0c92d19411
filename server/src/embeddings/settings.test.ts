import { describe, expect, test } from 'vitest'
import { ConfigError } from '../config/config.ts'
import { readConfig } from '../settings.ts'
import { embeddingSettings } from './settings.ts'

const demo = { PARLEY_DEFAULT_MODEL: 'demo/parley-demo' }
const read = (environment: Record<string, string>) => readConfig({ ...demo, ...environment }).of(embeddingSettings)

function faultsOf(environment: Record<string, string>): string[] {
  try {
    read(environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}

const elsewhere = { OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1' }
const google = { GOOGLE_GENERATIVE_AI_API_KEY: 'key' }

describe('the default model', () => {
  test.each([
    [{}, null],
    [{ OPENAI_API_KEY: 'key' }, 'openai/text-embedding-3-small'],
    [{ OPENAI_API_KEY: 'key', ...google }, 'openai/text-embedding-3-small'],
    [{ OPENAI_API_KEY: 'key', OPENAI_BASE_URL: 'https://eu.api.openai.com/v1' }, 'openai/text-embedding-3-small'],
    [google, 'google/gemini-embedding-001'],
    [{ ANTHROPIC_API_KEY: 'key' }, null],
    // An OpenAI-compatible server has models of its own: a wrong name would fail every source.
    [{ OPENAI_API_KEY: 'key', ...elsewhere }, null],
    [{ ...elsewhere, ...google }, 'google/gemini-embedding-001'],
    [{ ...elsewhere, PARLEY_EMBEDDING_MODEL: 'nomic-embed-text' }, 'openai-compatible/nomic-embed-text'],
    [{ ...google, PARLEY_EMBEDDING_MODEL: 'gemini-embedding-002' }, 'google/gemini-embedding-002'],
    [{ OPENAI_API_KEY: 'key', PARLEY_EMBEDDING_MODEL: 'text-embedding-3-large' }, 'openai/text-embedding-3-large'],
    [
      { PARLEY_EMBEDDING_BASE_URL: 'http://tei/v1', PARLEY_EMBEDDING_MODEL: 'BAAI/bge-m3' },
      'openai-compatible/BAAI/bge-m3',
    ],
    [{ PARLEY_EMBEDDING_BASE_URL: 'http://tei/v1', PARLEY_EMBEDDING_MODEL: 'openai/bge' }, 'openai-compatible/bge'],
  ])('%o: %s', (environment, expected) => {
    const { model } = read(environment as Record<string, string>)
    expect(model && `${model.provider}/${model.model}`).toBe(expected)
  })
})

test.each([
  [
    { PARLEY_EMBEDDING_MODEL: 'openai/text-embedding-3-small' },
    /whose provider is not known, has no embeddings or has no key/,
  ],
  [{ ANTHROPIC_API_KEY: 'key', PARLEY_EMBEDDING_MODEL: 'anthropic/claude' }, /has no embeddings/],
  [{ PARLEY_EMBEDDING_BASE_URL: 'http://tei/v1' }, /requires PARLEY_EMBEDDING_MODEL/],
  [{ PARLEY_EMBEDDING_BASE_URL: 'tei' }, /PARLEY_EMBEDDING_BASE_URL must be an address/],
  [
    { PARLEY_EMBEDDING_BASE_URL: 'http://tei/v1', PARLEY_EMBEDDING_MODEL: 'google/gemini-embedding-001' },
    /names google, but PARLEY_EMBEDDING_BASE_URL is another server/,
  ],
  [{ PARLEY_EMBEDDING_API_KEY: 'key' }, /requires PARLEY_EMBEDDING_BASE_URL/],
  [{ PARLEY_EMBEDDING_DIMENSION: '768' }, /requires PARLEY_EMBEDDING_MODEL/],
  [{ ...google, PARLEY_EMBEDDING_DIMENSION: '63' }, /from 64 to 4096/],
  [{ PARLEY_RERANK_MODEL: 'bge-reranker' }, /require PARLEY_RERANK_URL/],
  [{ PARLEY_RERANK_API_KEY: 'key' }, /require PARLEY_RERANK_URL/],
  [{ PARLEY_LIMIT_EMBEDDING_TEXTS: '0' }, /from 1 to 2048/],
])('%o stops the start', (environment, fault) => {
  const faults = faultsOf(environment as Record<string, string>)
  expect(faults).toHaveLength(1)
  expect(faults[0]).toMatch(fault)
})
