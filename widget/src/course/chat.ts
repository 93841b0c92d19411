// The course of a chat: enters, begins conversations, sends, follows, and says what the frame shows.
import { type Api, createApi } from './api.ts'
import {
  type ChatGiven,
  type ChatParts,
  type ChatState,
  type OtherTab,
  type Refusal,
  initialState,
} from './chat-state.ts'
import { type FormMemory, type FormValues, createFormMemory } from './form-memory.ts'
import { type Outgoing, discard, pauseBefore, planAgain, sendAgain, settle, write } from './outbox.ts'
import { type PageClaims, createPageClaims } from './page-claims.ts'
import { pause } from './ports.ts'
import { type Reader, createReader } from './reader.ts'
import { type BeginResult, type Outbox, type Sender, createOutbox, createSender } from './sender.ts'
import { type Entered, type Session, createSession, isRefused } from './session.ts'
import { claimsOf, isSigned, judgeStart } from './starting.ts'
import { type MessageItem, countUnread, emptyView, lastPosition, replyInProgress } from './view.ts'

const taken_over_after_ms = 5000
const recent_ms = 30_000

export class Chat {
  state: ChatState = initialState
  private readonly listeners = new Set<() => void>()
  private readonly given: ChatGiven
  private readonly api: Api
  private readonly session: Session
  private readonly outbox: Outbox
  private readonly sender: Sender
  private readonly base: string
  readonly form: FormMemory
  readonly page: PageClaims
  private reader: Reader | null = null
  private beginning: Promise<BeginResult> | null = null
  private captcha_token: string | null = null
  private planned_id: string | null = null
  private isEntering = false
  private failures = 0
  private read = -1
  private isStopped = false
  private readonly stopping = new AbortController()

  constructor(given: ChatGiven) {
    const { ports, widget, embed_token, keeper, emit } = given
    this.given = given
    this.base = `/core/public/web-widgets/${widget.id}`
    this.api = createApi(ports)
    const onIdentityExpired = () => emit('identity_expired')
    this.session = createSession({ ports, api: this.api, base: this.base, embed_token, keeper, onIdentityExpired })
    this.outbox = createOutbox(ports, () => this.set({ outbox: this.outbox.all() }))
    this.sender = createSender({
      ports,
      api: this.api,
      session: this.session,
      outbox: this.outbox,
      begin: (message) => this.begin(message),
      stored: (message) => this.stored(message),
      failed: (_message, fault) => emit('error', { code: fault }),
    })
    this.form = createFormMemory(ports.storage, widget.id, () => widget.config)
    this.page = createPageClaims(ports, (body) => this.patch(body))
    this.state = { ...initialState, outbox: this.outbox.all(), needsForm: this.form.isMissing() }
    ports.channel?.listen((message) => this.hear(message as OtherTab))
    ports.onChange(() => {
      this.reader?.wake()
      if (!ports.isHidden()) {
        this.sender.kick()
        this.look()
      }
    })
  }

  /** For what is loaded later: history and feedback. */
  parts(): ChatParts {
    const { ports, emit } = this.given
    return {
      ports,
      emit,
      session: this.session,
      base: this.base,
      state: () => this.state,
      set: (change) => this.set(change),
    }
  }

  subscribe(listener: () => void): void {
    this.listeners.add(listener)
  }

  private set(change: Partial<ChatState>): void {
    this.state = { ...this.state, ...change }
    for (const listener of this.listeners) listener()
  }

  /** Whether this browser was here before: then it looks for what there is. */
  async resume(): Promise<void> {
    if (this.given.keeper.read() !== null || this.outbox.all().length > 0) await this.enter()
  }

  async enter(identity?: unknown): Promise<Entered> {
    const entered = await this.session.enter(identity)
    if ('visitor' in entered) {
      this.set({ visitor: entered.visitor, refusal: null })
      if (entered.active) this.follow(entered.active.conversation_id)
      this.sender.kick()
    } else {
      const verdict = judgeStart(entered.reply)
      if (verdict.type === 'refused') {
        if (entered.reply) this.refuse(verdict.text, verdict.for_ms)
        if (verdict.result.type === 'again') this.enterLater(verdict.result.after_ms)
      }
    }
    return entered
  }

  private enterLater(after_ms: number | null): void {
    if (this.isEntering) return
    this.isEntering = true
    const { ports } = this.given
    ports.after(pauseBefore(this.failures++, after_ms, ports.random()), () => {
      this.isEntering = false
      if (!this.state.visitor) void this.enter().then(() => this.startOnToggle())
    })
  }

  private refuse(text: Refusal['text'], for_ms: number | null): void {
    this.set({ refusal: { text, until: for_ms === null ? null : this.given.ports.now() + for_ms } })
  }

  /** The id that this tab's next conversation will have, unless another is active then. */
  private plan(): string {
    return (this.planned_id ??= this.given.ports.newId())
  }

  private place(): Pick<Outgoing, 'conversation_id' | 'is_planned'> {
    const { conversation_id } = this.state
    return conversation_id === null ? { conversation_id: this.plan(), is_planned: true } : { conversation_id }
  }

  /** `isHeard`: another tab has said so; else the others are told. */
  private follow(conversation_id: string, isHeard = false): void {
    if (this.state.conversation_id === conversation_id && this.reader) return
    const { ports, widget } = this.given
    this.reader?.stop()
    if (!isHeard) ports.channel?.post({ type: 'conversation', conversation_id })
    this.planned_id = null
    this.outbox.replace(settle(this.outbox.all(), conversation_id))
    this.read = Number(ports.storage.get(`read:${conversation_id}`) ?? -1)
    const fresh = {
      view: emptyView,
      connection: 'opening',
      needsForm: false,
      feedback: 'open',
      isStarting: false,
    } as const
    this.set({ conversation_id, ...fresh, refusal: null, needsCaptcha: false })
    this.reader = createReader({
      ports,
      session: this.session,
      conversation_id,
      lock_name: `parley-${widget.id}-${conversation_id}`,
      show: ({ view, connection }) => this.showView(view, connection),
      lost: () => this.leave(),
    })
    void this.session.access(conversation_id).then((access) => {
      if (access && !isRefused(access) && this.state.conversation_id === conversation_id)
        this.set({ permissions: access.permissions })
    })
  }

  private showView(view: ChatState['view'], connection: ChatState['connection']): void {
    const before = this.state.view
    const { emit, ports } = this.given
    const conversation_id = this.state.conversation_id!
    const fresh = view.items.slice(before.items.length)
    const seen = new Set(view.items.map((item) => (item.kind === 'message' ? item.client_id : null)))
    this.set({ view, connection, sent: this.state.sent.filter(({ client_id }) => !seen.has(client_id)) })
    for (const item of fresh) {
      const isRecent = ports.now() - Date.parse(item.at) < recent_ms
      if (item.kind === 'message' && item.role !== 'user' && isRecent)
        emit('message_received', { conversation_id, message_id: item.id })
    }
    if (view.ended && !before.ended) {
      emit('conversation_ended', { conversation_id })
      emit('active', { isActive: false })
    } else if (!view.ended && before === emptyView && view !== emptyView) emit('active', { isActive: true })
    this.look()
  }

  /** The conversation is no longer the visitor's, or is left for a new one. */
  private leave(): void {
    this.reader?.stop()
    this.reader = null
    this.planned_id = null
    this.set({
      ...initialState,
      visitor: this.state.visitor,
      outbox: this.outbox.all(),
      isOpen: this.state.isOpen,
      needsForm: this.form.isMissing(),
    })
  }

  newConversation(): void {
    this.leave()
    this.given.ports.channel?.post({ type: 'conversation', conversation_id: null })
    if (this.given.widget.config.start_conversation_on_toggle && !this.state.needsForm) void this.start()
  }

  private async begin({ conversation_id: planned }: Pick<Outgoing, 'conversation_id'>): Promise<BeginResult> {
    const { conversation_id, view } = this.state
    if (conversation_id !== null && !view.ended) {
      this.outbox.replace(settle(this.outbox.all(), conversation_id))
      return { type: 'begun', conversation_id }
    }
    this.beginning ??= this.beginOnce(planned).finally(() => (this.beginning = null))
    return this.beginning
  }

  private async beginOnce(id: string): Promise<BeginResult> {
    const { refusal, needsForm, needsCaptcha } = this.state
    const { ports, emit, locale } = this.given
    if (needsForm || (needsCaptcha && !this.captcha_token)) return { type: 'waits' }
    if (refusal?.until && refusal.until > ports.now()) return { type: 'again', after_ms: refusal.until - ports.now() }
    this.set({ isStarting: true })
    const form = this.form.values()
    const body = {
      id,
      locale: locale(),
      ...(form ? { form } : {}),
      ...this.page.start(),
      ...(this.captcha_token ? { captcha_token: this.captcha_token } : {}),
    }
    this.captcha_token = null
    const reply = await this.session.call({ method: 'POST', path: `${this.base}/conversations`, body })
    const verdict = judgeStart(reply)
    this.set({ isStarting: false })
    switch (verdict.type) {
      case 'answered': {
        const started = this.session.readStart(reply!.body)
        if (!started) return { type: 'again', after_ms: null }
        const { conversation_id, isResumed } = started
        this.follow(conversation_id)
        if (!isResumed) emit('conversation_started', { conversation_id })
        return { type: 'begun', conversation_id }
      }
      case 'id_taken': {
        this.planned_id = null
        this.outbox.replace(planAgain(this.outbox.all(), this.plan()))
        return { type: 'again', after_ms: null }
      }
      case 'form':
        this.form.ask()
        this.set({ needsForm: true, form_faults: verdict.faults })
        return { type: 'waits' }
      case 'captcha':
        this.set({ needsCaptcha: true })
        if (verdict.hasFailed) this.refuse('fault_captcha', null)
        return { type: 'waits' }
      case 'refused':
        // No answer is shown as an interrupted connection, not as a refusal.
        if (reply) this.refuse(verdict.text, verdict.for_ms)
        else this.set({ connection: 'opening' })
        emit('error', { code: reply?.code ?? 'unreachable' })
        return verdict.result
    }
  }

  /** Begins without a message. */
  async start(): Promise<void> {
    if (this.state.conversation_id !== null && !this.state.view.ended) return
    if (this.state.view.ended) this.leave()
    for (let tries = 0; tries < 50 && !this.isStopped; tries += 1) {
      const result = await this.begin({ conversation_id: this.plan() })
      if (result.type !== 'again') return
      await pause(
        this.given.ports,
        Math.max(result.after_ms ?? 0, Math.min(30_000, 1000 * 2 ** tries)),
        this.stopping.signal,
      )
    }
  }

  /** False: too many wait, so that the text stays where it is. */
  send(text: string, answer?: { in_reply_to: string; values: FormValues }): boolean {
    const { ports, emit } = this.given
    if (this.state.view.ended) this.leave()
    const message = { client_id: ports.newId(), ...this.place(), text, at: ports.now(), ...answer }
    const next = write(this.outbox.all(), message)
    if (!next) return false
    this.outbox.replace(next)
    ports.channel?.post({ type: 'outbox' })
    this.sender.kick()
    emit('message_sent', { conversation_id: message.conversation_id, client_id: message.client_id })
    return true
  }

  private stored(message: Outgoing): void {
    const isShown = this.state.view.items.some(
      (item) => item.kind === 'message' && item.client_id === message.client_id,
    )
    if (!isShown && message.conversation_id === this.state.conversation_id)
      this.set({ sent: [...this.state.sent, message] })
    // After the outbox has let go of it.
    queueMicrotask(() => this.given.ports.channel?.post({ type: 'outbox' }))
  }

  sendAgain(client_id: string): void {
    if (this.state.view.ended) this.leave()
    const { ports } = this.given
    this.outbox.replace(
      sendAgain(this.outbox.all(), client_id, { ...this.place(), now: ports.now(), new_id: ports.newId() }),
    )
    this.sender.kick()
  }

  discard(client_id: string): void {
    this.outbox.replace(discard(this.outbox.all(), client_id))
  }

  /** Its turn gave no answer: the same key tries the same message again. */
  tryAgain({ client_id, text, in_reply_to, values }: MessageItem): void {
    const { ports } = this.given
    const conversation_id = this.state.conversation_id
    if (conversation_id === null || client_id === null) return
    const answer = in_reply_to && values ? { in_reply_to, values } : {}
    const next = write(discard(this.outbox.all(), client_id), {
      client_id,
      conversation_id,
      text,
      at: ports.now(),
      ...answer,
    })
    if (next) this.outbox.replace(next)
    this.sender.kick()
  }

  private async onConversation(path: string, body?: unknown): Promise<boolean> {
    const { conversation_id } = this.state
    const access = conversation_id === null ? null : await this.session.access(conversation_id)
    if (!access || isRefused(access)) return false
    const key = this.given.ports.newId()
    const reply = await this.api({
      method: 'POST',
      path: `/core/conversations/${conversation_id}/${path}`,
      token: access.token,
      body,
      key,
    })
    if (!reply || reply.status >= 300) this.given.emit('error', { code: reply?.code ?? 'unreachable' })
    return reply !== null && reply.status < 300
  }

  stop(): Promise<boolean> {
    const reply = replyInProgress(this.state.view)
    return reply ? this.onConversation(`turns/${reply.turn_id}/cancel`) : Promise.resolve(false)
  }

  end = () => this.onConversation('end', {})
  askPerson = () => this.onConversation('handoff', {})

  fillForm(values: FormValues): void {
    this.form.keep(values)
    this.set({ needsForm: false, form_faults: {} })
    void this.start().then(() => this.sender.kick())
  }

  solveCaptcha(token: string): void {
    this.captcha_token = token
    this.set({ needsCaptcha: false, refusal: null })
    void this.start().then(() => this.sender.kick())
  }

  async identify(identity: unknown): Promise<{ verified: boolean; error?: string }> {
    if (!isSigned(identity)) {
      this.page.setVisitor(claimsOf(identity))
      return { verified: false }
    }
    const before = this.state.visitor?.user_id
    const entered = await this.enter(identity)
    if (!('visitor' in entered)) return { verified: false, error: entered.fault }
    const { user_id, verified } = entered.visitor
    if (before !== undefined && before !== user_id && !entered.active) this.leave()
    return { verified, ...(entered.fault ? { error: entered.fault } : {}) }
  }

  logout(isTold = true): void {
    const { ports } = this.given
    this.session.logout()
    for (const name of ports.storage.names('')) ports.storage.remove(name)
    this.form.forget()
    this.outbox.reload()
    this.page.forget()
    this.set({ visitor: null })
    this.leave()
    if (isTold) ports.channel?.post({ type: 'logout' })
    this.given.emit('active', { isActive: false })
    this.given.emit('unread', { count: 0 })
  }

  private patch(body: Record<string, unknown>): void {
    const { conversation_id, view } = this.state
    if (conversation_id === null || view.ended) return
    void this.session.call({ method: 'PATCH', path: `${this.base}/conversations/${conversation_id}`, body })
  }

  setOpen(isOpen: boolean): void {
    this.set({ isOpen })
    if (isOpen && !this.state.visitor) {
      void this.enter().then(() => this.startOnToggle())
    } else if (isOpen) this.startOnToggle()
    this.look()
  }

  private startOnToggle(): void {
    const { conversation_id, needsForm, isOpen } = this.state
    if (isOpen && this.given.widget.config.start_conversation_on_toggle && conversation_id === null && !needsForm)
      void this.start()
  }

  /** What is seen is read; what is not is counted. */
  private look(): void {
    const { view, conversation_id, isOpen } = this.state
    const { ports, emit } = this.given
    const last = lastPosition(view)
    if (conversation_id === null || last === null) return
    const isSeen = isOpen && !ports.isHidden()
    if (isSeen && last > this.read) {
      this.read = last
      ports.storage.set(`read:${conversation_id}`, String(last))
      void this.session.call({
        method: 'PUT',
        path: `${this.base}/conversations/${conversation_id}/read`,
        body: { position: last },
      })
    }
    const unread = isSeen ? 0 : countUnread(view, this.read)
    if (unread === this.state.unread) return
    this.set({ unread })
    emit('unread', { count: unread })
  }

  private hear(message: OtherTab): void {
    switch (message.type) {
      case 'outbox':
        this.outbox.reload()
        // The tab that wrote it may be gone by then.
        this.given.ports.after(taken_over_after_ms, () => {
          this.outbox.reload()
          this.sender.kick()
        })
        return
      case 'logout':
        return this.logout(false)
      case 'conversation':
        if (message.conversation_id === null) {
          if (this.state.view.ended) this.leave()
        } else this.follow(message.conversation_id, true)
        return
      default:
        this.reader?.hear(message)
    }
  }
}
