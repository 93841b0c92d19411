// What the visitor writes: put into the outbox first, sent from there, and what they decide on what could not be sent.
import type { Beginning } from './beginning.ts'
import { refuse } from './beginning.ts'
import type { FormValues } from './form-memory.ts'
import { type Outgoing, discard, sendAgain, write } from './outbox.ts'
import type { ChatParts } from './parts.ts'
import { createSender } from './sender.ts'
import type { Shown } from './shown.ts'
import type { MessageItem } from './view.ts'

export interface Writing {
  /** False: too many wait, so that the text stays where it is. */
  send(text: string, answer?: { in_reply_to: string; values: FormValues }): boolean
  sendAgain(client_id: string): void
  discard(client_id: string): void
  /** Its turn gave no answer: the same key tries the same message again. */
  tryAgain(message: MessageItem): void
  /** Goes on sending. */
  kick(): void
  /** Another tab has written or sent something. */
  hear(): void
}

const taken_over_after_ms = 5000
/** A shorter wait is over before it is read. */
const worth_telling_ms = 3000

export function createWriting(parts: ChatParts, shown: Shown, { begin, place }: Beginning): Writing {
  const { ports, outbox, store, tell, emit } = parts
  const stored = (message: Outgoing) => {
    const { view, conversation_id, sent } = store.get()
    const isShown = view.items.some((item) => item.kind === 'message' && item.client_id === message.client_id)
    if (!isShown && message.conversation_id === conversation_id) store.set({ sent: [...sent, message] })
    // After the outbox has let go of it.
    queueMicrotask(() => tell({ type: 'outbox' }))
  }
  const { kick } = createSender({
    ...parts,
    begin,
    stored,
    failed: (_message, fault) => emit('error', { code: fault }),
    delayed: (ms) => ms > worth_telling_ms && !store.get().refusal && refuse(parts, 'fault_busy', ms),
  })
  const put = (message: Omit<Outgoing, 'order'>, among = outbox.all()): boolean => {
    const next = write(among, message)
    if (next) outbox.replace(next)
    kick()
    return next !== null
  }
  const leaveEnded = () => store.get().view.ended && shown.leave()
  return {
    kick,
    send(text, answer) {
      leaveEnded()
      const message = { client_id: ports.newId(), ...place(), text, at: ports.now(), ...answer }
      if (!put(message)) return false
      tell({ type: 'outbox' })
      emit('message_sent', { conversation_id: message.conversation_id, client_id: message.client_id })
      return true
    },
    sendAgain(client_id) {
      leaveEnded()
      const here = { ...place(), now: ports.now(), new_id: ports.newId() }
      outbox.replace(sendAgain(outbox.all(), client_id, here))
      kick()
    },
    discard(client_id) {
      outbox.replace(discard(outbox.all(), client_id))
      tell({ type: 'outbox' })
    },
    tryAgain({ client_id, text, in_reply_to, values }) {
      const { conversation_id } = store.get()
      if (conversation_id === null || client_id === null) return
      const answer = in_reply_to && values ? { in_reply_to, values } : {}
      put({ client_id, conversation_id, text, at: ports.now(), ...answer }, discard(outbox.all(), client_id))
    },
    hear() {
      outbox.reload()
      // The tab that wrote it may be gone by then.
      ports.after(taken_over_after_ms, () => {
        outbox.reload()
        kick()
      })
    },
  }
}
