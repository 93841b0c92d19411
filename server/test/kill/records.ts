// The records of a run: the answers to each call, and what is stored. The judge sees nothing else.

/** The result of one try of a call. */
export type Answer =
  /** An answer of the server. `turn_id` null: it says that no message is stored. */
  | { kind: 'answer'; status: number; code: string | null; turn_id: string | null; reply: string | null }
  /** The connection broke, or there was none. */
  | { kind: 'lost' }
  /** The client disconnected. */
  | { kind: 'left' }

/** A call that the model has received. */
export interface CalledModel {
  /** Of the call, from 1: it reports it as its input. */
  number: number
  /** The last message that it was shown. */
  said: string
}

export interface SentMessage {
  conversation_id: string
  /** In no other message. */
  text: string
  key: string | null
  /** In the order of arrival; the tries of one message follow each other, unless `is_doubled`. */
  answers: Answer[]
  /** Two calls with the same key were in progress at once. */
  is_doubled: boolean
  /** On the driver's clock. */
  sent_at: number
}

export interface SentCreation {
  /** In no other conversation. */
  user_id: string
  answers: Answer[]
  conversation_id: string | null
}

export interface SentEnd {
  conversation_id: string
  answers: Answer[]
  /** Of the 200: its content, and what was stored right after it. */
  told: { status: string; duration: number | null } | null
  answered_at: number
  seen: { items: number; status: string } | null
}

export interface SentCancel {
  turn_id: string
  /** Of the 200. */
  told: { status: string; outcome: string | null }
}

export interface SentUpdate {
  conversation_id: string
  /** A metadata field that no other call sets. */
  field: string
  answers: Answer[]
}

export interface SentDeletion {
  conversation_id: string
  answers: Answer[]
}

/** One press. */
export interface SentStart {
  user_id: string
  conversation_id: string | null
  answers: Answer[]
  /** Whether all its tries name one conversation, by an id or a key. Without a name each try is a start of its own. */
  is_named: boolean
  /** How many active conversations were found afterwards, if more than one. */
  active: number
}

/** A visitor of a web widget: their guest, and whom the site has signed in the same browser. */
export interface SentVisit {
  widget_id: string
  guest_id: string
  /** From the first call on that says so. */
  user_id: string | null
  starts: SentStart[]
  /** Of each answer that named the user: the active conversation. */
  links: (string | null)[]
}

export interface SentFeedback {
  conversation_id: string
  rating: number
  answers: Answer[]
}

/** To a name that no other change gives. */
export interface SentChange {
  name: string
  answers: Answer[]
}

export interface SentChanges {
  /** New agents. */
  made: SentChange[]
  /** Of one agent; each was tried once. */
  renames: SentChange[]
}

/** A request that reached the API of the tools. */
export interface Executed {
  tool: string
  call_id: string
}

export interface Sent {
  messages: SentMessage[]
  creations: SentCreation[]
  ends: SentEnd[]
  cancels: SentCancel[]
  updates: SentUpdate[]
  deletions: SentDeletion[]
  visits: SentVisit[]
  feedbacks: SentFeedback[]
  /** By the servers. */
  executed: Executed[]
}

export const nothingSent = (): Sent => ({
  messages: [],
  creations: [],
  ends: [],
  cancels: [],
  updates: [],
  deletions: [],
  visits: [],
  feedbacks: [],
  executed: [],
})

export interface StoredConversation {
  id: string
  user_id: string
  status: string
  is_ended: boolean
  is_deleted: boolean
  duration: number | null
  custom_metadata: Record<string, unknown>
  next_position: number
  next_sequence: number
}

export interface StoredItem {
  conversation_id: string
  position: number
  type: 'message' | 'function_call' | 'function_call_output'
  role: string | null
  text: string
  interrupted: boolean | null
  turn_id: string | null
  call_id: string | null
  /** Of a call or a result. */
  name: string | null
  output: unknown
  is_error: boolean | null
}

export interface StoredTurn {
  id: string
  conversation_id: string
  status: string
  outcome: string | null
  /** The turn whose messages it answers; null: its own. */
  messages_of: string | null
}

export interface StoredEvent {
  conversation_id: string
  sequence: number
  type: string
  turn_id: string | null
  call_id: string | null
}

/** A conversation of a visitor. */
export interface StoredVisit {
  conversation_id: string
  widget_id: string
  user_id: string
  is_ended: boolean
  has_feedback: boolean
  /** In its metadata. */
  rating: number | null
  /** What its metadata say of the visitor. */
  says: { user_id: string; verified: boolean }
}

export interface Stored {
  conversations: StoredConversation[]
  items: StoredItem[]
  turns: StoredTurn[]
  events: StoredEvent[]
  visits: StoredVisit[]
  active: { widget_id: string; user_id: string; conversation_id: string }[]
  links: { guest_id: string; user_id: string }[]
  /** What widgets have counted, of all days. */
  counted: Record<string, number>
}

export const violationKinds = [
  'lost', // answered with a turn_id, and not stored
  'doubled', // stored, answered, or executed twice
  'haunted', // written after the end
  'misreported', // an answer and what is stored disagree
  'unfinished', // a turn that never became final
  'broken', // gaps, orphans, two turns at once
  'unreached', // a pause point at which no node died
  'late', // a turn that was taken over too late
  'unaudited', // a change without an entry of the audit log, an entry without a change, or a chain that does not hold
  'uncounted', // a call of the model without a row, or more rows than calls
  'fault', // an answer 500, or a node that ended by itself
] as const
export type ViolationKind = (typeof violationKinds)[number]

export interface Violation {
  kind: ViolationKind
  what: string
}
