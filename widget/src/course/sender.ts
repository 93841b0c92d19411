// Sends what is in the outbox: in order, each until it is stored or refused. What is written is stored before anything is sent.
import type { Api } from './api.ts'
import {
  type Outgoing,
  type SendFault,
  inOrder,
  isOld,
  judgeAnswer,
  nextToSend,
  pauseBefore,
  readStored,
  withFault,
} from './outbox.ts'
import { type Ports, pause } from './ports.ts'
import { type Session, isRefused } from './session.ts'

export interface Outbox {
  all(): readonly Outgoing[]
  /** Stores what has changed, and shows it. */
  replace(next: readonly Outgoing[]): void
  /** Another tab may have changed it. */
  reload(): void
}

export function createOutbox(ports: Ports, changed: () => void): Outbox {
  const { storage } = ports
  const read = () => inOrder(storage.names('out:').flatMap((name) => readStored(storage.get(name)) ?? []))
  let known: readonly Outgoing[] = read()
  return {
    all: () => known,
    replace(next) {
      for (const { client_id } of known) {
        if (!next.some((each) => each.client_id === client_id)) storage.remove(`out:${client_id}`)
      }
      for (const message of next) {
        if (known.includes(message)) continue
        const name = `out:${message.client_id}`
        const isOld = known.some(({ client_id }) => client_id === message.client_id)
        // What another tab has sent meanwhile must not come back.
        if (!isOld || storage.get(name) !== null) storage.set(name, JSON.stringify(message))
      }
      known = next
      changed()
    },
    reload() {
      known = read()
      changed()
    },
  }
}

export type BeginResult =
  | { type: 'begun'; conversation_id: string }
  | { type: 'again'; after_ms: number | null }
  /** Waits for the visitor: a form, a challenge, a sign-in. */
  | { type: 'waits' }
  | { type: 'failed'; fault: SendFault }

interface Given {
  ports: Ports
  api: Api
  session: Session
  outbox: Outbox
  /** Begins the conversation that a message was written for, if it is not begun yet. */
  begin: (message: Outgoing) => Promise<BeginResult>
  stored: (message: Outgoing) => void
  failed: (message: Outgoing, fault: SendFault) => void
  /** The server asks to wait so long. */
  delayed: (ms: number) => void
}

export interface Sender {
  kick(): void
  stop(): void
}

export function createSender(given: Given): Sender {
  const { ports, outbox } = given
  const all = new AbortController()
  const since = ports.now()
  let isRunning = false
  let skipPause: (() => void) | null = null

  const run = async () => {
    let failures = 0
    for (;;) {
      const message = nextToSend(outbox.all())
      if (!message || all.signal.aborted) return
      const step = isOld(message, since, ports.now()) ? fail('old') : await sendOne(given, message)
      if (all.signal.aborted) return
      if (step.type === 'waits') return
      // What is begun and yet not settled would go round without a pause.
      if (step.type === 'begun' && !nextToSend(outbox.all())?.is_planned) {
        failures = 0
        continue
      }
      if (step.type === 'again' || step.type === 'begun') {
        const asked_ms = step.type === 'again' ? step.after_ms : null
        if (asked_ms !== null) given.delayed(asked_ms)
        const ms = pauseBefore(failures, asked_ms, ports.random())
        failures += 1
        await pause(ports, ms, all.signal, (wake) => (skipPause = wake))
        continue
      }
      failures = 0
      if (step.type === 'stored') given.stored(message)
      else given.failed(message, step.fault)
      // Other tabs may have done the same meanwhile.
      const left = outbox.all().filter((each) => step.type === 'failed' || each.client_id !== message.client_id)
      outbox.replace(step.type === 'failed' ? withFault(left, message.client_id, step.fault) : left)
    }
  }

  return {
    kick() {
      skipPause?.()
      if (isRunning) return
      isRunning = true
      void run().finally(() => (isRunning = false))
    },
    stop: () => all.abort(),
  }
}

type Step = BeginResult | { type: 'stored' }
const fail = (fault: SendFault): Step => ({ type: 'failed', fault })

async function sendOne({ api, session, begin }: Given, message: Outgoing): Promise<Step> {
  const { client_id, conversation_id, text, in_reply_to, values } = message
  if (message.is_planned) {
    // Then the message has another place, from which it is sent next.
    return begin(message)
  }
  const access = await session.access(conversation_id)
  if (access === null) return { type: 'again', after_ms: null }
  if (isRefused(access)) {
    const verdict = judgeAnswer({ ...access, has_turn: false })
    return verdict.type === 'renew' || verdict.type === 'stored' ? { type: 'again', after_ms: null } : verdict
  }
  if (!access.permissions.includes('message')) return fail('over')
  const reply = await api({
    method: 'POST',
    path: `/core/conversations/${conversation_id}/messages`,
    token: access.token,
    key: client_id,
    isStream: true,
    body: {
      ...(values ? {} : { text }),
      interactivity: 'rich',
      client_id,
      ...(in_reply_to ? { in_reply_to } : {}),
      ...(values ? { values } : {}),
    },
  })
  const verdict = judgeAnswer(reply && { ...reply, has_turn: typeof reply.body['turn_id'] === 'string' })
  if (verdict.type !== 'renew') return verdict
  session.forgetAccess(conversation_id)
  return { type: 'again', after_ms: null }
}
