// What the clients of a run were told, and so what must be there in the end.

export interface OwnSource {
  id: string
  /** The word that each chunk of its text begins with, once the file was accepted. Null: it has none yet. */
  word: string | null
  chunks: number
  /** Those of all texts that were sent for it. */
  words: string[]
  /** The datasets that it is attached to. */
  datasets: Set<string>
  state: 'there' | 'deleting' | 'deleted'
}

export interface Violation {
  /**
   * `lost`: what was accepted is not there. `mixed`: what answers has parts of two contents. `doubled`: it is there twice, or counts
   * twice. `left_over`: what is gone, or was never finished, is still there. `haunting`: a search found what was gone. `repeated`: a kill
   * repeated more calls than were under way. `unfinished`: it had not come to rest in time. `unreached`, `fault`: as in other runs.
   */
  kind: 'lost' | 'mixed' | 'doubled' | 'left_over' | 'haunting' | 'repeated' | 'unfinished' | 'unreached' | 'fault'
  what: string
}

export interface Told {
  sources: OwnSource[]
  /** The words of all texts that were ever sent, with their numbers of chunks. */
  texts: Map<string, number>
  crawled: { id: string; dataset_id: string; path: string }[]
  violations: Violation[]
  counts: { accepted: number; lost_answers: number; searches: number; unanswered: number }
}

export const nothingTold = (): Told => ({
  sources: [],
  texts: new Map(),
  crawled: [],
  violations: [],
  counts: { accepted: 0, lost_answers: 0, searches: 0, unanswered: 0 },
})
