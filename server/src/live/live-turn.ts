// What a running turn is saying just now.

/** The step of a turn that is under way. */
export interface LiveTurn {
  turn_id: string
  /** 1 for the first. */
  attempt: number
  /** Pieces of the turn that are in the transcript: finished steps, and what tools have said. */
  kept: number
  /** A number for each time that the step is begun: what was said before is void. */
  saying: number
  /** Said in this step so far. */
  text: string
}
