// What the frame shows, as one value, and how it changes when a conversation is shown, heard or left. Pure.
import type { HistoryList } from './history.ts'
import type { Outgoing } from './outbox.ts'
import type { PeopleState } from './people.ts'
import type { Visitor } from './session.ts'
import { type MessageItem, type View, emptyView } from './view.ts'

/** Why there is no conversation, in the words of a text; until when, if it passes. */
export interface Refusal {
  text:
    | 'fault_gone'
    | 'fault_identity'
    | 'fault_cap'
    | 'fault_busy'
    | 'fault_captcha'
    | 'fault_blocked'
    | 'fault_origin'
    | 'fault_refused'
  until: number | null
}

export interface ChatState {
  visitor: Visitor | null
  /** Of the conversation that is shown, once it is begun. */
  conversation_id: string | null
  /** The id that this tab's next conversation will have, unless another is active then. */
  planned_id: string | null
  permissions: readonly string[]
  view: View
  connection: 'open' | 'opening'
  outbox: readonly Outgoing[]
  /** Stored, and not yet in the view. */
  sent: readonly Outgoing[]
  needsForm: boolean
  /** Faults of the form that the server found, by field. */
  form_faults: Readonly<Record<string, string>>
  needsCaptcha: boolean
  refusal: Refusal | null
  feedback: 'open' | 'sending' | 'given' | 'closed'
  /** How many came while nobody looked. */
  unread: number
  isOpen: boolean
  history: HistoryList | 'loading' | 'failed' | null
  past: { conversation_id: string; view: View } | null
  /** What is known of people beside the view. */
  people: PeopleState
}

export const initialState: ChatState = {
  visitor: null,
  conversation_id: null,
  planned_id: null,
  permissions: [],
  view: emptyView,
  connection: 'open',
  outbox: [],
  sent: [],
  needsForm: false,
  form_faults: {},
  needsCaptcha: false,
  refusal: null,
  feedback: 'open',
  unread: 0,
  isOpen: false,
  history: null,
  past: null,
  people: {},
}

/** This conversation is shown from now on; nothing of it is known yet. */
export const showConversation = (state: ChatState, conversation_id: string): ChatState => ({
  ...state,
  conversation_id,
  planned_id: null,
  permissions: [],
  view: emptyView,
  connection: 'opening',
  needsForm: false,
  needsCaptcha: false,
  refusal: null,
  feedback: 'open',
  people: {},
})

/** No conversation is shown; what waits to be sent stays. */
export const leaveConversation = ({ visitor, outbox, isOpen }: ChatState, needsForm: boolean): ChatState => ({
  ...initialState,
  visitor,
  outbox,
  isOpen,
  needsForm,
})

const recent_ms = 30_000

/** The stream has brought this view. `arrived`: what others have just said in it. */
export function showView(
  state: ChatState,
  view: View,
  connection: ChatState['connection'],
  now: number,
): { state: ChatState; arrived: MessageItem[]; hasEnded: boolean } {
  const seen = new Set(view.items.map((item) => item.kind === 'message' && item.client_id))
  const arrived = view.items
    .slice(state.view.items.length)
    .filter(
      (item): item is MessageItem =>
        item.kind === 'message' && item.role !== 'user' && now - Date.parse(item.at) < recent_ms,
    )
  return {
    state: { ...state, view, connection, sent: state.sent.filter(({ client_id }) => !seen.has(client_id)) },
    arrived,
    hasEnded: view.ended !== null && state.view.ended === null,
  }
}

/** Whether there is something to come back for: a conversation that goes on, or a message that is not sent. */
export const isUnderWay = ({ conversation_id, view, outbox }: ChatState): boolean =>
  (conversation_id !== null && view.ended === null) || outbox.some(({ fault }) => !fault)
