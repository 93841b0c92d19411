// Whether a widget answers visitors, and why it does not. Pure.
import type { LiveReason } from '@parley/contract'

export interface Standing {
  published: boolean
  version_published: boolean
  /** False too if the agent is deleted. */
  agent_active: boolean
}

export function judgeLive({ published, version_published, agent_active }: Standing): LiveReason {
  if (!published) return 'not_published'
  if (!version_published) return 'version_not_published'
  return agent_active ? 'live' : 'agent_inactive'
}
