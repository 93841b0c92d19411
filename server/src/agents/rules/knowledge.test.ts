import type { AgentConfig } from '@parley/contract'
import { describe, expect, test } from 'vitest'
import { resolveAgentConfig, validateAgentConfig } from './config.ts'
import { findWider, listDatasets } from './knowledge.ts'

const limits = { agent_config_bytes: 524_288 }
const resolve = (config: AgentConfig, channel: 'text' | 'telephone' = 'text') =>
  resolveAgentConfig(config, channel, 'demo/x')
const check = (config: object) => validateAgentConfig(config, limits)

describe('what a configuration means', () => {
  test('defaults', () => {
    const { knowledge_bases, retrieval, search_knowledge } = resolve({})
    expect({ knowledge_bases, search_knowledge }).toEqual({ knowledge_bases: [], search_knowledge: null })
    expect(retrieval).toEqual({
      ...{ implicit: true, timeout_ms: 1500, max_chunks: 20, max_characters: 12_000, window_messages: 2, rerank: true },
      ...{ citations: false, instructions: null },
    })
    expect(resolve({ knowledge_bases: [{ dataset_id: 'A' }] }).knowledge_bases).toEqual([
      { dataset_id: 'a', top_n: 5, min_score: null, filter: null },
    ])
  })

  test('a call waits less, unless the author says how long', () => {
    expect(resolve({}, 'telephone').retrieval.timeout_ms).toBe(600)
    expect(resolve({ retrieval: { timeout_ms: 900 } }, 'telephone').retrieval.timeout_ms).toBe(900)
  })

  test('what is switched off is left out; of a dataset that is named twice the first counts', () => {
    const config = {
      knowledge_bases: [{ dataset_id: 'a', enabled: false }, { dataset_id: 'b', top_n: 1 }, { dataset_id: 'B' }],
    }
    expect(resolve(config).knowledge_bases).toEqual([{ dataset_id: 'b', top_n: 1, min_score: null, filter: null }])
  })

  test('the search tool has a text of its own or the author’s', () => {
    const tool = (search_knowledge: object) => resolve({ built_in_tools: { search_knowledge } }).search_knowledge
    expect(tool({})).toBeNull()
    expect(tool({ enabled: true })!.description).toMatch(/^Searches the knowledge bases/)
    expect(tool({ enabled: true, description: 'Look.' })).toEqual({ description: 'Look.' })
  })

  test.each<[string, object, boolean, boolean]>([
    ['only searches', { actions: [{ type: 'knowledge_base', dataset_id: 'a' }] }, true, true],
    [
      'only searches, said not to be',
      { actions: [{ type: 'knowledge_base', dataset_id: 'a' }], idempotent: false },
      true,
      true,
    ],
    [
      'also says something',
      {
        actions: [
          { type: 'knowledge_base', dataset_id: 'a' },
          { type: 'play_message', message: 'x' },
        ],
      },
      false,
      true,
    ],
    [
      'calls an API after an error',
      {
        actions: [{ type: 'knowledge_base', dataset_id: 'a' }],
        actions_on_error: [{ type: 'http', url: 'https://x.example' }],
      },
      false,
      true,
    ],
    ['does nothing', { actions: [] }, false, false],
  ])('a tool that %s', (_what, more, idempotent, retrieves) => {
    const [tool] = resolve({ tools: [{ name: 't', description: 'T', ...more }] } as AgentConfig).tools
    expect(tool).toMatchObject({ idempotent, retrieves })
  })
})

describe('what is checked', () => {
  test('every field is known, and has an effect', () => {
    const config = {
      knowledge_bases: [
        { dataset_id: 'a', top_n: 100, enabled: true, min_score: 0.1, filter: { a: '{{ custom_metadata.b }}' } },
      ],
      retrieval: {
        ...{ implicit: false, timeout_ms: 100, max_chunks: 50, max_characters: 500, window_messages: 0 },
        ...{ rerank: false, citations: true, instructions: 'x' },
      },
      built_in_tools: { search_knowledge: { enabled: true, description: 'x' } },
    }
    expect(check(config)).toEqual({ faults: [], warnings: [] })
  })

  test.each([
    ['retrieval.timeout_ms', { retrieval: { timeout_ms: 99 } }],
    ['retrieval.timeout_ms', { retrieval: { timeout_ms: 10_001 } }],
    ['retrieval.max_chunks', { retrieval: { max_chunks: 51 } }],
    ['retrieval.max_characters', { retrieval: { max_characters: 499 } }],
    ['retrieval.window_messages', { retrieval: { window_messages: 11 } }],
    ['knowledge_bases.0.top_n', { knowledge_bases: [{ dataset_id: 'a', top_n: 0 }] }],
    ['knowledge_bases.0.min_score', { knowledge_bases: [{ dataset_id: 'a', min_score: 1.01 }] }],
    ['knowledge_bases.0.min_score', { knowledge_bases: [{ dataset_id: 'a', min_score: -0.01 }] }],
    ['knowledge_bases.0.filter.a.0', { knowledge_bases: [{ dataset_id: 'a', filter: { a: ['{{ x'] } }] }],
    ['knowledge_bases', { knowledge_bases: Array.from({ length: 51 }, () => ({ dataset_id: 'a' })) }],
  ])('%s', (path, config) => {
    expect(check(config).faults.map((fault) => fault.path)).toEqual([`config.${path}`])
  })
})

test('every dataset that is named, with its place, and nothing of malformed parts', () => {
  const actions = [
    { type: 'knowledge_base', dataset_id: 'b', dataset_ids: ['c', 7] },
    { type: 'http', dataset_id: 'd' },
  ]
  const config = {
    knowledge_bases: [{ dataset_id: 'a', filter: { a: 1 } }, null, { dataset_id: 3 }],
    tools: [{ actions_on_error: actions }],
  }
  expect(listDatasets(config, 'config')).toEqual([
    { path: 'config.knowledge_bases.0.dataset_id', dataset_id: 'a', filter: { a: 1 } },
    { path: 'config.tools.0.actions_on_error.0.dataset_id', dataset_id: 'b', filter: null },
    { path: 'config.tools.0.actions_on_error.0.dataset_ids.0', dataset_id: 'c', filter: null },
  ])
  expect(listDatasets({ knowledge_bases: 'x', tools: 5 }, 'config')).toEqual([])
})

describe('what is wider than what is held', () => {
  const held = [
    { dataset_id: 'whole', filter: null },
    { dataset_id: 'part', filter: { a: 1, b: ['x'] } },
  ]
  test.each<[string, { dataset_id: string; filter: null | Record<string, number | string[]> }, boolean]>([
    ['all of a dataset that is held', { dataset_id: 'WHOLE', filter: null }, false],
    ['a part of it', { dataset_id: 'whole', filter: { c: 1 } }, false],
    ['the part that is held', { dataset_id: 'Part', filter: { b: ['x'], a: 1 } }, false],
    ['another part', { dataset_id: 'part', filter: { a: 1 } }, true],
    ['all of what is held in part', { dataset_id: 'part', filter: null }, true],
    ['another dataset', { dataset_id: 'other', filter: null }, true],
  ])('%s', (_what, wanted, isWider) => {
    const named = { path: 'p', ...wanted }
    expect(findWider([{ path: 'first', ...held[0]! }, named], held)).toEqual(isWider ? named : undefined)
  })
})
