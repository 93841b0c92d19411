// How far an import from another system is: all of it in one file.
import type { Place } from './source.ts'

export interface Report {
  agents: number
  versions: number
  created: number
  unchanged: number
  failed: number
  /** Agents that could not be brought over. */
  failed_agents: string[]
  /** Names that configurations use; their values have to be set here. */
  secrets: string[]
  phone_numbers: number
  /** Conversations that have a recording, which stays there. */
  recordings: number
  /** Times with more conversations than a page has rows. */
  crowded_times: string[]
}

export interface State {
  from: string
  /** From the ids there to the ids here. */
  agents: Record<string, string>
  versions: Record<string, string>
  /** Where the next page begins; null: with the newest. */
  place: Place | null
  complete: boolean
  report: Report
}

export const newState = (from: string): State => ({
  from,
  agents: {},
  versions: {},
  place: null,
  complete: false,
  report: {
    ...{ agents: 0, versions: 0, created: 0, unchanged: 0, failed: 0, phone_numbers: 0, recordings: 0 },
    ...{ failed_agents: [], secrets: [], crowded_times: [] },
  },
})
