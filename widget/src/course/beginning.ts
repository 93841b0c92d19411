// How a conversation is begun: once at a time, under an id that is chosen before, so that a repeat begins nothing twice.
import type { Refusal } from './chat-state.ts'
import type { FormValues } from './form-memory.ts'
import { type Outgoing, pauseBefore, planAgain, settle } from './outbox.ts'
import type { ChatParts } from './parts.ts'
import { pause } from './ports.ts'
import type { BeginResult } from './sender.ts'
import type { Shown } from './shown.ts'
import { judgeStart } from './starting.ts'

export interface Beginning {
  /** Where what is written now goes. */
  place(): Pick<Outgoing, 'conversation_id' | 'is_planned'>
  begin(message: Pick<Outgoing, 'conversation_id'>): Promise<BeginResult>
  /** Begins without a message. */
  start(): Promise<void>
  /** If opening begins one. */
  startOnToggle(): void
  fillForm(values: FormValues): Promise<void>
  solveCaptcha(token: string): Promise<void>
}

const starts_at_most = 50

/** Shows why there is no conversation, as long as that holds. */
export function refuse({ ports, store }: ChatParts, text: Refusal['text'], for_ms: number | null): void {
  const refusal = { text, until: for_ms === null ? null : ports.now() + for_ms }
  store.set({ refusal })
  if (for_ms !== null) ports.after(for_ms, () => store.get().refusal === refusal && store.set({ refusal: null }))
}

export function createBeginning(parts: ChatParts, shown: Shown): Beginning {
  const { ports, widget, session, outbox, store, form } = parts
  let beginning: Promise<BeginResult> | null = null
  let captcha_token: string | null = null

  const plan = () => {
    const planned_id = store.get().planned_id ?? ports.newId()
    store.set({ planned_id })
    return planned_id
  }
  const planAnew = () => {
    store.set({ planned_id: null })
    outbox.replace(planAgain(outbox.all(), plan()))
  }
  const beginOnce = async (id: string): Promise<BeginResult> => {
    const { refusal, needsForm, needsCaptcha } = store.get()
    if (needsForm || (needsCaptcha && !captcha_token)) return { type: 'waits' }
    const left_ms = (refusal?.until ?? 0) - ports.now()
    if (left_ms > 0) return { type: 'again', after_ms: left_ms }
    const token = captcha_token
    captcha_token = null
    return askForStart(parts, shown, { id, ...(token ? { captcha_token: token } : {}) }, planAnew)
  }
  const begin: Beginning['begin'] = async ({ conversation_id: planned }) => {
    const { conversation_id, view } = store.get()
    if (conversation_id !== null && !view.ended) {
      outbox.replace(settle(outbox.all(), conversation_id))
      return { type: 'begun', conversation_id }
    }
    beginning ??= beginOnce(planned).finally(() => (beginning = null))
    return beginning
  }
  const start = async () => {
    const { conversation_id, view } = store.get()
    if (conversation_id !== null && !view.ended) return
    if (view.ended) shown.leave()
    const visit = session.visit()
    for (let tries = 0; tries < starts_at_most && !visit.aborted; tries += 1) {
      const result = await begin({ conversation_id: plan() })
      if (result.type !== 'again') return
      await pause(ports, pauseBefore(tries, result.after_ms, ports.random()), visit)
    }
  }
  return {
    begin,
    start,
    place() {
      const { conversation_id } = store.get()
      return conversation_id === null ? { conversation_id: plan(), is_planned: true } : { conversation_id }
    },
    startOnToggle() {
      const { conversation_id, needsForm, isOpen } = store.get()
      if (isOpen && widget.config.start_conversation_on_toggle && conversation_id === null && !needsForm) void start()
    },
    fillForm(values) {
      form.keep(values)
      store.set({ needsForm: false, form_faults: {} })
      return start()
    },
    solveCaptcha(token) {
      captcha_token = token
      store.set({ needsCaptcha: false, refusal: null })
      return start()
    },
  }
}

async function askForStart(
  parts: ChatParts,
  shown: Shown,
  given: Record<string, string>,
  planAnew: () => void,
): Promise<BeginResult> {
  const { session, store, form, page, emit } = parts
  const visit = session.visit()
  const values = form.values()
  const body = { ...given, locale: parts.locale(), ...(values ? { form: values } : {}), ...page.start() }
  const reply = await session.call({ method: 'POST', path: `${parts.base}/conversations`, body })
  if (visit.aborted) return { type: 'waits' }
  const verdict = judgeStart(reply)
  switch (verdict.type) {
    case 'answered': {
      const started = session.readStart(reply!.body)
      if (!started) return { type: 'again', after_ms: null }
      const { conversation_id, isResumed } = started
      shown.follow(conversation_id)
      if (!isResumed) emit('conversation_started', { conversation_id })
      return { type: 'begun', conversation_id }
    }
    case 'id_taken':
      planAnew()
      return { type: 'again', after_ms: null }
    case 'form':
      form.ask()
      store.set({ needsForm: true, form_faults: verdict.faults })
      return { type: 'waits' }
    case 'captcha':
      store.set({ needsCaptcha: true })
      if (verdict.hasFailed) refuse(parts, 'fault_captcha', null)
      return { type: 'waits' }
    case 'refused':
      // No answer is shown as an interrupted connection, not as a refusal.
      if (reply) refuse(parts, verdict.text, verdict.for_ms)
      else store.set({ connection: 'opening' })
      emit('error', { code: reply?.code ?? 'unreachable' })
      return verdict.result
  }
}
