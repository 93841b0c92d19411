// What a running turn does that is not stored yet: the text that it is generating, its searches.

import type { TurnStreamEvent } from '@parley/contract'

/** A search of knowledge bases, as readers are told of it. */
export type Retrieved = Extract<TurnStreamEvent, { event: 'retrieval.completed' }>['data']

/** The present step of a turn. */
export interface LiveTurn {
  turn_id: string
  /** Starts at 1. */
  attempt: number
  /** Pieces of the turn already in the transcript: finished steps, results of tools and their messages. */
  kept: number
  /** A new number each time the step begins; earlier text is then void. */
  saying: number
  /** The text of this step so far. */
  text: string
}
