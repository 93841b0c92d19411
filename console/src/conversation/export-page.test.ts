import type { Conversation, TranscriptItem, Turn } from '@parley/contract'
import { expect, test } from 'vitest'
import { renderPage } from './export-page.ts'

const attack = '<img src=x onerror="alert(1)">&\'</main>'

test('no text of a conversation becomes markup of the page', () => {
  const base = { position: 0, created_at: '2026-01-01T00:00:00Z', turn_id: null }
  const items = [
    { ...base, id: '1', type: 'message', role: 'user', content: [attack] },
    { ...base, id: '2', type: 'function_call', call_id: 'x', name: attack, arguments: { [attack]: attack } },
    { ...base, id: '3', type: 'function_call_output', call_id: 'x', name: attack, output: attack, is_error: true },
    {
      ...base,
      ...{ id: '4', type: 'message', role: 'assistant', content: [attack] },
      citations: [{ number: 1, source_name: attack, url: null }],
    },
  ] as TranscriptItem[]
  const chunk = { number: 1, chunk_id: 'c', source_name: attack, page: 2, score: 0.5, shown: true }
  const retrieval = {
    id: 'k',
    kind: 'implicit',
    outcome: 'found',
    retrieval_mode: 'hybrid',
    degraded: [],
    latency_ms: 84,
  }
  const turn = {
    ...{ turn_id: 't', status: 'completed', user_message_ids: ['1'] },
    retrievals: [{ ...retrieval, query: attack, chunks: [chunk] }],
  } as unknown as Turn
  const conversation = {
    id: attack,
    user_id: attack,
    agent: { id: 'a', name: attack },
    status: 'completed',
    channel: 'text',
    created_at: base.created_at,
    ended_at: base.created_at,
    end_reason: 'ended_by_caller',
    duration: 5,
    summary: attack,
    custom_metadata: { [attack]: attack },
    conversation: { items },
  } as unknown as Conversation
  const page = renderPage({ conversation, turns: [turn], events: [] }, base.created_at)
  expect(page).not.toContain('<img')
  expect(page.match(/<\/main>/g)).toHaveLength(1)
  expect(page).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;')
  expect(page).toContain('1 passage · hybrid · 84 ms')
  expect(page).toContain("default-src 'none'")
})
