// The chat that the frame shows: its parts, put together, and what can be asked of it.
import { createApi } from './api.ts'
import { type Beginning, createBeginning } from './beginning.ts'
import { type ChatState, isUnderWay } from './chat-state.ts'
import { type Entering, createEntering } from './entering.ts'
import { type FormMemory, createFormMemory } from './form-memory.ts'
import { type PageClaims, createPageClaims } from './page-claims.ts'
import { type ChatGiven, type ChatParts, type OtherTab, createStore } from './parts.ts'
import { createOutbox } from './sender.ts'
import { createSession } from './session.ts'
import { createShown } from './shown.ts'
import { replyInProgress } from './view.ts'
import { type Writing, createWriting } from './writing.ts'

export interface Chat
  extends
    Pick<Beginning, 'start'>,
    Pick<Writing, 'send' | 'sendAgain' | 'discard' | 'tryAgain'>,
    Pick<Entering, 'identify' | 'logout'> {
  readonly state: ChatState
  /** For what is loaded later: history and feedback. */
  readonly parts: ChatParts
  readonly form: FormMemory
  readonly page: PageClaims
  subscribe(listener: () => void): void
  /** Looks for what there is, if this browser was here before. */
  resume(): Promise<void>
  setOpen(isOpen: boolean): void
  newConversation(): void
  fillForm(values: Record<string, unknown>): void
  solveCaptcha(token: string): void
  /** The configuration has changed, as it does in a preview. */
  reconsider(): void
  stop(): Promise<boolean>
  end(): Promise<boolean>
}

export function createChat(given: ChatGiven): Chat {
  const parts = createParts(given)
  const { ports, keeper, outbox, form, page, store, tell } = parts
  const shown = createShown(parts)
  const beginning = createBeginning(parts, shown)
  const writing = createWriting(parts, shown, beginning)
  const entering = createEntering(parts, shown, beginning, writing)
  const enterAndStart = () => void entering.enter().then(beginning.startOnToggle)
  store.set({ outbox: outbox.all(), needsForm: form.isMissing() })
  tellUnderWay(parts)
  ports.channel?.listen((message) => hear(message as OtherTab))
  ports.onChange(() => {
    shown.wake()
    if (ports.isHidden()) return
    writing.kick()
    shown.look()
  })
  function hear(message: OtherTab): void {
    if (message.type === 'outbox') return writing.hear()
    if (message.type === 'logout') return entering.logout(true)
    if (message.type !== 'conversation') return shown.hear(message)
    if (message.conversation_id !== null) return shown.follow(message.conversation_id, true)
    if (store.get().view.ended) shown.leave()
  }
  return {
    get state() {
      return store.get()
    },
    parts,
    form,
    page,
    subscribe: store.subscribe,
    ...writing,
    ...entering,
    start: beginning.start,
    async resume() {
      if (keeper.read() !== null || outbox.all().length > 0) await entering.enter()
    },
    setOpen(isOpen) {
      store.set({ isOpen })
      if (isOpen && !store.get().visitor) enterAndStart()
      else beginning.startOnToggle()
      shown.look()
    },
    newConversation() {
      shown.leave()
      tell({ type: 'conversation', conversation_id: null })
      beginning.startOnToggle()
    },
    fillForm: (values) => void beginning.fillForm(values).then(writing.kick),
    solveCaptcha: (token) => void beginning.solveCaptcha(token).then(writing.kick),
    reconsider: () => store.get().conversation_id === null && store.set({ needsForm: form.isMissing() }),
    async stop() {
      const reply = replyInProgress(store.get().view)
      return reply !== null && shown.act(`turns/${reply.turn_id}/cancel`)
    },
    end: () => shown.act('end', {}),
  }
}

/** The page keeps whether there is something to come back for; before the server has answered, nothing is known to be over. */
function tellUnderWay({ store, emit }: ChatParts): void {
  let told: boolean | null = null
  store.subscribe(() => {
    const isActive = isUnderWay(store.get())
    if (isActive === told || (told === null && !isActive && !store.get().visitor)) return
    told = isActive
    emit('active', { isActive })
  })
}

function createParts(given: ChatGiven): ChatParts {
  const { ports, widget, emit } = given
  const base = `/core/public/web-widgets/${widget.id}`
  const api = createApi(ports)
  const store = createStore()
  const session = createSession({ ...given, api, base, onIdentityExpired: () => emit('identity_expired') })
  const patch = (body: Record<string, unknown>) => {
    const { conversation_id, view } = store.get()
    if (conversation_id === null || view.ended) return
    void session.call({ method: 'PATCH', path: `${base}/conversations/${conversation_id}`, body })
  }
  const outbox = createOutbox(ports, () => store.set({ outbox: outbox.all() }))
  return {
    ...given,
    base,
    api,
    session,
    store,
    outbox,
    form: createFormMemory(ports.storage, widget.id, () => widget.config),
    page: createPageClaims(ports, patch),
    tell: (message) => ports.channel?.post(message),
  }
}
