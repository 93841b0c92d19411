// How far an import from another system is: all of it in one file.
import type { Mark, Place } from './place.ts'

export interface Report {
  agents: number
  versions: number
  created: number
  unchanged: number
  /** Conversations that have a recording, which stays there. */
  recordings: number
  /** Times with more conversations than a page has rows. */
  crowded_times: string[]
  /** Agents that could not be brought over. */
  failed_agents: string[]
  /** Names that configurations use; their values have to be set here. */
  secrets: string[]
  phone_numbers: number
}

export interface State {
  from: string
  /** From the ids there to the ids here. */
  agents: Record<string, string>
  versions: Record<string, string>
  /** Where the next page begins; null: with the newest. */
  place: Place | null
  /** Where the list began that is being gone over. */
  newest: Mark | null
  /** Everything up to it was gone over. */
  until: Mark | null
  /** Conversations that are not here, and why. */
  failed: Record<string, 'refused' | 'too_large'>
  report: Report
}

export const newState = (from: string): State => ({
  from,
  agents: {},
  versions: {},
  place: null,
  newest: null,
  until: null,
  failed: {},
  report: {
    ...{ agents: 0, versions: 0, created: 0, unchanged: 0, phone_numbers: 0, recordings: 0 },
    ...{ failed_agents: [], secrets: [], crowded_times: [] },
  },
})
