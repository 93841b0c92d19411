// The records of a run: what was asked with its answers, what streams have brought, and what is stored. The judge sees nothing else.

/** The result of one try of a call. */
export type Answer =
  | {
      kind: 'answer'
      status: number
      code: string | null
      turn_id: string | null
      reply: string | null
      handled_by: string | null
      /** Who holds it, as the answer says. */
      assignee: string | null
    }
  /** Nothing came back, or the call was abandoned. */
  | { kind: 'lost' }

export interface SentMessage {
  conversation_id: string
  /** In no other message. */
  text: string
  answers: Answer[]
}

/** What a person does: takes, answers, gives back. */
export interface SentAct {
  act: 'take' | 'reply' | 'return'
  conversation_id: string
  person: string
  /** Of a reply; in no other one. */
  text: string | null
  /** Of the takes of one storm, at most one wins. Null: it is not part of one. */
  storm: number | null
  answers: Answer[]
}

/** What one stream has brought: the types of stored events with their numbers, and words of the agent. */
export interface Heard {
  conversation_id: string
  events: HeardEvent[]
}

export interface HeardEvent {
  type: string
  id: number | null
  turn_id: string | null
  /** Of words. */
  text: string | null
}

/** A request that reached the API of the tools. */
export interface Executed {
  call_id: string
  /** In milliseconds since 1970. */
  at: number
}

export interface Sent {
  messages: SentMessage[]
  acts: SentAct[]
  heard: Heard[]
  executed: Executed[]
}

export const nothingSent = (): Sent => ({ messages: [], acts: [], heard: [], executed: [] })

export interface StoredEvent {
  conversation_id: string
  sequence: number
  type: string
  turn_id: string | null
  /** In microseconds since 1970. */
  at: number
  /** Of a message. */
  role: string | null
  author: string | null
  author_id: string | null
  /** Of a change of who handles it. */
  assignee: string | null
  from: string | null
}

export interface StoredItem {
  conversation_id: string
  position: number
  type: string
  role: string | null
  author: string | null
  author_id: string | null
  text: string
  interrupted: boolean | null
  turn_id: string | null
  call_id: string | null
  /** In microseconds since 1970. */
  at: number
}

export interface StoredTurn {
  id: string
  conversation_id: string
  status: string
  outcome: string | null
}

export interface Stored {
  items: StoredItem[]
  turns: StoredTurn[]
  events: StoredEvent[]
}

export const violationKinds = [
  'outside', // an item or a turn of the agent between its leaving and its return
  'overheard', // words of the agent after the event that said it was silent
  'two holders', // two people who held one conversation, or an answer of one who did not hold it
  'lost', // answered as stored, and not there
  'doubled', // stored or answered twice
  'untruthful', // an answer and what is stored disagree
  'unanswered', // neither answered by the agent nor given to people
  'late', // a tool that was called long after its turn was cut
  'fault', // an answer 500, or a node that ended by itself
] as const
export type ViolationKind = (typeof violationKinds)[number]

export interface Violation {
  kind: ViolationKind
  what: string
}
