import { describe, expect, test } from 'vitest'
import { resolveHandOff, resolveSatisfaction } from './hand-off.ts'

const model = 'demo/x'

describe('hand_off', () => {
  test('every default of an agent that hands off', () => {
    expect(resolveHandOff({ enabled: true, low_confidence: {} }, model)).toEqual({
      rules: {
        max_per_conversation: 5,
        team: null,
        teams: [],
        asked_for_person: true,
        keywords: [],
        after_failed_replies: 2,
        low_confidence: { threshold: 0.4, consecutive: 2, llm: null },
      },
      relay_in_reply: false,
      max_per_conversation: 5,
      team: null,
    })
  })

  test('a null switches the rule about failed replies off, and nothing else', () => {
    const given = { enabled: true, after_failed_replies: null, keywords: null, teams: null, low_confidence: null }
    expect(resolveHandOff(given, model).rules).toMatchObject({
      ...{ after_failed_replies: null, keywords: [], teams: [], low_confidence: null, asked_for_person: true },
    })
  })

  test('without it, callers can ask for people all the same', () => {
    const given = { team: 'sales', max_per_conversation: 2, relay_in_reply: true }
    expect(resolveHandOff(given, model)).toEqual({ ...given, rules: null })
  })
})

test('satisfaction', () => {
  expect(resolveSatisfaction({ enabled: true, question: 'Well?', ask: 'always', valid_hours: 1 })).toEqual({
    ...{ enabled: true, question: 'Well?', ask: 'always', valid_hours: 1 },
  })
})
