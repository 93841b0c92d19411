// What holds where no team is named: the defaults of a team, which have a bound for every wait (H6). Pure.
import { teamDefaults } from '@parley/contract'
import type { TeamRules } from '../../conversations/machine/handling.ts'

export const rulesWithoutTeam: TeamRules = {
  team: null,
  shown_name: teamDefaults.shown_name,
  accept_seconds: teamDefaults.assignment.accept_seconds,
  gone: { ...teamDefaults.gone },
  idle: { ...teamDefaults.idle, end_message: null },
  wait: { fallback: teamDefaults.wait.fallback, end_message: null },
  sla: {
    first_response_seconds: null,
    next_response_seconds: null,
    resolution_seconds: null,
    warn_before_seconds: teamDefaults.sla.warn_before_seconds,
  },
  hours: null,
}

export const waitWithoutTeam = { max_seconds: teamDefaults.wait.max_seconds, message: teamDefaults.wait.message }
