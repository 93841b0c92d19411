// Sends messages in order until each is answered. While the server is down, it retries each with its own key.
import { ApiError, isUnanswered, randomUuid } from '@parley/sdk'
import { useEffect, useEffectEvent, useReducer, useRef } from 'react'
import { describeError } from '../ui/describe-error.ts'
import type { Session } from '../session/session.ts'
import { type Fault, type Outgoing, type OutboxChange, changeOutbox, unsettled } from './outbox.ts'
import { keep, readKept } from './trial.ts'

const pause_ms = 2000
/** About two minutes. Then the user decides. */
const tries_at_most = 60

interface Sending {
  client: Session['client']
  agent_id: string
  conversation_id: string
  /** The agent called a tool, which the transcript shows. */
  onCall: () => void
}

export function useOutbox({ client, agent_id, conversation_id, onCall }: Sending) {
  const [outbox, dispatch] = useReducer(changeOutbox, agent_id, (id) => readKept(id).outbox)
  useEffect(() => keep(agent_id, { outbox }), [agent_id, outbox])
  const line = useRef(Promise.resolve())
  const gone = useRef(new AbortController())

  /** One after the other, so that messages are stored in the order they were written. */
  const send = (message: Outgoing) => {
    const { signal } = gone.current
    const deliver = () => deliverMessage({ client, conversation_id, message, dispatch, onCall, signal })
    line.current = line.current.then(deliver)
  }
  const resume = useEffectEvent(() => {
    for (const message of unsettled(outbox)) send(message)
  })
  useEffect(() => {
    gone.current = new AbortController()
    resume()
    return () => gone.current.abort()
  }, [])
  return {
    outbox,
    write(message: Omit<Outgoing, 'key' | 'state'>) {
      const written: Outgoing = { ...message, key: randomUuid(), state: 'sending' }
      dispatch({ type: 'written', message: written })
      send(written)
    },
    sendAgain(message: Outgoing) {
      dispatch({ type: 'changed', key: message.key, state: 'sending' })
      send(message)
    },
    discard: (key: string) => dispatch({ type: 'discarded', key }),
  }
}

interface Delivery extends Pick<Sending, 'client' | 'conversation_id' | 'onCall'> {
  message: Outgoing
  dispatch: (change: OutboxChange) => void
  signal: AbortSignal
}

/** Resolves when the message is stored, or cannot be. Its turn is followed after that. */
function deliverMessage(delivery: Delivery): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  void followDelivery(delivery, resolve)
    .catch(() => {})
    .finally(resolve)
  return promise
}

async function followDelivery(delivery: Delivery, onStored: () => void): Promise<void> {
  const { message, dispatch, signal } = delivery
  const change = (state: Outgoing['state'], fault?: Fault) =>
    dispatch({ type: 'changed', key: message.key, state, ...(fault ? { fault } : {}) })
  let isStored = false
  const stored = () => {
    isStored = true
    change('stored')
    onStored()
  }
  for (let tries = 1; ; tries += 1) {
    try {
      return change(await followTurn(delivery, stored))
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof ApiError && error.turn_id !== null) return change(error.status < 500 ? 'answered' : 'failed')
      if (!mayPass(error) || tries === tries_at_most)
        return isStored ? change('answered') : change('refused', faultOf(error))
      if (!isStored) change('waiting')
    }
    await pause(signal)
  }
}

async function followTurn(
  { client, conversation_id, message, onCall, signal }: Delivery,
  onStored: () => void,
): Promise<'answered' | 'failed'> {
  const { text, answer, is_rich, key } = message
  const interactivity = is_rich ? ('rich' as const) : ('plain' as const)
  const events = client.streamConversationMessage(
    { conversation_id, ...(answer ?? { text }), interactivity, client_id: key, idempotency_key: key },
    // A stream starts only after the message is stored.
    { signal, onResponse: ({ ok }) => ok && onStored() },
  )
  let state: 'answered' | 'failed' = 'answered'
  for await (const { event } of events) {
    if (event === 'tool_call.started') onCall()
    if (event === 'turn.failed') state = 'failed'
  }
  return state
}

/** No response, or one after which a retry can succeed. */
function mayPass(error: unknown): boolean {
  return error instanceof ApiError ? error.status >= 500 || error.code === 'rate_limited' : isUnanswered(error)
}

function faultOf(error: unknown): Fault {
  const code = error instanceof ApiError ? error.code : null
  return { code: code ?? 'unreachable', message: describeError(error) }
}

function pause(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, pause_ms)
  signal.addEventListener('abort', () => {
    clearTimeout(timer)
    resolve()
  })
  return promise
}
