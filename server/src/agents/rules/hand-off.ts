// When an agent hands conversations to people, and whether they are rated, with all defaults. Pure.
import { type AgentConfig, handOffDefaults } from '@parley/contract'
import { type ResolvedModels, resolveModels } from './model-config.ts'

export interface HandOffRules {
  max_per_conversation: number
  /** The keys of teams. */
  team: string | null
  teams: string[]
  asked_for_person: boolean
  keywords: string[]
  /** Null: the rule is off. */
  after_failed_replies: number | null
  low_confidence: { threshold: number; consecutive: number; llm: ResolvedModels | null } | null
}

export interface ResolvedHandOff {
  /** Null: neither tool nor rules. */
  rules: HandOffRules | null
  relay_in_reply: boolean
  /** Counts also where only callers ask for people. */
  max_per_conversation: number
  team: string | null
}

export interface ResolvedSatisfaction {
  enabled: boolean
  question: string | null
  ask: 'always' | 'person'
  valid_hours: number
}

/** A null switches `after_failed_replies` off. */
export function resolveHandOff(given: AgentConfig['hand_off'], default_model: string): ResolvedHandOff {
  const { after_failed_replies = handOffDefaults.after_failed_replies, low_confidence, ...rest } = given ?? {}
  const max_per_conversation = rest.max_per_conversation ?? handOffDefaults.max_per_conversation
  const team = rest.team ?? null
  const rules: HandOffRules = {
    ...{ max_per_conversation, team, teams: rest.teams ?? [], keywords: rest.keywords ?? [], after_failed_replies },
    asked_for_person: rest.asked_for_person ?? handOffDefaults.asked_for_person,
    low_confidence: low_confidence
      ? {
          threshold: low_confidence.threshold ?? handOffDefaults.low_confidence.threshold,
          consecutive: low_confidence.consecutive ?? handOffDefaults.low_confidence.consecutive,
          llm: low_confidence.llm ? resolveModels(low_confidence.llm, default_model) : null,
        }
      : null,
  }
  return {
    rules: (rest.enabled ?? handOffDefaults.enabled) ? rules : null,
    relay_in_reply: rest.relay_in_reply ?? handOffDefaults.relay_in_reply,
    max_per_conversation,
    team,
  }
}

export function resolveSatisfaction(given: AgentConfig['satisfaction']): ResolvedSatisfaction {
  const defaults = handOffDefaults.satisfaction
  return {
    enabled: given?.enabled ?? defaults.enabled,
    question: given?.question ?? null,
    ask: given?.ask ?? defaults.ask,
    valid_hours: given?.valid_hours ?? defaults.valid_hours,
  }
}
