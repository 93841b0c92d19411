// The visitor's other conversations: their list, and one of them to look at.
import type { Chat } from './chat.ts'
import type { ChatParts } from './parts.ts'
import { type Reader, createReader } from './reader.ts'
import { emptyView } from './view.ts'

export interface HistoryRow {
  id: string
  status: string
  created_at: string
  last_activity_at: string
  last_text: string | null
  unread: number
  feedback_given: boolean
}

export interface HistoryList {
  rows: readonly HistoryRow[]
  /** Where older ones begin; null: there are no more. */
  next: string | null
}

export interface History {
  load(): Promise<void>
  /** Adds older ones. */
  loadMore(): Promise<void>
  open(conversation_id: string): void
  /** From a conversation to the list, from the list to the chat. */
  close(): void
}

const rows_at_once = 50
const histories = new WeakMap<Chat, History>()

export function historyOf(chat: Chat): History {
  const known = histories.get(chat) ?? createHistory(chat.parts)
  histories.set(chat, known)
  return known
}

function createHistory({ ports, session, base, store }: ChatParts): History {
  let reader: Reader | null = null
  const close = () => {
    reader?.stop()
    reader = null
    store.set(store.get().past ? { past: null } : { history: null })
  }
  const fetchAfter = async (before: readonly HistoryRow[], next: string | null) => {
    const visit = session.visit()
    const query = `?limit=${rows_at_once}${next === null ? '' : `&cursor=${encodeURIComponent(next)}`}`
    const reply = await session.call({ method: 'GET', path: `${base}/conversations${query}` })
    if (visit.aborted || store.get().history === null) return
    const { data, pagination } = (reply?.status === 200 ? reply.body : {}) as {
      data?: HistoryRow[]
      pagination?: { next_cursor: string | null }
    }
    store.set({ history: data ? { rows: [...before, ...data], next: pagination?.next_cursor ?? null } : 'failed' })
  }
  return {
    close,
    load() {
      store.set({ history: 'loading', past: null })
      return fetchAfter([], null)
    },
    async loadMore() {
      const { history } = store.get()
      if (typeof history === 'object' && history?.next) await fetchAfter(history.rows, history.next)
    },
    open(conversation_id) {
      if (conversation_id === store.get().conversation_id) return store.set({ history: null, past: null })
      store.set({ past: { conversation_id, view: emptyView } })
      const opened = createReader({
        ports,
        session,
        conversation_id,
        lock_name: null,
        show: ({ view }) => (store.get().past ? store.set({ past: { conversation_id, view } }) : opened.stop()),
        lost: close,
      })
      reader = opened
      // What the visitor has read is not left open for the next one.
      session.visit().addEventListener('abort', opened.stop)
    },
  }
}
