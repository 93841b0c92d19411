// The inactivity rules and limits of an agent's version, with their defaults. Pure.
import { type AgentConfig, agentDefaults } from '@parley/contract'

/** Rules that only need time to pass. Null: the rule is off. */
export interface TimedRules {
  warn_after_seconds: number | null
  end_after_seconds: number | null
  max_duration_seconds: number | null
}

export interface InactivityRules extends TimedRules {
  /** Templates. */
  warn_message: string | null
  end_message: string | null
  max_user_turns: number | null
}

/** Unlike elsewhere, a null is not the default: it switches the rule off. */
export function resolveInactivity(given: AgentConfig['inactivity']): InactivityRules {
  const { end_after_seconds = agentDefaults.inactivity.end_after_seconds, ...rest } = given ?? {}
  const warn_message = rest.warn_message ?? null
  return {
    // Without a message there is no warning.
    warn_after_seconds: warn_message === null ? null : (rest.warn_after_seconds ?? null),
    warn_message,
    end_after_seconds,
    end_message: rest.end_message ?? null,
    max_duration_seconds: rest.max_duration_seconds ?? null,
    max_user_turns: rest.max_user_turns ?? null,
  }
}
