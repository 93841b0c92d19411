// What a run does with the answers of its model, whatever pieces they arrive in.
import { expect, test } from 'vitest'
import { resolveAgentConfig } from '../agents/rules/config.ts'
import type { ModelCatalog } from '../models/models.ts'
import { countsNothing } from '../usage/usage.ts'
import { type AnalysisRun, analyze } from './analyze.ts'

const key = 'sk-planted'
const usage = { input_tokens: 1, output_tokens: null }

/** Gives its answer in these pieces. */
function catalogOf(pieces: string[]): ModelCatalog {
  async function* stream() {
    for (const text of pieces) yield { type: 'text' as const, text }
    yield { type: 'finish' as const, reason: 'stop' as const, usage }
  }
  return { resolve: () => ({ id: 'test/model', stream }) } as unknown as ModelCatalog
}

const runOf = (pieces: string[]): AnalysisRun => ({
  models: catalogOf(pieces),
  clock: { monotonic: () => 7 },
  settings: resolveAgentConfig({ analysis: { summary: { enabled: false }, success: 'Yes?' } }, 'text', 'openai/x')
    .analysis,
  lines: [{ role: 'user', text: 'Hello' }],
  signal: new AbortController().signal,
  usage: countsNothing,
  isRetried: true,
  withoutKeys: async (result) => JSON.parse(JSON.stringify(result).replaceAll(key, '[key]')) as typeof result,
})

test('a key whose characters JSON spells as escapes is found in the values, not in the text', async () => {
  const spelled = [...key].map((one) => `\\u00${one.charCodeAt(0).toString(16)}`).join('')
  const answer = `{"success": true, "success_reason": "${spelled}"}`
  expect(await analyze(runOf(answer.match(/.{1,3}/g)!))).toMatchObject({
    status: 'done',
    result: { success: true, success_reason: '[key]', models: ['test/model'], duration_ms: 0 },
  })
})

test('tokens that the provider does not report are not counted as none', async () => {
  const answer = '{"success": false, "success_reason": ""}'
  expect(await analyze(runOf([answer]))).toMatchObject({ result: { input_tokens: 1, output_tokens: null } })
})
