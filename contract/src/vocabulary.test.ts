import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { matchesEvent } from './vocabulary.ts'

test.each(['vocabulary.ts', 'agent-words.ts', 'usage-words.ts', 'organizations/words.ts'])(
  '%s imports nothing, so that anything can read it',
  (file) => {
    const text = readFileSync(new URL(file, import.meta.url), 'utf8')
    expect(text).not.toMatch(/^(import|export .* from) /m)
  },
)

describe('event patterns', () => {
  it.each([
    ['*', 'turn.failed', true],
    ['turn.*', 'turn.failed', true],
    ['turn.failed', 'turn.failed', true],
    ['turn', 'turn.failed', false],
    ['turn.', 'turn.failed', false],
    ['tur*', 'turn.failed', false],
    ['conversation.*', 'turn.failed', false],
    ['conversation.a*', 'conversation.analyzed', false],
    ['*.failed', 'turn.failed', false],
  ])('%s matches %s: %s', (pattern, type, expected) => {
    expect(matchesEvent([pattern], type)).toBe(expected)
    expect(matchesEvent(['message.deleted', pattern], type)).toBe(expected)
  })
})
