import { expect, test } from 'vitest'
import { measure } from './measured.ts'

const request = { countCharacters: () => 40 }
const reported = { input_tokens: 9, output_tokens: 3, cached_input_tokens: 4, cache_write_tokens: null }

test('what the provider reports counts, and the rest is estimated', () => {
  expect(measure(request, 100, { how: 'answered', reported })).toEqual({ ...reported, outcome: 'ok', estimated: false })
  const partly = { ...reported, output_tokens: null }
  expect(measure(request, 100, { how: 'answered', reported: partly })).toMatchObject({
    output_tokens: 25,
    estimated: true,
  })
  expect(measure(request, 0, { how: 'interrupted' })).toMatchObject({
    outcome: 'interrupted',
    input_tokens: 10,
    output_tokens: 0,
  })
})

test('a refusal counts no tokens, unless some of the answer came; a cut call may be billed', () => {
  expect(measure(request, 0, { how: 'failed', is_refused: true })).toMatchObject({
    input_tokens: 0,
    output_tokens: 0,
    estimated: false,
  })
  expect(measure(request, 8, { how: 'failed', is_refused: true })).toMatchObject({
    input_tokens: 10,
    output_tokens: 2,
    estimated: true,
  })
  expect(measure(request, 0, { how: 'failed', is_refused: false })).toMatchObject({
    input_tokens: 10,
    output_tokens: 0,
    estimated: true,
  })
})
