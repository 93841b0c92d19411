// A test conversation, as this tab keeps it across a reload: its id, the end user, and the messages on their way.
import type { Outgoing } from './outbox.ts'

export interface TrialOptions {
  user_id: string
  /** A JSON object as text; blank for an empty one. */
  metadata: string
  initial_context: string
  is_rich: boolean
}

export interface Trial {
  conversation_id: string
  /** The version of the agent when the test started. */
  agent_version_id: string
  revision: number
}

/** The storage key of an agent. */
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

/** If the browser stores nothing, a reload starts from the beginning. */
export function keep(agent_id: string, fields: Partial<Kept>): void {
  try {
    sessionStorage.setItem(storageKey(agent_id), JSON.stringify({ ...readKept(agent_id), ...fields }))
  } catch {
    // The storage is full or blocked.
  }
}
