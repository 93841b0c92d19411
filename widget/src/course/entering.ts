// How the visitor comes in and goes: as who they were here before, as the user that the site has signed, and as nobody again.
import { type Beginning, refuse } from './beginning.ts'
import { pauseBefore } from './outbox.ts'
import type { ChatParts } from './parts.ts'
import type { Entered, Welcomed } from './session.ts'
import type { Shown } from './shown.ts'
import { claimsOf, isSigned, judgeStart } from './starting.ts'
import type { Writing } from './writing.ts'

export interface Entering {
  enter(identity?: unknown): Promise<Entered>
  identify(identity: unknown): Promise<{ verified: boolean; error?: string }>
  /** `isHeard`: another tab has said so. Otherwise this one tells the others. */
  logout(isHeard?: boolean): void
}

export function createEntering(parts: ChatParts, shown: Shown, beginning: Beginning, writing: Writing): Entering {
  const { ports, session, store, page, form, outbox, tell, emit } = parts
  let failures = 0
  let isWaiting = false

  const enter = async (identity?: unknown): Promise<Entered> => {
    const visit = session.visit()
    const entered = await session.enter(identity)
    if (visit.aborted || 'visitor' in entered) return entered
    const verdict = judgeStart(entered.reply)
    if (verdict.type === 'refused') {
      if (entered.reply) refuse(parts, verdict.text, verdict.for_ms)
      if (verdict.result.type === 'again') enterLater(verdict.result.after_ms)
    }
    return entered
  }
  const welcome = ({ visitor, active }: Welcomed) => {
    failures = 0
    const { user_id, verified } = visitor
    const before = store.get().visitor
    const kept = ports.storage.get('user')
    // What another user of the site has left unsent is not theirs.
    if (verified && kept && kept !== user_id) forget()
    if (verified) ports.storage.set('user', user_id)
    if (active) shown.follow(active.conversation_id)
    else if (before && before.user_id !== user_id) shown.leave()
    store.set({ visitor, refusal: null })
    writing.kick()
  }
  const enterLater = (after_ms: number | null) => {
    if (isWaiting) return
    isWaiting = true
    ports.after(pauseBefore(failures, after_ms, ports.random()), () => {
      isWaiting = false
      if (!store.get().visitor) void enter().then(beginning.startOnToggle)
    })
    failures += 1
  }
  /** Of the visitor, this browser keeps nothing. */
  const forget = () => {
    for (const name of ports.storage.names('')) if (name !== 'token') ports.storage.remove(name)
    form.forget()
    outbox.reload()
    emit('forgotten')
  }
  session.onEntered(welcome)
  return {
    enter,
    async identify(identity) {
      if (!isSigned(identity)) {
        page.setVisitor(claimsOf(identity))
        return { verified: false }
      }
      const entered = await enter(identity)
      if (!('visitor' in entered)) return { verified: false, error: entered.fault }
      return { verified: entered.visitor.verified, ...(entered.fault ? { error: entered.fault } : {}) }
    },
    logout(isHeard = false) {
      session.logout()
      page.forget()
      forget()
      store.set({ visitor: null })
      shown.leave()
      if (!isHeard) tell({ type: 'logout' })
      emit('unread', { count: 0 })
    },
  }
}
