// The visitor's other conversations: their list, and one of them to look at.
import type { Chat } from './chat.ts'
import type { ChatParts, HistoryRow } from './chat-state.ts'
import { type Reader, createReader } from './reader.ts'
import { emptyView } from './view.ts'

export interface History {
  load(): Promise<void>
  open(conversation_id: string): void
  /** From a conversation to the list, from the list to the chat. */
  close(): void
}

const histories = new WeakMap<Chat, History>()

export function historyOf(chat: Chat): History {
  const known = histories.get(chat) ?? createHistory(chat.parts())
  histories.set(chat, known)
  return known
}

function createHistory({ ports, session, base, state, set }: ChatParts): History {
  let reader: Reader | null = null
  const close = () => {
    reader?.stop()
    reader = null
    set(state().past ? { past: null } : { history: null })
  }
  return {
    close,
    async load() {
      set({ history: 'loading', past: null })
      const reply = await session.call({ method: 'GET', path: `${base}/conversations?limit=50` })
      const rows = reply?.status === 200 ? (reply.body['data'] as HistoryRow[]) : null
      if (state().history !== null) set({ history: Array.isArray(rows) ? rows : 'failed' })
    },
    open(conversation_id) {
      if (conversation_id === state().conversation_id) return set({ history: null, past: null })
      set({ past: { conversation_id, view: emptyView } })
      reader = createReader({
        ports,
        session,
        conversation_id,
        lock_name: null,
        show: ({ view }) => state().past && set({ past: { conversation_id, view } }),
        lost: close,
      })
    },
  }
}
