// Reads a conversation's event stream, one tab for all where the browser has locks, and passes on what it reads.
import { createEventReader } from '../base/event-reader.ts'
import {
  type Log,
  type TabMessage,
  answerWant,
  emptyLog,
  hidden_at_most_ms,
  pauseBeforeOpen,
  readInto,
  shouldRead,
  takeIn,
} from './election.ts'
import { type Ports, pause } from './ports.ts'
import { type Session, isRefused } from './session.ts'
import { type StreamEvent, type View, emptyView } from './view.ts'

export interface ReaderState {
  conversation_id: string
  view: View
  connection: 'open' | 'opening'
}

export interface Reader {
  /** What other tabs say. */
  hear(message: TabMessage): void
  /** The page is seen again, hidden, or online. */
  wake(): void
  stop(): void
}

interface Given {
  ports: Ports
  session: Session
  conversation_id: string
  /** Of the lock; null: this tab reads for itself. */
  lock_name: string | null
  show: (state: ReaderState) => void
  /** The server knows no such conversation of this visitor. */
  lost: () => void
}

/** The server sends a comment every 15 s. */
const silent_at_most_ms = 40_000
const asked_at_most_ms = 1500
const slept_ms = 5000

export function createReader({ ports, session, conversation_id, lock_name, show, lost }: Given): Reader {
  const all = new AbortController()
  let turn: AbortController | null = null
  let log: Log = emptyLog(conversation_id, emptyView)
  let isReading = false
  let hidden_since: number | null = null
  let heard_at = ports.now()
  let connection: ReaderState['connection'] = 'opening'
  let cut: (() => void) | null = null
  let skipPause: (() => void) | null = null
  let stopHiding = () => {}
  let stopAsking = () => {}

  const publish = () => {
    if (!all.signal.aborted) show({ conversation_id, view: log.view, connection })
  }
  const tell = (message: TabMessage) => lock_name !== null && ports.channel?.post(message)
  const take = (events: readonly StreamEvent[]) => {
    if (events.length === 0) return
    const after = log.view.last
    log = readInto(log, events)
    tell({ type: 'events', conversation_id, after, events })
    publish()
  }
  const setConnection = (value: ReaderState['connection']) => {
    if (connection === value) return
    connection = value
    publish()
  }

  /** One connection. Resolves with how long to wait at least, or `over`. */
  const readOnce = async (signal: AbortSignal): Promise<number | 'over' | null> => {
    const access = await session.access(conversation_id)
    if (access === null) return null
    if (isRefused(access)) {
      if (access.status === 404 || access.status === 403) {
        lost()
        return 'over'
      }
      return access.retry_after_ms
    }
    const own = new AbortController()
    const abort = () => own.abort()
    signal.addEventListener('abort', abort)
    cut = abort
    heard_at = ports.now()
    let stopWatching = ports.after(silent_at_most_ms, watch)
    function watch() {
      const left = heard_at + silent_at_most_ms - ports.now()
      if (left <= 0) own.abort()
      else stopWatching = ports.after(left, watch)
    }
    try {
      const response = await ports.fetch(`/core/conversations/${conversation_id}/events`, {
        signal: own.signal,
        credentials: 'omit',
        headers: {
          Authorization: `Bearer ${access.token}`,
          Accept: 'text/event-stream',
          ...(log.view.last > 0 ? { 'Last-Event-ID': String(log.view.last) } : {}),
        },
      })
      if (response.status === 204) return 'over'
      if (response.status === 401) session.forgetAccess(conversation_id)
      if (!response.ok || !response.body) return Number(response.headers.get('retry-after') ?? 0) * 1000
      setConnection('open')
      await readBody(response.body)
      return log.view.ended ? 'over' : null
    } catch {
      return log.view.ended ? 'over' : null
    } finally {
      stopWatching()
      own.abort()
      cut = null
      signal.removeEventListener('abort', abort)
    }
  }

  const readBody = async (body: ReadableStream<Uint8Array>) => {
    const events = createEventReader()
    const decoder = new TextDecoder()
    const reader = body.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      heard_at = ports.now()
      take(events.feed(decoder.decode(value, { stream: true })).map(parseEvent))
    }
  }

  const read = async (signal: AbortSignal) => {
    isReading = true
    stopAsking()
    let failures = 0
    while (!signal.aborted) {
      const before = log.view.last
      const opened_at = ports.now()
      const outcome = await readOnce(signal)
      if (outcome === 'over') {
        setConnection('open')
        break
      }
      if (signal.aborted) break
      // A stream that has brought something, or stayed open, ends without being a failure.
      failures = log.view.last > before || ports.now() - opened_at > 10_000 ? 0 : failures + 1
      setConnection('opening')
      const ms = pauseBeforeOpen(failures, outcome, ports.random())
      await pause(ports, ms, signal, (wake) => (skipPause = wake))
    }
    isReading = false
  }

  const begin = () => {
    if (turn || all.signal.aborted || log.view.ended) return
    turn = new AbortController()
    const { signal } = turn
    if (lock_name === null || !ports.lock) return void read(signal)
    tell({ type: 'want', conversation_id, after: log.view.last })
    // Nobody answers: this tab waits for the lock no longer, and reads for itself meanwhile.
    stopAsking = ports.after(asked_at_most_ms, () => {
      if (!isReading && !signal.aborted && !log.view.ended) void read(signal)
    })
    void ports
      .lock(lock_name, signal, async () => {
        if (isReading) cut?.()
        else await read(signal)
        // Holds the lock on while it reads by itself.
        while (isReading && !signal.aborted) await pause(ports, 1000, signal)
      })
      .catch(() => {})
  }
  const end = () => {
    turn?.abort()
    turn = null
    stopAsking()
  }

  const wake = () => {
    if (ports.isHidden()) {
      if (hidden_since === null) {
        hidden_since = ports.now()
        stopHiding = ports.after(hidden_at_most_ms, () => {
          if (!shouldRead(hidden_since, ports.now())) end()
        })
      }
      return
    }
    const hasSlept = hidden_since !== null && ports.now() - hidden_since > slept_ms
    hidden_since = null
    stopHiding()
    // What was open may be dead without having been told so.
    if (hasSlept && ports.now() - heard_at > slept_ms) cut?.()
    skipPause?.()
    begin()
  }

  publish()
  begin()
  return {
    hear(message) {
      if (message.type === 'want') {
        const answer = isReading || log.view.ended ? answerWant(log, message) : null
        if (answer) tell(answer)
        return
      }
      if (isReading || message.conversation_id !== conversation_id) return
      stopAsking()
      const taken = takeIn(log, message)
      log = taken.log
      if (taken.want) tell(taken.want)
      connection = 'open'
      publish()
    },
    wake,
    stop() {
      all.abort()
      end()
      stopHiding()
    },
  }
}

function parseEvent({ event, id, data }: { event: string; id?: string; data: string }): StreamEvent {
  let value: unknown = null
  try {
    value = JSON.parse(data)
  } catch {
    // An event that cannot be read says nothing; its number still counts.
  }
  return { event, data: value, ...(id === undefined ? {} : { id: Number(id) }) }
}
