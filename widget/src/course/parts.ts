// What the parts of a chat work with: what they were given, and the one value that they change.
import type { PublicWebWidget, WebWidgetConfig } from '@parley/contract'
import type { Api } from './api.ts'
import { type ChatState, initialState } from './chat-state.ts'
import type { TabMessage } from './election.ts'
import type { FormMemory } from './form-memory.ts'
import type { PageClaims } from './page-claims.ts'
import type { Ports } from './ports.ts'
import type { Outbox } from './sender.ts'
import type { Session, TokenKeeper } from './session.ts'

/** What tabs tell each other. */
export type OtherTab =
  | TabMessage
  | { type: 'conversation'; conversation_id: string | null }
  | { type: 'outbox' }
  | { type: 'logout' }

/** `preview`: in the console, where it counts nowhere. */
export type ShownWidget = Omit<PublicWebWidget, 'config'> & { config: WebWidgetConfig; preview?: boolean }

/** Tells the page. */
export type Emit = (name: string, detail?: Record<string, unknown>) => void

export interface ChatGiven {
  ports: Ports
  widget: ShownWidget
  embed_token: string
  keeper: TokenKeeper
  emit: Emit
  locale: () => string
}

export interface Store {
  get(): ChatState
  set(change: Partial<ChatState>): void
  subscribe(listener: () => void): void
}

export interface ChatParts extends ChatGiven {
  /** `/core/public/web-widgets/{id}` */
  base: string
  api: Api
  session: Session
  outbox: Outbox
  form: FormMemory
  page: PageClaims
  store: Store
  /** To the other tabs of this visitor. */
  tell(message: OtherTab): void
}

export function createStore(): Store {
  const listeners: (() => void)[] = []
  let state = initialState
  return {
    get: () => state,
    set(change) {
      state = { ...state, ...change }
      for (const listener of listeners) listener()
    },
    subscribe: (listener) => void listeners.push(listener),
  }
}
