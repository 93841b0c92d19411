// What the frame shows, as one value.
import type { PublicWebWidget, WebWidgetConfig } from '@parley/contract'
import type { TabMessage } from './election.ts'
import type { Outgoing } from './outbox.ts'
import type { Ports } from './ports.ts'
import type { Session, TokenKeeper, Visitor } from './session.ts'
import { type View, emptyView } from './view.ts'

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

export interface HistoryRow {
  id: string
  status: string
  created_at: string
  last_activity_at: string
  last_text: string | null
  unread: number
  feedback_given: boolean
}

export interface ChatState {
  visitor: Visitor | null
  /** Of the conversation that is shown, once it is begun. */
  conversation_id: string | null
  permissions: readonly string[]
  view: View
  connection: 'open' | 'opening'
  outbox: readonly Outgoing[]
  /** Stored, and not yet in the view. */
  sent: readonly Outgoing[]
  needsForm: boolean
  /** Faults of the form that the server found, by field. */
  form_faults: Readonly<Record<string, string>>
  isStarting: boolean
  needsCaptcha: boolean
  refusal: Refusal | null
  feedback: 'open' | 'sending' | 'given' | 'closed'
  /** How many came while nobody looked. */
  unread: number
  isOpen: boolean
  history: readonly HistoryRow[] | 'loading' | 'failed' | null
  past: { conversation_id: string; view: View } | null
}

export const initialState: ChatState = {
  visitor: null,
  conversation_id: null,
  permissions: [],
  view: emptyView,
  connection: 'open',
  outbox: [],
  sent: [],
  needsForm: false,
  form_faults: {},
  isStarting: false,
  needsCaptcha: false,
  refusal: null,
  feedback: 'open',
  unread: 0,
  isOpen: false,
  history: null,
  past: null,
}

/** What tabs tell each other. */
export type OtherTab =
  | TabMessage
  | { type: 'conversation'; conversation_id: string | null }
  | { type: 'outbox' }
  | { type: 'logout' }

/** `preview`: in the console, where it counts nowhere. */
export type ShownWidget = Omit<PublicWebWidget, 'config'> & { config: WebWidgetConfig; preview?: boolean }

export interface ChatGiven {
  ports: Ports
  widget: ShownWidget
  embed_token: string
  keeper: TokenKeeper
  /** Tells the page. */
  emit: (name: string, detail?: Record<string, unknown>) => void
  locale: () => string
}

/** What the parts of a chat work with. */
export interface ChatParts {
  ports: Ports
  session: Session
  /** `/core/public/web-widgets/{id}` */
  base: string
  state: () => ChatState
  set: (change: Partial<ChatState>) => void
  emit: (name: string, detail?: Record<string, unknown>) => void
}
