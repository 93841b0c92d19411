// A conversation that is held to try an agent, as this tab keeps it over a reload: which one, by whom, and what is on its way.
import type { Outgoing } from './outbox.ts'

export interface TrialOptions {
  user_id: string
  /** A JSON object as text; blank: an empty one. */
  metadata: string
  initial_context: string
  is_rich: boolean
}

export interface Trial {
  conversation_id: string
  /** What the agent was like when it began. */
  agent_version_id: string
  revision: number
}

/** Of one agent. */
export interface Kept {
  trial: Trial | null
  options: TrialOptions
  outbox: readonly Outgoing[]
}

const default_options: TrialOptions = { user_id: 'tester', metadata: '', initial_context: '', is_rich: true }
const nothing: Kept = { trial: null, options: default_options, outbox: [] }
const storageKey = (agent_id: string) => `parley-tester-${agent_id}`

export function readKept(agent_id: string): Kept {
  try {
    const text = sessionStorage.getItem(storageKey(agent_id))
    return text === null ? nothing : { ...nothing, ...(JSON.parse(text) as Partial<Kept>) }
  } catch {
    return nothing
  }
}

/** Where the browser keeps nothing, a reload begins with nothing. */
export function keep(agent_id: string, fields: Partial<Kept>): void {
  try {
    sessionStorage.setItem(storageKey(agent_id), JSON.stringify({ ...readKept(agent_id), ...fields }))
  } catch {
    // Full, or forbidden by the browser.
  }
}
