// The conversation that is shown: followed from its first event on, read when it is seen, and left for another.
import { leaveConversation, showConversation, showView } from './chat-state.ts'
import type { TabMessage } from './election.ts'
import { settle } from './outbox.ts'
import type { ChatParts } from './parts.ts'
import { type Reader, createReader } from './reader.ts'
import { isRefused } from './session.ts'
import { countUnread, lastPosition } from './view.ts'

export interface Shown {
  /** `isHeard`: another tab has said so. Otherwise this one tells the others. */
  follow(conversation_id: string, isHeard?: boolean): void
  /** It is no longer the visitor's, or is left for a new one. */
  leave(): void
  /** What is seen is read; what is not is counted. */
  look(): void
  /** The page is seen again, hidden, or online. */
  wake(): void
  hear(message: TabMessage): void
  /** Asks something of the conversation. False: it was not done. */
  act(path: string, body?: unknown): Promise<boolean>
}

export function createShown(parts: ChatParts): Shown {
  const { ports, session, outbox, form, store, tell, emit } = parts
  let reader: Reader | null = null
  const reading = createReading(parts)

  const leave = () => {
    reader?.stop()
    reader = null
    store.set(leaveConversation(store.get(), form.isMissing()))
  }
  const show: Parameters<typeof createReader>[0]['show'] = ({ conversation_id, view, connection }) => {
    const { state, arrived, hasEnded } = showView(store.get(), view, connection, ports.now())
    store.set(state)
    for (const { id } of arrived) emit('message_received', { conversation_id, message_id: id })
    if (hasEnded) emit('conversation_ended', { conversation_id })
    reading.look()
  }
  const learnPermissions = async (conversation_id: string) => {
    const access = await session.access(conversation_id)
    if (access && !isRefused(access) && store.get().conversation_id === conversation_id)
      store.set({ permissions: access.permissions })
  }
  return {
    leave,
    look: reading.look,
    wake: () => reader?.wake(),
    hear: (message) => reader?.hear(message),
    act: (path, body) => act(parts, path, body),
    follow(conversation_id, isHeard = false) {
      if (store.get().conversation_id === conversation_id && reader) return
      reader?.stop()
      if (!isHeard) tell({ type: 'conversation', conversation_id })
      outbox.replace(settle(outbox.all(), conversation_id))
      reading.begin(conversation_id)
      store.set(showConversation(store.get(), conversation_id))
      const lock_name = `parley-${parts.widget.id}-${conversation_id}`
      reader = createReader({ ports, session, conversation_id, lock_name, show, lost: leave })
      void learnPermissions(conversation_id)
    },
  }
}

async function act({ api, session, store, ports, emit }: ChatParts, path: string, body: unknown): Promise<boolean> {
  const { conversation_id } = store.get()
  const access = conversation_id === null ? null : await session.access(conversation_id)
  if (!access || isRefused(access)) return false
  const reply = await api({
    method: 'POST',
    path: `/core/conversations/${conversation_id}/${path}`,
    token: access.token,
    body,
    key: ports.newId(),
  })
  const isDone = reply !== null && reply.status < 300
  if (!isDone) emit('error', { code: reply?.code ?? 'unreachable' })
  return isDone
}

/** How far the visitor has read, here and on their other devices. */
function createReading({ ports, session, store, base, emit }: ChatParts) {
  let read = -1
  const look = () => {
    const { view, conversation_id, isOpen, unread: before } = store.get()
    const last = lastPosition(view)
    if (conversation_id === null || last === null) return
    const isSeen = isOpen && !ports.isHidden()
    if (isSeen && last > read) {
      read = last
      ports.storage.set(`read:${conversation_id}`, String(last))
      const path = `${base}/conversations/${conversation_id}/read`
      void session.call({ method: 'PUT', path, body: { position: last } })
    }
    const unread = isSeen ? 0 : countUnread(view, read)
    if (unread === before) return
    store.set({ unread })
    emit('unread', { count: unread })
  }
  return {
    look,
    begin(conversation_id: string) {
      read = Number(ports.storage.get(`read:${conversation_id}`) ?? -1)
    },
  }
}
