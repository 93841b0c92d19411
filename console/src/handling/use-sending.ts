// Sends one text of a composer, and tells what became of it.
import { ApiError, randomUuid } from '@parley/sdk'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { describeError } from '../ui/describe-error.ts'
import type { Outgoing } from './drafts.ts'
import { type Sending, type SendingEvent, changeSending, outgoingOf, resumed } from './sending.ts'
import { describeTaken } from './use-handling.ts'

interface Options {
  /** What was on its way before a reload. */
  kept: Outgoing | null
  /** Asks the server to store it. */
  store: (sent: Outgoing) => Promise<unknown>
  /** Whether the transcript shows it although no answer came. */
  isShown: (sent: Outgoing) => boolean
  onSent: (sent: Outgoing | null) => void
  onStored: () => void
}

export interface Sender {
  sending: Sending
  send: (request: Outgoing['request']) => void
  sendAgain: () => void
  /** The text is changed, or is to be another one. */
  edit: () => void
}

export function useSending({ kept, store, isShown, onSent, onStored }: Options): Sender {
  const [sending, setSending] = useState(() => resumed(kept))
  // Two keys pressed at once are one message: the state decides, not what was drawn last.
  const newest = useRef(sending)
  const step = (event: SendingEvent): boolean => {
    const before = newest.current
    newest.current = changeSending(before, event)
    setSending(newest.current)
    return newest.current !== before
  }
  const finish = () => {
    onSent(null)
    onStored()
  }
  const deliver = async (sent: Outgoing) => {
    const { key } = sent
    if (!step({ type: 'sent', sent })) return
    onSent(sent)
    try {
      await store(sent)
      if (step({ type: 'stored', key })) finish()
    } catch (error) {
      const fault = { code: codeOf(error), message: describeTaken(error) ?? describeError(error) }
      if (mayBeStored(error)) return void step({ type: 'lost', key, fault })
      if (step({ type: 'refused', key, fault })) onSent(null)
    }
  }
  const waiting = sending.state === 'unsure' ? sending.sent : null
  const isFound = waiting !== null && isShown(waiting)
  const settle = useEffectEvent((sent: Outgoing) => {
    if (step({ type: 'stored', key: sent.key })) finish()
  })
  useEffect(() => {
    if (isFound && waiting) settle(waiting)
  }, [isFound, waiting])
  return {
    sending,
    send: (request) => void deliver({ key: randomUuid(), request }),
    sendAgain() {
      const sent = outgoingOf(newest.current)
      if (sent) void deliver(sent)
    },
    edit() {
      if (step({ type: 'edited' })) onSent(null)
    },
  }
}

/** No answer, or one that leaves it open. */
function mayBeStored(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status >= 500
}

const codeOf = (error: unknown) => (error instanceof ApiError ? error.code : null)
